"""A whole table in one order, whatever files it lies in: by month of publication, then by id.

The files of a month are sorted by id each, so they are merged as streams: memory holds a row group
of each, and the ids of the month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from dedupe.publish import File, Snapshot
from dedupe.publish.tables import GROUP_ROWS
from dedupe.schemas import TABLES

ROWS = 8_192
"""Rows given at a time."""


def ordered(snapshot: Snapshot, table: str) -> Iterator[pa.Table]:
    """The rows of a table whose key is ``id``, in tables of at most ``ROWS`` rows."""
    months: dict[str, list[File]] = defaultdict(list)
    for file in snapshot.manifest.of(table):
        if file.rows:
            months[file.month].append(file)
    for month in sorted(months):
        yield from _merged(snapshot, months[month])


def _merged(snapshot: Snapshot, files: list[File]) -> Iterator[pa.Table]:
    streams = [_Stream(snapshot, file) for file in files]
    ids: list[str] = []
    for file in files:
        ids += snapshot.read(file, ["id"])["id"].to_pylist()
    of = np.repeat(np.arange(len(files)), [file.rows for file in files])
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    for start in range(0, len(order), ROWS):
        mine = of[order[start : start + ROWS]]
        # The next rows of each file, file after file; then each to its place.
        parts = [streams[file].take(int((mine == file).sum())) for file in np.unique(mine)]
        place = np.empty(len(mine), dtype=np.int64)
        place[np.argsort(mine, kind="stable")] = np.arange(len(mine))
        rows = pa.concat_tables(parts)
        yield rows if len(parts) == 1 else rows.take(pa.array(place))


class _Stream:
    """A file's rows from the first to the last, in portions as they are asked for."""

    def __init__(self, snapshot: Snapshot, file: File) -> None:
        self._groups = snapshot.portions(file, GROUP_ROWS)
        self._rest = TABLES[file.table].empty_table()

    def take(self, count: int) -> pa.Table:
        """The next ``count`` rows."""
        parts, missing = [self._rest], count - self._rest.num_rows
        while missing > 0:
            parts.append(next(self._groups))
            missing -= parts[-1].num_rows
        rows = pa.concat_tables(parts)
        self._rest = rows.slice(count)
        return rows.slice(0, count)
