"""Rows that are made when their file is written lie as those that were made at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedupe.publish import Changes, File, write_tables
from dedupe.publish.pieces import FILE_ROWS
from dedupe.schemas import SIGNATURES

COUNT = 2 * FILE_ROWS + 100
MONTHS = ["2026-02", "2026-01", "unknown"]


def rows(numbers: NDArray[np.int64]) -> pa.Table:
    ids = [f"{number * 2654435761 % 2**32:032x}" for number in numbers.tolist()]
    signatures = [[number, 7] for number in numbers.tolist()]
    columns = {"id": ids, "content_hash": ids, "signature": signatures, "shingles": numbers}
    return pa.table(columns, schema=SIGNATURES)


class Numbered:
    schema = SIGNATURES
    times = None

    def __init__(self) -> None:
        ids = rows(np.arange(COUNT))["id"].to_pylist()
        self.keys = np.array(ids, dtype=np.bytes_)
        self.largest = 0

    def take(self, rows_: NDArray[np.int64]) -> pa.Table:
        self.largest = max(self.largest, len(rows_))
        return rows(rows_)


def written(changes: Changes, folder: Path) -> list[File]:
    return [file for file in write_tables(None, changes, 1, folder) if file.table == "signatures"]


def test_rows_made_late_are_in_the_same_files_and_never_all_in_memory(tmp_path: Path) -> None:
    codes = (np.arange(COUNT) % 17 == 0).astype(np.int64)
    at_once, late, mixed = Changes(), Changes(), Changes()
    months = [MONTHS[code] for code in codes.tolist()]
    at_once.put("signatures", rows(np.arange(COUNT)), months)
    source = Numbered()
    late.put_lazily("signatures", source, codes, MONTHS)
    first, rest = np.arange(300), np.arange(300, COUNT)
    mixed.put("signatures", rows(first), months[:300])

    class Rest(Numbered):
        def __init__(self) -> None:
            super().__init__()
            self.keys = self.keys[rest]

        def take(self, rows_: NDArray[np.int64]) -> pa.Table:
            return rows(rest[rows_])

    mixed.put_lazily("signatures", Rest(), codes[rest], MONTHS)
    expected = written(at_once, tmp_path / "at-once")
    assert {file.month for file in expected} == {"2026-01", "2026-02"}
    assert len(expected) > 2
    assert written(late, tmp_path / "late") == expected
    assert written(mixed, tmp_path / "mixed") == expected
    assert source.largest <= FILE_ROWS
