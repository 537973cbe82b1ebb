"""Segments: the immutable files of the index, each a stretch of ordinals with its sorted keys.

A segment holds the ids of its ordinals, the ordinals that it takes out, and for each key space a
directory and the entries, sorted by key. It is written once, synced, and never changed: the sorted
runs of a log-structured merge tree (O'Neil et al., 1996), read through a memory map.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.cold import read_ahead, read_spans
from dedupe.detect.identifiers import ID_BYTES, PACKED
from dedupe.detect.layout import I64, Entries, Kind, Layout, equal_range
from dedupe.detect.shingling import U64
from dedupe.errors import StoreError

TAIL = 8
"""Zero bytes at the end of a file, so that an entry may be read as eight bytes."""

DIRECT = 2**26
"""Bytes of a space from which buckets are read one by one, and not through the memory map, where
each costs a page fault, which takes longer and keeps 64 kB. The directory, a twentieth of the size,
is always read through the map: many look-ups share a page of it."""

_SMALL = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where a space lies in a segment: offsets in bytes, checksums of what is there."""

    kind: Kind
    bits: int
    count: int
    directory: int
    directory_crc: int
    entries: int
    entries_crc: int

    @property
    def offset_type(self) -> str:
        """The type of the directory's offsets."""
        return "<u4" if self.count < _SMALL else "<u8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """All that is known of a segment without opening it; kept in the manifest."""

    file: str
    base: int
    span: int
    size: int
    ids: int
    ids_crc: int
    dead: int
    dead_crc: int
    dead_count: int
    spaces: Mapping[str, Section]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Header:
        """From ``as_dict``."""
        spaces = {
            name: Section(**{**section, "kind": Kind(section["kind"])})
            for name, section in values["spaces"].items()
        }
        return cls(**{**values, "spaces": spaces})

    @property
    def weight(self) -> int:
        """Entries of all spaces, and ids."""
        return self.span + sum(section.count for section in self.spaces.values())


class Segment:
    """An open segment, memory-mapped and read-only.

    Raises:
        StoreError: the file is missing or has not the size that it was written with.
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
        self.dead = np.frombuffer(self._view, "<u4", header.dead_count, header.dead)

    def ids(self, first: int = 0, last: int | None = None) -> NDArray[np.void]:
        """The ids of the segment's ordinals ``base + first`` to ``base + last``, in bytes."""
        last = self.header.span if last is None else last
        offset = self.header.ids + first * ID_BYTES
        return np.frombuffer(self._view, PACKED, last - first, offset)

    def lookup(self, space: str, keys: U64, limit: int | None = None) -> tuple[I64, U64]:
        """Positions in ``keys`` and values of the entries that have one of these keys.

        A key with more than ``limit`` entries counts as having none.
        """
        section = self.header.spaces.get(space)
        if section is None or not len(keys):
            return np.empty(0, np.int64), np.empty(0, np.uint64)
        layout = self._layout(section)
        bucket, wanted = layout.quotient(keys)
        buffer, offset, count, low, high = self._buckets(section, layout, bucket)
        rests = layout.rests(buffer, offset, count)
        first, last = equal_range(rests, low, high, wanted)
        counts = last - first
        if limit is not None:
            counts[counts > limit] = 0
        ends = np.cumsum(counts)
        rows = np.repeat(first - (ends - counts), counts) + np.arange(ends[-1])
        values = layout.values(buffer, offset, count)
        return np.repeat(np.arange(len(keys)), counts), values(rows)

    def _buckets(
        self, section: Section, layout: Layout, bucket: I64
    ) -> tuple[memoryview, int, int, I64, I64]:
        """A buffer of entries, where they begin and how many; and where in it each bucket lies."""
        directory = self._directory(section)
        if section.count * layout.size < DIRECT:
            low, high = directory[bucket].astype(np.int64), directory[bucket + 1].astype(np.int64)
            return self._view, section.entries, section.count, low, high
        wanted, place = np.unique(bucket, return_inverse=True)
        read_ahead(self._map, section.directory, directory, wanted)
        low, high = directory[wanted].astype(np.int64), directory[wanted + 1].astype(np.int64)
        start, size = section.entries, layout.size
        parts = read_spans(
            self._file.fileno(),
            [
                (start + first * size, (last - first) * size)
                for first, last in zip(low.tolist(), high.tolist(), strict=True)
            ],
        )
        buffer = memoryview(b"".join((*parts, b"\0" * TAIL)))
        last = np.cumsum(high - low)
        return buffer, 0, int(last[-1]), (last - (high - low))[place], last[place]

    def part(self, space: str, index: int, parts: int) -> Entries | None:
        """The entries in the ``index``-th of ``parts`` (a power of two) equal key ranges.

        Keys come back as far as they are kept. Of a space with fewer buckets than parts, some parts
        are empty and others wide; their order holds. None without such a space.
        """
        section = self.header.spaces.get(space)
        if section is None:
            return None
        layout = self._layout(section)
        buckets = 1 << section.bits
        first, last = index * buckets // parts, (index + 1) * buckets // parts
        directory = self._directory(section)[first : last + 1].astype(np.int64)
        rows = np.arange(directory[0], directory[-1])
        bucket = np.repeat(np.arange(first, last, dtype=np.uint64), np.diff(directory))
        rest = layout.rests(self._view, section.entries, section.count)(rows)
        values = layout.values(self._view, section.entries, section.count)(rows)
        return Entries(section.kind, layout.restore(bucket, rest), values)

    def problems(self) -> Iterator[str]:
        """What is wrong with the file's content, read in full; nothing if it is as written."""
        header = self.header
        checks = [
            ("ids", header.ids, header.span * ID_BYTES, header.ids_crc),
            ("removals", header.dead, header.dead_count * 4, header.dead_crc),
        ]
        for name, section in header.spaces.items():
            size = ((1 << section.bits) + 1) * np.dtype(section.offset_type).itemsize
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

    def _directory(self, section: Section) -> NDArray[np.unsignedinteger[Any]]:
        count = (1 << section.bits) + 1
        return np.frombuffer(self._view, section.offset_type, count, section.directory)


class SegmentWriter:
    """Writes one segment: ``ids``, ``dead``, then each ``space``; ``close`` makes it durable."""

    def __init__(self, path: Path, base: int) -> None:
        self._path = path
        self._base = base
        self._draft = path.with_suffix(".tmp")
        self._handle = self._draft.open("wb")
        self._end = 0
        self._fields: dict[str, int] = {"base": base}
        self._spaces: dict[str, Section] = {}

    def ids(self, chunks: Iterable[NDArray[np.void]]) -> None:
        """Writes the ids of the ordinals from ``base`` on."""
        offset, crc, size = self._write(chunk.tobytes() for chunk in chunks)
        self._fields |= {"ids": offset, "ids_crc": crc, "span": size // ID_BYTES}

    def dead(self, ordinals: NDArray[np.uint32]) -> None:
        """Writes the ordinals, of this or earlier segments, that are taken out."""
        offset, crc, size = self._write([np.sort(ordinals).astype("<u4").tobytes()])
        self._fields |= {"dead": offset, "dead_crc": crc, "dead_count": size // 4}

    def space(self, name: str, kind: Kind, bits: int, parts: Iterable[Entries]) -> None:
        """Writes a space whose parts come in rising, disjoint key ranges, each in any order."""
        layout = Layout(kind, bits, self._base)
        sizes = np.zeros((1 << bits) + 1, dtype=np.int64)

        def packed() -> Iterator[bytes]:
            for entries in parts:
                order = np.lexsort((entries.values, entries.keys))
                bucket, rest = layout.quotient(entries.keys[order])
                if len(bucket):
                    counts = np.bincount(bucket - bucket[0])
                    sizes[bucket[0] + 1 : bucket[0] + 1 + len(counts)] += counts
                yield layout.pack(rest, entries.values[order])

        entries, entries_crc, size = self._write(packed())
        count = size // layout.size
        offsets = np.cumsum(sizes).astype("<u4" if count < _SMALL else "<u8")
        directory, directory_crc, _ = self._write([offsets.tobytes()])
        self._spaces[name] = Section(
            kind=kind,
            bits=bits,
            count=count,
            directory=directory,
            directory_crc=directory_crc,
            entries=entries,
            entries_crc=entries_crc,
        )

    def close(self) -> Header:
        """Makes the segment durable under its name and tells what it is."""
        self._handle.write(b"\0" * TAIL)
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._handle.close()
        self._draft.replace(self._path)
        return Header(
            file=self._path.name,
            size=self._end + TAIL,
            spaces=self._spaces,
            **self._fields,
        )

    def _write(self, chunks: Iterable[bytes]) -> tuple[int, int, int]:
        padding = -self._end % 8
        self._handle.write(b"\0" * padding)
        offset = self._end + padding
        crc = size = 0
        for chunk in chunks:
            self._handle.write(chunk)
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
        self._end = offset + size
        return offset, crc, size
