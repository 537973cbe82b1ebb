"""The batch: the cleaned documents of a run, column by column.

A run may hold a million documents. So what is known of each is a few numbers in arrays; texts,
titles and sources stay in the staged shards, which are memory-mapped, and are looked at one by one.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.detect import I64, Packed, order_of, pack_ids, unpack_ids
from dedupe.pipeline.mapped import Mapped, Scratch, release
from dedupe.pipeline.versions import Entry
from dedupe.publish import months_of

NEVER = np.iinfo(np.int64).min
"""In place of a time that is not stated."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


LOOKS = 256
"""Rows looked at before the pages that they lie in are let go of; each maps 64 kB and more."""


class Batch:
    """Rows are counted through all shards, in their order."""

    def __init__(self, shards: Sequence[Mapped]) -> None:
        """Read the narrow columns of ``shards``."""
        self.shards = [shard.table for shard in shards]
        self._maps = shards
        self._scratch: list[Scratch] = []
        self._looks = 0
        self._touched: set[int] = set()
        self.bounds: I64 = np.cumsum(
            [0, *(shard.num_rows for shard in self.shards)], dtype=np.int64
        )
        self._bounds: list[int] = self.bounds.tolist()
        self._texts = [shard.column("text") for shard in self.shards]
        self.document_ids = self._packed("document_id")
        self.words = self._numbers("word_count")
        self.published = self._numbers("published_at")
        self.sites, self.site_names = self._coded("site")
        self._months: tuple[I64, list[str]] | None = None
        release(self._maps)

    def __len__(self) -> int:
        """How many documents."""
        return int(self.bounds[-1])

    def hold(self, scratch: Scratch) -> None:
        """Let go of the pages of this together with those of the shards."""
        self._scratch.append(scratch)

    def looked(self, rows: int, shards: Iterable[int] = ()) -> None:
        """Say that so many rows were looked at, in these shards."""
        self._looks += rows
        self._touched.update(shards)
        if self._looks >= LOOKS:
            touched, self._looks, self._touched = self._touched, 0, set()
            release([*self._scratch, *(self._maps[shard] for shard in touched)])

    def place(self, row: int) -> tuple[int, int]:
        """The shard of a row, and its row there."""
        shard = bisect_right(self._bounds, row) - 1
        return shard, row - self._bounds[shard]

    def row(self, shard: int, row: int) -> int:
        """The inverse of ``place``."""
        return int(self.bounds[shard]) + row

    def text(self, row: int) -> str:
        """The clean text of a row."""
        shard, at = self.place(row)
        self.looked(1, (shard,))
        return str(self._texts[shard][at].as_py())

    def site(self, row: int) -> str | None:
        """The site of a row."""
        return self.site_names[int(self.sites[row])]

    def published_at(self, row: int) -> dt.datetime | None:
        """When a row says that it was published."""
        stated = int(self.published[row])
        return None if stated == NEVER else _EPOCH + dt.timedelta(microseconds=stated)

    def months(self) -> tuple[I64, list[str]]:
        """For each row the code of its partition, and the partitions by code."""
        if self._months is None:
            stated = pa.array(self.published, pa.int64(), mask=self.published == NEVER)
            named = months_of(stated.cast(pa.timestamp("us", tz="UTC"))).dictionary_encode()
            codes = named.indices.to_numpy(zero_copy_only=False).astype(np.int64)
            self._months = codes, named.dictionary.to_pylist()
        return self._months

    def entries(self, rows: npt.NDArray[np.integer]) -> list[Entry]:
        """Documents whose versions must be sorted out, one by one."""
        found = []
        for shard, at in map(self.place, rows.tolist()):
            values = self.shards[shard].select(_ENTRY).slice(at, 1).to_pylist()[0]
            found.append(Entry(shard=shard, row=at, words=values.pop("word_count"), **values))
        return found

    def take(self, rows: I64, columns: list[str] | None = None) -> pa.Table:
        """The staged columns of ``rows`` (all, or those named), in that order."""
        self.looked(len(rows))
        shards = np.searchsorted(self.bounds, rows, side="right") - 1
        order = np.argsort(shards, kind="stable")
        ends = np.cumsum(np.bincount(shards, minlength=len(self.shards)))
        parts = []
        for shard, table in enumerate(self.shards):
            of_shard = order[(ends[shard - 1] if shard else 0) : ends[shard]]
            if len(of_shard):
                wanted = table if columns is None else table.select(columns)
                parts.append(wanted.take(pa.array(rows[of_shard] - self.bounds[shard])))
                self._maps[shard].release()
        if len(parts) == 1:
            return parts[0]
        back = np.empty(len(rows), np.int64)
        back[order] = np.arange(len(rows))
        return pa.concat_tables(parts).combine_chunks().take(pa.array(back))

    def _column(self, name: str) -> pa.ChunkedArray:
        chunks = [chunk for shard in self.shards for chunk in shard.column(name).chunks]
        return pa.chunked_array(chunks, self.shards[0].schema.field(name).type)

    def _packed(self, name: str) -> Packed:
        parts = [packed(shard.column(name)) for shard in self.shards]
        return np.concatenate([pack_ids([]), *parts])

    def _numbers(self, name: str) -> I64:
        if not self.shards:
            return np.empty(0, np.int64)
        column = self._column(name).cast(pa.int64())
        filled: I64 = pc.fill_null(column, NEVER).to_numpy()
        return filled

    def _coded(self, name: str) -> tuple[npt.NDArray[np.int32], list[str | None]]:
        if not self.shards:
            return np.empty(0, np.int32), [None]
        column = self._column(name).dictionary_encode().unify_dictionaries().combine_chunks()
        names: list[str | None] = column.dictionary.to_pylist()
        codes = pc.fill_null(column.indices, len(names)).to_numpy(zero_copy_only=False)
        return codes.astype(np.int32), [*names, None]


_ENTRY = [
    "document_id",
    "content_hash",
    "source",
    "word_count",
    "site",
    "title",
    "published_at",
    "modified_at",
]


def packed(column: pa.ChunkedArray | pa.Array) -> Packed:
    """A column of ids without nulls, 16 bytes each."""
    joined = pc.binary_join(_one_list(column), "").to_pylist()[0] if len(column) else ""
    return np.frombuffer(bytes.fromhex(joined), dtype=pack_ids([]).dtype)


def _one_list(column: pa.ChunkedArray | pa.Array) -> pa.LargeListArray:
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


class Live:
    """The documents of the batch that go on to detect: those that are no earlier or known version.

    Positions count them. ``entries`` are those whose version had to be sorted out, by position; of
    all others the id is the document's, and the version the first.
    """

    def __init__(self, batch: Batch, plain: I64, entries: Sequence[Entry]) -> None:
        """From the rows of documents met for the first time, and the entries of the others."""
        rows = [batch.row(entry.shard, entry.row) for entry in entries]
        self.batch = batch
        self.rows: I64 = np.concatenate([plain, np.array(rows, np.int64)])
        self.ids = np.concatenate(
            [batch.document_ids[plain], pack_ids([entry.id for entry in entries])]
        )
        self.entries = dict(enumerate(entries, len(plain)))
        self._order = order_of(self.ids)
        self._sorted = self.ids[self._order].view("S16")

    def __len__(self) -> int:
        """How many documents."""
        return len(self.rows)

    def __contains__(self, identity: object) -> bool:
        """Whether a document of this id is among them."""
        return isinstance(identity, str) and int(self.positions([identity])[0]) >= 0

    def positions(self, ids: Sequence[str]) -> I64:
        """Where these ids stand; -1 for one that does not."""
        return self.positions_of(pack_ids(ids))

    def among(self, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that are of documents among them."""
        found = self.positions(ids).tolist()
        return [identity for identity, at in zip(ids, found, strict=True) if at >= 0]

    def positions_of(self, wanted: Packed) -> I64:
        """``positions`` for packed ids."""
        if not len(self.rows):
            return np.full(len(wanted), -1, np.int64)
        wanted = wanted.view("S16")
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        found: I64 = np.where(self._sorted[at] == wanted, self._order[at], -1)
        return found

    def id(self, position: int) -> str:
        """The id at a position."""
        return unpack_ids(self.ids[position : position + 1])[0]

    def text(self, position: int) -> str:
        """The clean text at a position."""
        return self.batch.text(int(self.rows[position]))

    def version(self, position: int) -> int:
        """Which version of its document it is."""
        entry = self.entries.get(position)
        return entry.version if entry else 1
