"""Reading a snapshot: an immutable folder of tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedupe.errors import StoreError
from dedupe.publish.keys import CACHED_FROM, Wanted, rows_of
from dedupe.publish.manifest import File, Manifest
from dedupe.schemas import TABLES

if TYPE_CHECKING:
    import pyarrow.dataset as ds

CURRENT = "current"
SNAPSHOTS = "snapshots"

READERS = 2
"""Files from which rows are taken at a time."""


class Snapshot:
    """One published state of all tables. It never changes, so it can be read without a lock."""

    keys: Path | None = None
    """Where whoever holds the data folder keeps sorted ids of its files (see ``keys``)."""

    def __init__(self, folder: Path) -> None:
        """Open the snapshot in ``folder``.

        Raises:
            StoreError: the folder holds no readable manifest.
        """
        self.folder = folder
        self.manifest = Manifest.read(folder)
        self._root = str(folder)
        self._filesystem: Any = None

    @classmethod
    def current(cls, data_dir: Path) -> Self | None:
        """The snapshot that ``current`` points at now; None where nothing was published yet.

        Raises:
            StoreError: ``current`` points at something that is not a snapshot.
        """
        link = data_dir / CURRENT
        if not link.is_symlink() and not link.exists():
            _refuse_orphans(data_dir)
            return None
        try:
            target = link.resolve(strict=True)
        except OSError as error:
            raise StoreError(
                f"{link}: points at {link.readlink()}, which is not there; "
                "`dedupe snapshots` lists what is, `dedupe rollback N` goes back to one"
            ) from error
        return cls(target)

    @property
    def number(self) -> int:
        """Position in the sequence of snapshots, from 1."""
        return self.manifest.snapshot

    @property
    def stamp(self) -> str:
        """Name of the content; see ``Manifest.stamp``."""
        return self.manifest.stamp

    def path(self, file: File) -> Path:
        """Where a file of the manifest lies."""
        return self.folder / file.path

    def _at(self, file: File) -> str:
        """The file's path in the snapshot's filesystem."""
        return f"{self._root}/{file.path}"

    def dataset(self, table: str) -> ds.Dataset:
        """A table as a dataset, with the partition column ``month``."""
        schema = TABLES[table].append(pa.field("month", pa.string()))
        paths = [self._at(file) for file in self.manifest.of(table)]
        # Here, since it takes 40 MB (with pandas, where that is installed) that cleaning needs not.
        import pyarrow.dataset as ds

        return ds.dataset(
            paths,
            schema=schema,
            format="parquet",
            filesystem=self._filesystem,
            partitioning=ds.partitioning(pa.schema([("month", pa.string())]), flavor="hive"),
            partition_base_dir=f"{self._root}/{table}",
        )

    def read(self, file: File, columns: list[str] | None = None) -> pa.Table:
        """One file as a table with the table's schema (a column it predates is null)."""
        schema = TABLES[file.table]
        wanted = schema.names if columns is None else columns
        with pq.ParquetFile(self._at(file), filesystem=self._filesystem) as reader:
            present = reader.schema_arrow.names
            table = reader.read(columns=[name for name in wanted if name in present])
        for name in wanted:
            if name not in present:
                table = table.append_column(
                    schema.field(name), pa.nulls(table.num_rows, schema.field(name).type)
                )
        return table.select(wanted)

    def portions(self, file: File, rows: int) -> Iterator[pa.Table]:
        """One file, ``rows`` rows at a time, each with the table's schema."""
        schema = TABLES[file.table]
        with pq.ParquetFile(self._at(file), filesystem=self._filesystem) as reader:
            for batch in reader.iter_batches(batch_size=rows):
                columns = [
                    batch[field.name]
                    if field.name in batch.schema.names
                    else pa.nulls(batch.num_rows, field.type)
                    for field in schema
                ]
                yield pa.Table.from_arrays(columns, schema=schema)

    def batches(self, table: str, columns: list[str]) -> Iterator[pa.Table]:
        """A table file by file, so that memory stays bounded."""
        for file in self.manifest.of(table):
            if file.rows:
                yield self.read(file, columns)

    def rows(
        self, table: str, ids: Collection[str], columns: list[str] | None = None, key: str = "id"
    ) -> pa.Table:
        """The rows whose ``key`` is among ``ids``, in file order."""
        schema = TABLES[table]
        names = schema.names if columns is None else columns
        empty = pa.schema([schema.field(name) for name in names]).empty_table()
        if not ids:
            return empty
        wanted = Wanted(ids)
        masks = ((file, self.mask(file, key, wanted)) for file in self.manifest.of(table))
        hit = [(file, mask) for file, mask in masks if mask is not None]
        # Decoding leaves Python's lock.
        with ThreadPoolExecutor(READERS) as readers:
            parts = readers.map(lambda pair: self._take(pair[0], names, pair[1]), hit)
            return pa.concat_tables([empty, *parts])

    def mask(self, file: File, key: str, wanted: Wanted) -> pa.Array | pa.ChunkedArray | None:
        """Which rows of a file have a ``key`` among ``wanted``; None where none has."""

        def column() -> pa.ChunkedArray:
            return self.read(file, [key]).column(key)

        if self.keys is not None and file.rows >= CACHED_FROM:
            rows = rows_of(self.keys, file, key, wanted, column)
            if rows is not None:
                marked = np.zeros(file.rows, np.bool_)
                marked[rows] = True
                return pa.array(marked) if len(rows) else None
        if not file.rows:
            return None
        mask = pc.is_in(pc.cast(column(), pa.string()), value_set=wanted.column)
        return mask if pc.any(mask).as_py() else None

    def _take(self, file: File, columns: list[str], mask: pa.Array | pa.ChunkedArray) -> pa.Table:
        """The masked rows of a file, decoding only the row groups that hold one."""
        reader = pq.ParquetFile(self._at(file), filesystem=self._filesystem)
        if set(columns) - set(reader.schema_arrow.names):
            return self.read(file, columns).filter(mask)
        marked = np.asarray(mask)
        metadata = reader.metadata
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        ends = np.cumsum(sizes)
        groups, wanted = [], []
        for group, (first, last) in enumerate(zip(ends - sizes, ends, strict=True)):
            if marked[first:last].any():
                groups.append(group)
                wanted.append(marked[first:last])
        rows = reader.read_row_groups(groups, columns=columns, use_threads=False)
        return rows.filter(pa.array(np.concatenate(wanted))).select(columns)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        return {table: self.manifest.rows(table) for table in TABLES}


def _refuse_orphans(data_dir: Path) -> None:
    """A first run that died leaves a snapshot 1 and no link; any more had a link, which was lost.

    Taken for an empty folder, the next run would write its snapshots over these.
    """
    later = [
        path.name
        for path in (data_dir / SNAPSHOTS).glob("*")
        if path.name.isdecimal() and int(path.name) > 1
    ]
    if later:
        raise StoreError(
            f"{data_dir / CURRENT}: missing, though there are snapshots; make it a link to one "
            f"that is whole: ln -s {SNAPSHOTS}/{max(later)} {data_dir / CURRENT}"
        )
