"""The records of a segment: how keys and values of a space are packed, and how they are found.

The top bits of a key choose a bucket of some sixteen entries by a small directory, so that an entry
keeps only what its bucket does not say (the quotienting of Cleary, "Compact hash tables using
bidirectional linear probing", 1984). Three kinds of entry:

- a *posting* keeps the first 40 bits of its key and an ordinal relative to the segment in 24 bits:
  five to eight bytes. A look-up among n postings meets a foreign key n / 2**40 times; the texts
  decide.
- an *address* keeps the whole key and such an ordinal: eleven bytes.
- an *opaque* entry keeps the whole key and 64 bits: sixteen bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64

I64 = NDArray[np.int64]
Rows = I64 | slice

BUCKET = 16
FINGERPRINT = 40
ORDINAL = 24
MOST_ORDINALS = 2**ORDINAL

_ORDINAL_MASK = np.uint64(MOST_ORDINALS - 1)


class Kind(StrEnum):
    """What an entry keeps of its key, and what its value is."""

    POSTING = "posting"
    ADDRESS = "address"
    OPAQUE = "opaque"


@dataclass(slots=True)
class Entries:
    """Entries of one space in memory: keys and values side by side; ordinals are absolute."""

    kind: Kind
    keys: U64
    values: U64


def bucket_bits(count: int) -> int:
    """Bits of a key that choose its bucket in a space of ``count`` entries."""
    return max(1, (count // BUCKET).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """Entries of ``kind`` in 2**``bits`` buckets; their ordinals are relative to ``base``."""

    kind: Kind
    bits: int
    base: int

    @property
    def size(self) -> int:
        """Bytes of an entry."""
        if self.kind is Kind.OPAQUE:
            return 16
        return (ORDINAL if self.kind is Kind.ADDRESS else ORDINAL + self._rest_bits + 7) // 8 + (
            8 if self.kind is Kind.ADDRESS else 0
        )

    @property
    def _rest_bits(self) -> int:
        return FINGERPRINT - self.bits if self.kind is Kind.POSTING else 64

    def buckets(self, keys: U64) -> I64:
        """The bucket of each key."""
        return (keys >> np.uint64(64 - self.bits)).astype(np.int64)

    def pack(self, keys: U64, values: U64) -> list[U64]:
        """The words of entries: what ``stored`` writes and ``words`` reads."""
        if self.kind is Kind.OPAQUE:
            return [keys, values]
        relative = values - np.uint64(self.base)
        if self.kind is Kind.ADDRESS:
            return [keys, relative]
        # What the bucket says goes at the top, what is beyond the fingerprint at the bottom.
        rest = (keys << np.uint64(self.bits)) >> np.uint64(64 - self._rest_bits)
        return [relative | (rest << np.uint64(ORDINAL))]

    def stored(self, words: Sequence[U64]) -> bytes:
        """The bytes of entries."""
        sizes = (self.size,) if self.kind is Kind.POSTING else (8, self.size - 8)
        return np.hstack(
            [_first_bytes(word, size) for word, size in zip(words, sizes, strict=True)]
        ).tobytes()

    def words(self, buffer: memoryview, offset: int, count: int) -> Callable[[Rows], list[U64]]:
        """Reads given rows: one word of each posting, key and value of each other entry."""
        bits = 8 * (self.size if self.kind is Kind.POSTING else self.size - 8)
        mask = np.uint64((1 << bits) - 1)
        views = [self._view(buffer, offset + skip, count) for skip in self._skips]

        def read(rows: Rows) -> list[U64]:
            found = [view[rows] for view in views]
            if self.kind is not Kind.OPAQUE:
                # Rows that were picked are a copy, a stretch of them is not.
                out = None if isinstance(rows, slice) else found[-1]
                found[-1] = np.bitwise_and(found[-1], mask, out=out)
            return found

        return read

    @property
    def _skips(self) -> tuple[int, ...]:
        return (0,) if self.kind is Kind.POSTING else (0, 8)

    def keys_of(self, buckets: U64, words: Sequence[U64]) -> U64:
        """The keys of entries, as far as they are kept, from their buckets and words."""
        if self.kind is not Kind.POSTING:
            return words[0]
        keys = self.as_kept(words[0])
        keys |= buckets << np.uint64(64 - self.bits)
        return keys

    def as_kept(self, keys: U64) -> U64:
        """Keys without the bits that entries do not keep."""
        return keys & ~_ORDINAL_MASK if self.kind is Kind.POSTING else keys

    def values_of(self, words: Sequence[U64]) -> U64:
        """The values of entries from their words."""
        if self.kind is Kind.OPAQUE:
            return words[1]
        return (words[-1] & _ORDINAL_MASK) + np.uint64(self.base)

    def _view(self, buffer: memoryview, offset: int, count: int) -> U64:
        # Eight bytes from the start of each entry: the last ones may reach into what follows.
        return np.ndarray((count,), "<u8", buffer, offset, (self.size,))


def equal_range(rests: Callable[[I64], U64], low: I64, high: I64, wanted: U64) -> tuple[I64, I64]:
    """Where in each [low, high) of sorted rests the wanted one begins and ends."""
    first = _search(rests, low, high, wanted, after=False)
    # Most keys are absent: only where something was met is there an end to look for.
    last = first.copy()
    met = np.flatnonzero(first < high)
    met = met[rests(first[met]) == wanted[met]]
    last[met] = _search(rests, first[met] + 1, high[met], wanted[met], after=True)
    return first, last


def _search(rests: Callable[[I64], U64], low: I64, high: I64, wanted: U64, *, after: bool) -> I64:
    low, high = low.copy(), high.copy()
    while True:
        live = np.flatnonzero(low < high)
        if not len(live):
            return low
        middle = (low[live] + high[live]) >> 1
        seen = rests(middle)
        right = seen <= wanted[live] if after else seen < wanted[live]
        low[live[right]] = middle[right] + 1
        high[live[~right]] = middle[~right]


def _first_bytes(values: U64, size: int) -> NDArray[np.uint8]:
    octets = np.ascontiguousarray(values, dtype="<u8").view(np.uint8).reshape(-1, 8)
    return octets[:, :size]
