"""Which rows of a table differ between two snapshots, at the cost of what was rewritten.

Snapshots share the files that did not change. A file whose digest both manifests name holds the
same rows in both and is not opened; of the others every row is compared, since a file is rewritten
whole where one of its rows changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedupe.downstream.ordered import ordered
from dedupe.publish import File, Snapshot

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Altered:
    """Rows of the later snapshot that the earlier one lacks, or has otherwise.

    ``columns`` has for each row the names of the columns that differ, in the table's order; it is
    empty for a row whose id is new.
    """

    rows: pa.Table
    columns: list[list[str]]


class Difference:
    """From the rows of ``table`` in ``before`` (None: no rows) to those in ``after``."""

    def __init__(self, before: Snapshot | None, after: Snapshot, table: str) -> None:
        """Compare the manifests and read the ids in the files that differ."""
        self.before, self.after, self.table = before, after, table
        self._old = files_apart(before, after, table)
        self.files = files_apart(after, before, table)
        """The files of ``after`` that ``before`` does not have."""
        self.shared = len(after.manifest.of(table)) - len(self.files)
        """Files that both have, and that are not opened."""
        self._places = {
            identity: (number, row)
            for number, file in enumerate(self._old)
            for row, identity in enumerate(_ids(before, file))
        }

    def stood(self, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The given columns of every row in a file that ``after`` does not have."""
        for file in self._old:
            assert self.before is not None
            yield from self.before.read(file, list(columns)).to_pylist()

    def gone(self) -> list[str]:
        """Ids that ``after`` does not have any more, sorted."""
        if not self._places:
            return []
        present = {identity for file in self.files for identity in _ids(self.after, file)}
        return sorted(self._places.keys() - present)

    def altered(self) -> Iterator[Altered]:
        """What is new or otherwise, in bounded portions; each id once."""
        if self.before is None:
            for rows in ordered(self.after, self.table):
                yield Altered(rows, [[] for _ in range(rows.num_rows)])
            return
        for file in self.files:
            if (altered := self._of(file)).rows.num_rows:
                yield altered

    def _of(self, file: File) -> Altered:
        rows = self.after.read(file)
        ids = rows["id"].to_pylist()
        known = np.array([identity in self._places for identity in ids], dtype=bool)
        there = np.flatnonzero(known)
        old = self._rows_at([self._places[ids[row]] for row in there])
        new = rows.take(pa.array(there))
        names = [name for name in rows.schema.names if name != "id"]
        differs = np.array([_differs(old[name], new[name]) for name in names], dtype=bool)
        columns: list[list[str]] = [[] for _ in ids]
        for column, at in zip(*np.nonzero(differs), strict=True):
            columns[there[at]].append(names[column])
        kept = [row for row in range(len(ids)) if columns[row] or not known[row]]
        return Altered(rows.take(pa.array(kept, pa.int64())), [columns[row] for row in kept])

    def _rows_at(self, places: list[tuple[int, int]]) -> pa.Table:
        """Rows of ``before`` by file and row, in the order of ``places``."""
        assert self.before is not None
        of_file: dict[int, list[int]] = defaultdict(list)
        for at, (number, _) in enumerate(places):
            of_file[number].append(at)
        parts = [
            self.before.read(self._old[number]).take(pa.array([places[at][1] for at in ats]))
            for number, ats in of_file.items()
        ]
        if not parts:
            return self.after.read(self.files[0]).slice(0, 0)
        order = np.argsort([at for ats in of_file.values() for at in ats])
        return pa.concat_tables(parts).take(pa.array(order))


def files_apart(of: Snapshot | None, other: Snapshot | None, table: str) -> list[File]:
    """The files of a table in ``of``, less those that ``other`` has too, and less empty ones."""
    shared = {file.sha256 for file in other.manifest.of(table)} if other else set()
    files = of.manifest.of(table) if of else []
    return [file for file in files if file.rows and file.sha256 not in shared]


def _ids(snapshot: Snapshot | None, file: File) -> list[str]:
    assert snapshot is not None
    ids: list[str] = snapshot.read(file, ["id"])["id"].to_pylist()
    return ids


def _differs(old: pa.ChunkedArray, new: pa.ChunkedArray) -> Flags:
    """Where two columns differ; null equals null."""
    if pa.types.is_nested(old.type):
        pairs = zip(old.to_pylist(), new.to_pylist(), strict=True)
        return np.array([one != other for one, other in pairs], dtype=bool)
    same = pc.fill_null(pc.equal(old, new), False)  # noqa: FBT003 - what null becomes
    absent = pc.and_(pc.is_null(old), pc.is_null(new))
    flags: Flags = pc.invert(pc.or_(same, absent)).to_numpy()
    return flags
