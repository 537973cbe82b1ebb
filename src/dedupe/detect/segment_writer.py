"""Writing a segment: ids, removals and spaces, each sorted and with what verifies it."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.digest import directory, entry_hashes
from dedupe.detect.header import Header, Section
from dedupe.detect.identifiers import ID_BYTES
from dedupe.detect.layout import Entries, Kind, Layout
from dedupe.detect.segment import BLOCK, TAIL


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
        sums: list[int] = []
        offset, crc, size = self._write(_in_blocks(chunks, sums))
        blocks, _, _ = self._write([np.array(sums, "<u4").tobytes()])
        self._fields |= {
            "ids": offset,
            "ids_crc": crc,
            "blocks": blocks,
            "span": size // ID_BYTES,
        }

    def dead(self, ordinals: NDArray[np.uint32]) -> None:
        """Writes the ordinals, of this or earlier segments, that are taken out."""
        offset, crc, size = self._write([np.sort(ordinals).astype("<u4").tobytes()])
        self._fields |= {"dead": offset, "dead_crc": crc, "dead_count": size // 4}

    def space(self, name: str, kind: Kind, bits: int, parts: Iterable[Entries]) -> None:
        """Writes a space whose parts come in rising, disjoint key ranges, each in any order."""
        layout = Layout(kind, bits, self._base)
        sizes = np.zeros((1 << bits) + 1, np.uint64)
        sums = np.zeros(1 << bits, np.uint64)

        def packed() -> Iterator[bytes]:
            for entries in parts:
                order = np.lexsort((entries.values, entries.keys))
                keys = entries.keys[order]
                words = layout.pack(keys, entries.values[order])
                bucket, first = np.unique(layout.buckets(keys), return_index=True)
                if len(bucket):
                    sizes[bucket + 1] += np.diff(np.append(first, len(keys))).astype(np.uint64)
                    sums[bucket] += np.add.reduceat(entry_hashes(words), first)
                yield layout.stored(words)

        entries, entries_crc, size = self._write(packed())
        count = size // layout.size
        sealed = directory(np.cumsum(sizes), sums).astype("<u8")
        place, directory_crc, _ = self._write([sealed.tobytes()])
        self._spaces[name] = Section(
            kind=kind,
            bits=bits,
            count=count,
            directory=place,
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


def _in_blocks(chunks: Iterable[NDArray[np.void]], sums: list[int]) -> Iterator[bytes]:
    """Ids in pieces of whole blocks, as they come; ``sums`` gets the checksum of each block."""
    size = BLOCK * ID_BYTES
    held = b""
    for chunk in chunks:
        held += chunk.tobytes()
        whole = len(held) // size * size
        sums.extend(zlib.crc32(held[at : at + size]) for at in range(0, whole, size))
        yield held[:whole]
        held = held[whole:]
    if held:
        sums.append(zlib.crc32(held))
    yield held
