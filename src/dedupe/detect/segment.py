"""Segments: the immutable files of the index, each a stretch of ordinals with its sorted keys.

A segment holds the ids of its ordinals, the ordinals that it takes out, and for each key space a
directory and the entries, sorted by key. It is written once, synced, and never changed: the sorted
runs of a log-structured merge tree (O'Neil et al., 1996), read through a memory map. Whatever is
read of it is verified: buckets by their digests, ids by blocks, removals when it is opened.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.cold import read_ahead, read_spans
from dedupe.detect.digest import IndexDamageError, digests, digests_in, entry_hashes, offsets_in
from dedupe.detect.header import Header, Section
from dedupe.detect.identifiers import ID_BYTES, PACKED
from dedupe.detect.layout import I64, Entries, Layout, equal_range
from dedupe.detect.shingling import U64
from dedupe.errors import StoreError

TAIL = 8
"""Zero bytes at the end of a file, so that an entry may be read as eight bytes."""

DIRECT = 2**26
"""Bytes of a space from which buckets are read one by one, and not through the memory map, where
each costs a page fault, which takes longer and keeps 64 kB. The directory, a twentieth of the size,
is always read through the map: many look-ups share a page of it."""

WIDE = 4096
"""Entries of a bucket from which it is verified once and then searched in place: a key that so many
share is asked for again and again."""

_ROWS = 2**19
"""Entries that are read at a time."""

BLOCK = 256
"""Ids that have a checksum of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class _Buckets:
    """Some buckets of a space, by rising number: where they lie, and the digests stated of them."""

    number: U64
    low: I64
    high: I64
    stated: U64

    def __getitem__(self, which: NDArray[np.bool_] | slice) -> _Buckets:
        return _Buckets(self.number[which], self.low[which], self.high[which], self.stated[which])

    @property
    def sizes(self) -> I64:
        """How many entries each has."""
        return self.high - self.low


class Segment:
    """An open segment, memory-mapped and read-only.

    Raises:
        StoreError: the file is missing or has not the size that it was written with.
        IndexDamageError: here and in every look-up: what was read is not what was written.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.header = header
        path = folder / header.file
        try:
            self._file = path.open("rb", buffering=0)
            if os.fstat(self._file.fileno()).st_size != header.size:
                raise StoreError(f"{path} is damaged: it has not its {header.size} bytes")
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        self._map.madvise(mmap.MADV_RANDOM)
        self._view = memoryview(self._map)
        self._sound = np.zeros(-(-header.span // BLOCK), np.bool_)
        self._proven: set[tuple[int, int]] = set()
        self.dead = np.frombuffer(self._view, "<u4", header.dead_count, header.dead)
        if zlib.crc32(self._view[header.dead : header.dead + self.dead.nbytes]) != header.dead_crc:
            raise self._damage("the removals")

    def ids(self, first: int = 0, last: int | None = None) -> NDArray[np.void]:
        """The ids of the segment's ordinals ``base + first`` to ``base + last``, in bytes."""
        last = self.header.span if last is None else last
        self._verify_ids(np.arange(first // BLOCK, -(-last // BLOCK)))
        return self._ids()[first:last]

    def ids_at(self, places: I64) -> NDArray[np.void]:
        """The ids of the ordinals ``base + places``, in bytes."""
        self._verify_ids(places // BLOCK)
        return self._ids()[places]

    def _ids(self) -> NDArray[np.void]:
        return np.frombuffer(self._view, PACKED, self.header.span, self.header.ids)

    def _verify_ids(self, blocks: I64) -> None:
        start = self.header.ids
        stated = np.frombuffer(self._view, "<u4", len(self._sound), self.header.blocks)
        for block in np.unique(blocks[~self._sound[blocks]]).tolist():
            first, last = block * BLOCK, min((block + 1) * BLOCK, self.header.span)
            ids = self._view[start + first * ID_BYTES : start + last * ID_BYTES]
            if zlib.crc32(ids) != stated[block]:
                raise self._damage("the ids")
            self._sound[block] = True

    def lookup(self, space: str, keys: U64, limit: int | None = None) -> tuple[I64, U64]:
        """Positions in ``keys``, which rise, and values of the entries that have one of these keys.

        A key with more than ``limit`` entries counts as having none.
        """
        section = self.header.spaces.get(space)
        found = [(np.empty(0, np.int64), np.empty(0, np.uint64))]
        if section is None or not len(keys) or not section.count:
            return found[0]
        every = self._layout(section).buckets(keys)
        fresh = np.append(True, every[1:] != every[:-1])
        place = np.cumsum(fresh) - 1
        buckets = self._buckets(section, every[fresh])
        sizes = buckets.sizes
        if sizes.max() <= WIDE and sizes.sum() <= _ROWS:
            return self._in_narrow(space, buckets, keys, limit)
        wide = sizes > WIDE
        turns = np.where(wide, -1, np.cumsum(np.where(wide, 0, sizes)) // _ROWS)
        for turn in np.unique(turns[~wide]).tolist():
            here = turns == turn
            asked = np.flatnonzero(here[place])
            at, values = self._in_narrow(space, buckets[here], keys[asked], limit)
            found.append((asked[at], values))
        for each in np.flatnonzero(wide).tolist():
            asked = np.flatnonzero(place == each)
            at, values = self._in_wide(space, buckets[each : each + 1], keys[asked], limit)
            found.append((asked[at], values))
        return (
            np.concatenate([positions for positions, _ in found]),
            np.concatenate([values for _, values in found]),
        )

    def _in_narrow(
        self, space: str, buckets: _Buckets, keys: U64, limit: int | None
    ) -> tuple[I64, U64]:
        section = self.header.spaces[space]
        layout = self._layout(section)
        words = self._read(space, buckets)
        have = layout.keys_of(np.repeat(buckets.number, buckets.sizes), words)
        wanted = layout.as_kept(keys)
        first = np.searchsorted(have, wanted)
        # Most keys are absent: only where something was met is there an end to look for.
        met = np.flatnonzero(first < len(have))
        met = met[have[first[met]] == wanted[met]]
        first, last = first[met], np.searchsorted(have, wanted[met], "right")
        at, rows = _expand(first, last, limit)
        return met[at], layout.values_of([word[rows] for word in words])

    def _in_wide(
        self, space: str, bucket: _Buckets, keys: U64, limit: int | None
    ) -> tuple[I64, U64]:
        section = self.header.spaces[space]
        layout = self._layout(section)
        self._prove(space, bucket)
        words = layout.words(self._view, section.entries, section.count)

        def kept(rows: I64) -> U64:
            return layout.keys_of(bucket.number, words(rows))

        low, high = np.repeat(bucket.low, len(keys)), np.repeat(bucket.high, len(keys))
        at, rows = _expand(*equal_range(kept, low, high, layout.as_kept(keys)), limit)
        return at, layout.values_of(words(rows))

    def _buckets(self, section: Section, number: I64) -> _Buckets:
        """Where buckets lie, by the directory."""
        words = self._directory(section)
        if section.count * self._layout(section).size >= DIRECT:
            read_ahead(self._map, section.directory, words, number)
        stated = words[number]
        low = offsets_in(stated).astype(np.int64)
        high = offsets_in(words[number + 1]).astype(np.int64)
        if (low > high).any() or (high > section.count).any():
            raise self._damage("a directory")
        return _Buckets(number.astype(np.uint64), low, high, digests_in(stated))

    def _read(self, space: str, buckets: _Buckets) -> list[U64]:
        """The words of the entries in some buckets, one after the other, verified."""
        section = self.header.spaces[space]
        layout = self._layout(section)
        start, size, sizes = section.entries, layout.size, buckets.sizes
        ends = np.cumsum(sizes)
        count = int(ends[-1]) if len(ends) else 0
        if section.count * size < DIRECT:
            rows = np.repeat(buckets.low - (ends - sizes), sizes) + np.arange(count)
            words = layout.words(self._view, start, section.count)(rows)
        else:
            spans = zip((start + buckets.low * size).tolist(), (sizes * size).tolist(), strict=True)
            parts = read_spans(self._file.fileno(), list(spans))
            buffer = memoryview(b"".join((*parts, bytes(TAIL))))
            words = layout.words(buffer, 0, count)(slice(None))
        self._verify(space, buckets, words)
        return words

    def _verify(self, space: str, buckets: _Buckets, words: list[U64]) -> None:
        sums = np.zeros(len(words[0]) + 1, np.uint64)
        np.cumsum(entry_hashes(words), out=sums[1:])
        ends = np.cumsum(buckets.sizes)
        of_buckets = sums[ends] - sums[ends - buckets.sizes]
        if not np.array_equal(digests(of_buckets, buckets.number), buckets.stated):
            raise self._damage(f"entries of {space}")

    def _prove(self, space: str, bucket: _Buckets) -> None:
        """Verify a wide bucket, once."""
        section = self.header.spaces[space]
        name = section.entries, int(bucket.number[0])
        if name in self._proven:
            return
        words = self._layout(section).words(self._view, section.entries, section.count)
        low, high = int(bucket.low[0]), int(bucket.high[0])
        total = np.zeros(1, np.uint64)
        for first in range(low, high, _ROWS):
            total += entry_hashes(words(slice(first, min(first + _ROWS, high)))).sum()
        if digests(total, bucket.number)[0] != bucket.stated[0]:
            raise self._damage(f"entries of {space}")
        self._proven.add(name)

    def part(self, space: str, index: int, parts: int) -> Entries | None:
        """The entries in the ``index``-th of ``parts`` (a power of two) equal key ranges.

        Keys come back as far as they are kept. Of a space with fewer buckets than parts, some parts
        are empty and others wide; their order holds. None without such a space.
        """
        section = self.header.spaces.get(space)
        if section is None:
            return None
        layout = self._layout(section)
        every = 1 << section.bits
        first, last = index * every // parts, (index + 1) * every // parts
        buckets = self._buckets(section, np.arange(first, last))
        if not len(buckets.number):
            return Entries(section.kind, np.empty(0, np.uint64), np.empty(0, np.uint64))
        if (buckets.high[:-1] != buckets.low[1:]).any():
            raise self._damage("a directory")
        rows = slice(int(buckets.low[0]), int(buckets.high[-1]))
        words = layout.words(self._view, section.entries, section.count)(rows)
        self._verify(space, buckets, words)
        keys = layout.keys_of(np.repeat(buckets.number, buckets.sizes), words)
        return Entries(section.kind, keys, layout.values_of(words))

    def problems(self) -> Iterator[str]:
        """What is wrong with the file's content, read in full; nothing if it is as written."""
        header = self.header
        checks = [
            ("ids", header.ids, header.span * ID_BYTES, header.ids_crc),
            ("removals", header.dead, header.dead_count * 4, header.dead_crc),
        ]
        for name, section in header.spaces.items():
            size = ((1 << section.bits) + 1) * 8
            checks.append((f"{name} directory", section.directory, size, section.directory_crc))
            size = section.count * self._layout(section).size
            checks.append((f"{name} entries", section.entries, size, section.entries_crc))
        for name, offset, size, crc in checks:
            if zlib.crc32(self._view[offset : offset + size]) != crc:
                yield f"{header.file}: the {name} are not as they were written"

    def release(self) -> None:
        """Lets go of the mapped pages; a later look-up finds them in the page cache."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _layout(self, section: Section) -> Layout:
        return Layout(section.kind, section.bits, self.header.base)

    def _directory(self, section: Section) -> U64:
        return np.frombuffer(self._view, "<u8", (1 << section.bits) + 1, section.directory)

    def _damage(self, what: str) -> IndexDamageError:
        return IndexDamageError(f"{self.header.file} is damaged: {what} are not as written")


def _expand(first: I64, last: I64, limit: int | None) -> tuple[I64, I64]:
    """The rows of ranges one after the other, and the range of each; none of those too long."""
    counts = last - first
    if limit is not None:
        counts[counts > limit] = 0
    ends = np.cumsum(counts)
    at = np.repeat(np.arange(len(counts)), counts)
    return at, np.repeat(first - (ends - counts), counts) + np.arange(len(at))
