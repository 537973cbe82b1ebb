"""What is known of every site's template, as one Arrow file that reflects one snapshot.

Like the index it is a cache of the tables: named by the stamp of the snapshot that it reflects,
made anew from them where it is missing, damaged or of another kind. A row is a site, in the order
of their names; whoever cleans maps the file and takes the sites that it meets.
"""

from __future__ import annotations

import datetime as dt
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.clean.templates import LEAST_DOCUMENTS, MOST_PASSAGES, Site
from dedupe.errors import StoreError
from dedupe.pipeline.site_passages import Passages
from dedupe.publish.durable import link_or_copy, sync_file, sync_folder

TEMPLATES = "templates"
"""The folder of the states, under the folder that no reader needs."""

MOST_IN_ALL = 2_000_000
"""Passages kept for all sites together: 32 MB."""

_KIND = f"templates 2 {MOST_PASSAGES} {MOST_IN_ALL}"
"""What counted differently is another kind, and is not gone on with."""

_HEAD = 64
"""Bytes before the Arrow file, which keep its buffers aligned."""

SCHEMA = pa.schema(
    {
        "site": pa.string(),
        "documents": pa.int32(),
        "leads": pa.int32(),
        "last": pa.timestamp("us", tz="UTC"),
        "keys": pa.large_list(pa.int64()),
        "times": pa.large_list(pa.int32()),
        "firsts": pa.large_list(pa.int32()),
    }
)


def path_of(folder: Path, stamp: str) -> Path:
    """Where the state that reflects the snapshot ``stamp`` lies."""
    return folder / f"{stamp}.arrow"


def read(path: Path) -> pa.Table:
    """The state in ``path``, memory-mapped and verified.

    Raises:
        StoreError: it is missing, damaged or of another kind.
    """
    try:
        mapped = pa.memory_map(str(path)).read_buffer()
        stated = mapped.slice(0, _HEAD).to_pybytes()
        if stated != _head(memoryview(mapped)[_HEAD:]):
            raise StoreError(f"{path}: damaged, or of another kind")
        return _table(mapped)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: cannot be read ({error})") from error


def _table(mapped: pa.Buffer) -> pa.Table:
    return pa.ipc.open_file(pa.BufferReader(mapped.slice(_HEAD))).read_all()


def _head(body: memoryview) -> bytes:
    """What stands before the Arrow file: the kind and a checksum of all that follows."""
    return f"{_KIND} {zlib.crc32(body):08x}\n".encode().rjust(_HEAD)


def write(path: Path, table: pa.Table) -> None:
    """Write a state durably, complete or not at all."""
    body = pa.BufferOutputStream()
    with pa.ipc.new_file(body, SCHEMA) as writer:
        writer.write_table(table.combine_chunks().cast(SCHEMA))
    stored = body.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as sink:
        sink.write(_head(memoryview(stored)))
        sink.write(stored)
    sync_file(draft)
    draft.replace(path)
    sync_folder(path.parent)


def carry(source: Path, target: Path) -> None:
    """Let a state that nothing was added to stand for another snapshot too."""
    if source == target or not source.exists():
        return
    target.unlink(missing_ok=True)
    link_or_copy(source, target)
    sync_folder(target.parent)


def drop_others(folder: Path, stamp: str) -> None:
    """Delete the states of all snapshots but one."""
    for path in [*folder.glob("*.arrow"), *folder.glob("*.draft")]:
        if path != path_of(folder, stamp):
            path.unlink(missing_ok=True)


class Known:
    """The sites of a state, each read when it is asked for."""

    def __init__(self, table: pa.Table | None, *, frequent: bool = False) -> None:
        """Read from ``table`` (None: nothing is known); ``frequent`` passages only, to cut them."""
        table = SCHEMA.empty_table() if table is None else table
        self._table = table
        self._row = {name: row for row, name in enumerate(table["site"].to_pylist())}
        self._frequent = frequent
        self._read: dict[str, Site] = {}
        lengths = pc.list_value_length(table["keys"]).to_numpy()
        self._ends = np.cumsum(lengths)
        self._starts = self._ends - lengths
        self._keys, self._times, self._firsts = (
            _flat(table[name]) for name in ("keys", "times", "firsts")
        )

    @classmethod
    def at(cls, path: str | os.PathLike[str] | None, *, frequent: bool = True) -> Known:
        """The templates in a state file that was verified when the run began."""
        if path is None:
            return cls(None)
        return cls(_table(pa.memory_map(os.fspath(path)).read_buffer()), frequent=frequent)

    def of(self, name: str | None) -> Site | None:
        """What is known of a site; None where nothing is."""
        if name is None or name not in self._row:
            return None
        if name not in self._read:
            passages = self.passages(name)
            if self._frequent:
                passages = passages.frequent(LEAST_DOCUMENTS)
            self._read[name] = passages.site()
        return self._read[name]

    def passages(self, name: str) -> Passages:
        """What is known of a site, in arrays."""
        row = self._row.get(name)
        if row is None:
            return Passages.none()
        part = slice(self._starts[row], self._ends[row])
        return Passages(
            documents=self._table["documents"][row].as_py(),
            leads=self._table["leads"][row].as_py(),
            keys=self._keys[part],
            times=self._times[part],
            firsts=self._firsts[part],
        )

    def sizes(self) -> dict[str, int]:
        """How many passages each site has."""
        return dict(zip(self._row, (self._ends - self._starts).tolist(), strict=True))

    def lasts(self) -> dict[str, dt.datetime]:
        """When each site was last learnt from."""
        return dict(zip(self._row, self._table["last"].to_pylist(), strict=True))

    def with_changes(
        self, changed: Mapping[str, Passages | None], lasts: Mapping[str, dt.datetime]
    ) -> pa.Table:
        """The state with sites put in place or (None) taken out."""
        names = sorted({*self._row, *changed} - {name for name in changed if changed[name] is None})
        sites = [changed.get(name) or self.passages(name) for name in names]
        offsets = pa.array(np.cumsum([0, *(len(site.keys) for site in sites)]), pa.int64())

        def lists(parts: list[npt.NDArray[np.integer]], kind: pa.DataType) -> pa.Array:
            values = np.concatenate(parts) if parts else np.empty(0, np.int64)
            return pa.LargeListArray.from_arrays(offsets, pa.array(values, kind))

        columns = [
            pa.array(names, pa.string()),
            pa.array([site.documents for site in sites], pa.int32()),
            pa.array([site.leads for site in sites], pa.int32()),
            pa.array([lasts[name] for name in names], SCHEMA.field("last").type),
            lists([site.keys for site in sites], pa.int64()),
            lists([site.times for site in sites], pa.int32()),
            lists([site.firsts for site in sites], pa.int32()),
        ]
        return pa.table(columns, schema=SCHEMA)


def _flat(column: pa.ChunkedArray) -> npt.NDArray[np.signedinteger[Any]]:
    """The values of all lists of a column, one list's after the other's."""
    values: npt.NDArray[np.signedinteger[Any]] = pc.list_flatten(column).to_numpy()
    return values
