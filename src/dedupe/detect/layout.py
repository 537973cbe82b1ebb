"""The records of a segment: how keys and values of a space are packed, and how they are found.

The top bits of a key choose a bucket of some sixteen entries by a small directory, so that an entry
keeps only what its bucket does not say (the quotienting of Cleary, "Compact hash tables using
bidirectional linear probing", 1984). Three kinds of entry:

- a *posting* keeps the first 40 bits of its key and an ordinal relative to the segment in 24 bits:
five
  to eight bytes. A look-up among n postings meets a foreign key n / 2**40 times; the texts decide.
- an *address* keeps the whole key and such an ordinal: eleven bytes.
- an *opaque* entry keeps the whole key and 64 bits: sixteen bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64

I64 = NDArray[np.int64]

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

    def quotient(self, keys: U64) -> tuple[I64, U64]:
        """The bucket of each key and the rest that an entry keeps."""
        bucket = (keys >> np.uint64(64 - self.bits)).astype(np.int64)
        if self.kind is not Kind.POSTING:
            return bucket, keys
        rest = (keys << np.uint64(self.bits)) >> np.uint64(64 - self._rest_bits)
        return bucket, rest

    def restore(self, bucket: U64, rest: U64) -> U64:
        """The keys, as far as they are kept: the undoing of ``quotient``."""
        if self.kind is not Kind.POSTING:
            return rest
        high = bucket << np.uint64(64 - self.bits)
        return high | (rest << np.uint64(64 - FINGERPRINT))

    def pack(self, rest: U64, values: U64) -> bytes:
        """Entries, in the order given."""
        if self.kind is Kind.OPAQUE:
            return np.column_stack((rest, values)).astype("<u8").tobytes()
        relative = values - np.uint64(self.base)
        if self.kind is Kind.POSTING:
            packed = relative | (rest << np.uint64(ORDINAL))
            return _first_bytes(packed, self.size).tobytes()
        return np.hstack((_first_bytes(rest, 8), _first_bytes(relative, self.size - 8))).tobytes()

    def rests(self, buffer: memoryview, offset: int, count: int) -> Callable[[I64], U64]:
        """Reads the kept rests of given rows."""
        view = self._view(buffer, offset, count)
        if self.kind is not Kind.POSTING:
            return lambda rows: view[rows]
        mask = np.uint64((1 << self._rest_bits) - 1)
        return lambda rows: (view[rows] >> np.uint64(ORDINAL)) & mask

    def values(self, buffer: memoryview, offset: int, count: int) -> Callable[[I64], U64]:
        """Reads the values of given rows."""
        skip = 0 if self.kind is Kind.POSTING else 8
        view = self._view(buffer, offset + skip, count)
        if self.kind is Kind.OPAQUE:
            return lambda rows: view[rows]
        return lambda rows: (view[rows] & _ORDINAL_MASK) + np.uint64(self.base)

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
