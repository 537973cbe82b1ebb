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
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.clean.templates import LEAST_DOCUMENTS, MOST_PASSAGES, Site
from dedupe.errors import StoreError
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
        self._table = SCHEMA.empty_table() if table is None else table
        self._row = {name: row for row, name in enumerate(self._table["site"].to_pylist())}
        self._frequent = frequent
        self._read: dict[str, Site] = {}

    @classmethod
    def at(cls, path: str | os.PathLike[str] | None) -> Known:
        """The templates in a state file that was verified when the run began."""
        if path is None:
            return cls(None)
        return cls(_table(pa.memory_map(os.fspath(path)).read_buffer()), frequent=True)

    def of(self, name: str | None) -> Site | None:
        """What is known of a site; None where nothing is."""
        if name is None or name not in self._row:
            return None
        if name not in self._read:
            self._read[name] = self._site(self._row[name])
        return self._read[name]

    def _site(self, row: int) -> Site:
        keys, times, firsts = (
            self._table[name][row].values.to_numpy() for name in ("keys", "times", "firsts")
        )
        if self._frequent:
            often = times >= LEAST_DOCUMENTS
            keys, times, firsts = keys[often], times[often], firsts[often]
        pairs = zip(times.tolist(), firsts.tolist(), strict=True)
        return Site(
            documents=self._table["documents"][row].as_py(),
            leads=self._table["leads"][row].as_py(),
            passages=dict(zip(keys.tolist(), pairs, strict=True)),
        )

    def sizes(self) -> dict[str, int]:
        """How many passages each site has."""
        lengths = pc.list_value_length(self._table["keys"]).to_pylist()
        return dict(zip(self._row, lengths, strict=True))

    def lasts(self) -> dict[str, dt.datetime]:
        """When each site was last learnt from."""
        return dict(zip(self._row, self._table["last"].to_pylist(), strict=True))

    def with_changes(
        self, changed: Mapping[str, Passages | None], lasts: Mapping[str, dt.datetime]
    ) -> pa.Table:
        """The state with sites put in place or (None) taken out."""
        kept = [row for name, row in self._row.items() if name not in changed]
        parts = [self._table.take(pa.array(kept, pa.int64())).cast(SCHEMA)]
        parts.append(pa.Table.from_batches([_rows(changed, lasts)], SCHEMA))
        return pa.concat_tables(parts).sort_by("site").combine_chunks()


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """A site's passages in arrays, by rising key."""

    documents: int
    leads: int
    keys: npt.NDArray[np.int64]
    times: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int32]

    @classmethod
    def of(cls, site: Site) -> Passages:
        """Those of ``site``."""
        size = len(site.passages)
        keys = np.fromiter(site.passages, np.int64, size)
        seen = np.array(list(site.passages.values()), np.int32).reshape(size, 2)
        order = np.argsort(keys)
        return cls(site.documents, site.leads, keys[order], seen[order, 0], seen[order, 1])

    def site(self) -> Site:
        """The site that has them."""
        pairs = zip(self.times.tolist(), self.firsts.tolist(), strict=True)
        return Site(
            documents=self.documents,
            leads=self.leads,
            passages=dict(zip(self.keys.tolist(), pairs, strict=True)),
        )


def _rows(
    changed: Mapping[str, Passages | None], lasts: Mapping[str, dt.datetime]
) -> pa.RecordBatch:
    names = sorted(name for name, site in changed.items() if site is not None)
    sites = [site for name in names if (site := changed[name]) is not None]
    offsets = pa.array(np.cumsum([0, *(len(site.keys) for site in sites)]), pa.int64())

    def lists(parts: list[npt.NDArray[np.integer]], kind: pa.DataType) -> pa.Array:
        values = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return pa.LargeListArray.from_arrays(offsets, pa.array(values, kind))

    return pa.record_batch(
        [
            pa.array(names, pa.string()),
            pa.array([site.documents for site in sites], pa.int32()),
            pa.array([site.leads for site in sites], pa.int32()),
            pa.array([lasts[name] for name in names], SCHEMA.field("last").type),
            lists([site.keys for site in sites], pa.int64()),
            lists([site.times for site in sites], pa.int32()),
            lists([site.firsts for site in sites], pa.int32()),
        ],
        schema=SCHEMA,
    )
