"""What a run wrote, read back in bounded pieces.

File names carry the number of the snapshot that wrote them, so a run's rows are found without
reading history; rows of earlier runs that were rewritten along with them are told by ``run_id``.
The small columns of these files are read once; texts only of the rows that are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedupe.publish import File, Snapshot
from dedupe.schemas import TABLES

SMALL = {
    "articles": ["id", "language", "site", "published_at", "copies", "run_id"],
    "duplicates": [
        "id",
        "canonical_id",
        "relation",
        "jaccard",
        "language",
        "site",
        "published_at",
        "first_seen_at",
        "run_id",
    ],
    "removals": ["article_id", "rule", "stage", "start", "end", "run_id"],
    "rejects": ["id", "reason", "run_id"],
    "comparisons": [
        "left_id",
        "right_id",
        "relation",
        "jaccard",
        "containment",
        "reason",
        "run_id",
    ],
}
"""Columns that are read of everything that a run wrote."""

OLD_FILES = 96
"""Files of earlier runs in which a document of history is looked up; beyond, it is named by id."""

GROUPS = 96
"""Row groups decoded for the samples of one table."""

Place: TypeAlias = tuple[int, int]
"""A file among ``Written.files`` and a row in it."""


class Written:
    """The rows that one run left in its snapshot."""

    def __init__(self, snapshot: Snapshot, run_id: str) -> None:
        self.snapshot = snapshot
        self.run_id = run_id
        self._small: dict[str, pa.Table] = {}

    def files(self, table: str) -> list[File]:
        """The files of a table that this snapshot's run wrote, those with rows only."""
        return [f for f in self.snapshot.manifest.of(table) if f.rows and self._of_run(f)]

    def rows(self, table: str) -> pa.Table:
        """The run's rows: the ``SMALL`` columns, with ``file`` and ``row`` to sample them by."""
        rows = self.everything(table)
        return rows.filter(pc.equal(rows["run_id"], self.run_id))

    def everything(self, table: str) -> pa.Table:
        """As ``rows``, with the rows of earlier runs in the same files."""
        if table not in self._small:
            fields = [TABLES[table].field(name) for name in SMALL[table]]
            places = [pa.field("file", pa.int32()), pa.field("row", pa.int32())]
            none = pa.schema([*fields, *places]).empty_table()
            parts = [self._part(at, file) for at, file in enumerate(self.files(table))]
            self._small[table] = pa.concat_tables([none, *parts]).combine_chunks()
        return self._small[table]

    def _part(self, at: int, file: File) -> pa.Table:
        rows = self.snapshot.read(file, SMALL[file.table])
        return rows.append_column("file", pa.array([at] * rows.num_rows, pa.int32())).append_column(
            "row", pa.array(range(rows.num_rows), pa.int32())
        )

    def sample(
        self, table: str, places: Collection[Place], columns: Sequence[str]
    ) -> dict[Place, dict[str, Any]]:
        """Whole rows by place; some stay out where they lie in too many row groups."""
        files = self.files(table)
        of_file: dict[int, list[int]] = defaultdict(list)
        for at, row in sorted(set(places)):
            of_file[at].append(row)
        found: dict[Place, dict[str, Any]] = {}
        budget = GROUPS
        for at, wanted in of_file.items():
            reader = pq.ParquetFile(self.snapshot.path(files[at]))
            names = [name for name in columns if name in reader.schema_arrow.names]
            start = 0
            for group in range(reader.num_row_groups):
                count = reader.metadata.row_group(group).num_rows
                here = [row for row in wanted if start <= row < start + count]
                if here and budget:
                    budget -= 1
                    part = reader.read_row_group(group, columns=names)
                    taken = part.take(pa.array([row - start for row in here])).to_pylist()
                    found |= {(at, row): taken[i] for i, row in enumerate(here)}
                start += count
        return found

    def documents(self, ids: Collection[str], columns: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Rows of ``articles`` or ``duplicates`` by id, of this run or of earlier ones.

        Of the earlier ones' files only the latest are looked into; an id in none is left out.
        """
        wanted = list(dict.fromkeys(["id", *columns]))
        found: dict[str, dict[str, Any]] = {}
        for table in ("articles", "duplicates"):
            names = [name for name in wanted if name in TABLES[table].names]
            here = self.everything(table)
            here = here.filter(pc.is_in(here["id"], value_set=pa.array(sorted(ids), pa.string())))
            places = list(zip(here["file"].to_pylist(), here["row"].to_pylist(), strict=True))
            found |= {row["id"]: row for row in self.sample(table, places, names).values()}
        missing = set(ids) - found.keys()
        for file in self._old_files():
            if not missing:
                break
            for row in self._with_ids(file, missing, wanted):
                found[row["id"]] = row
                missing.discard(row["id"])
        return found

    def _old_files(self) -> list[File]:
        """The latest files of documents that this run did not write."""
        old = [
            file
            for table in ("articles", "duplicates")
            for file in self.snapshot.manifest.of(table)
            if file.rows and not self._of_run(file)
        ]
        old.sort(key=lambda file: (PurePosixPath(file.path).name, file.path), reverse=True)
        return old[:OLD_FILES]

    def _with_ids(
        self, file: File, ids: Collection[str], columns: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Rows with these ids; files are sorted by id, so most row groups need no decoding."""
        reader = pq.ParquetFile(self.snapshot.path(file))
        at = reader.schema_arrow.get_field_index("id")
        names = [name for name in columns if name in reader.schema_arrow.names]
        for group in range(reader.num_row_groups):
            span = reader.metadata.row_group(group).column(at).statistics
            ranged = span is not None and span.has_min_max
            here = sorted(i for i in ids if not ranged or span.min <= i <= span.max)
            if not here:
                continue
            keys = reader.read_row_group(group, columns=["id"])["id"]
            mask = pc.is_in(keys, value_set=pa.array(here, pa.string()))
            if pc.any(mask).as_py():
                yield from reader.read_row_group(group, columns=names).filter(mask).to_pylist()

    def _of_run(self, file: File) -> bool:
        return PurePosixPath(file.path).name.startswith(f"{self.snapshot.number:06d}-")
