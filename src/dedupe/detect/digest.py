"""Digests of buckets: what a look-up reads, it verifies, so that a flipped bit gives no answer.

A bucket's digest is the sum, modulo 2**64, of its entries' hashes and one of its number, cut to its
highest bits: it does not depend on how a bucket is read, in one piece or several, and a bucket of
zeros, or one in another's place, does not pass. Whether entries begin and end where the directory
says is verified with them. Damage passes once in 2**28 times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.detect.shingling import U64
from dedupe.errors import StoreError

OFFSET = 36
"""Bits of a directory's word that say where a bucket begins; the others are its digest."""

MOST_ENTRIES = 2**OFFSET

_OFFSET_MASK = np.uint64(MOST_ENTRIES - 1)
_SHIFT = np.uint64(OFFSET)
_STIR = np.uint64(21)
_HALF = np.uint64(32)
_NUMBER = np.uint64(0x9FB21C651E98DF25)
_WORDS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_FINISH = np.uint64(0xD6E8FEB86659FD93)


class IndexDamageError(StoreError):
    """The index is not as it was written; it can be made anew from the tables."""


def entry_hashes(words: Sequence[U64]) -> U64:
    """A hash of each entry, of one word or two; sums of them are sums of a digest."""
    hashes = _stirred(words[0], _WORDS[0])
    if len(words) > 1:
        hashes += _stirred(words[1], _WORDS[1])
    return hashes


def digests(sums: U64, buckets: U64) -> U64:
    """The digests of buckets whose entries' hashes have these sums."""
    return _mixed(sums + _mixed(buckets + np.uint64(1), _NUMBER), _FINISH) >> _SHIFT


def directory(offsets: U64, sums: U64) -> U64:
    """The words of a directory: where each bucket begins, one end for all, and the digests.

    Raises:
        StoreError: there are more entries than a word can count.
    """
    if offsets[-1] >= MOST_ENTRIES:
        raise StoreError(f"a space of {offsets[-1]} entries is too large for one segment")
    sealed = offsets.copy()
    sealed[:-1] |= digests(sums, np.arange(len(sums), dtype=np.uint64)) << _SHIFT
    return sealed


def offsets_in(words: U64) -> U64:
    """Where buckets begin, by the words of a directory."""
    return words & _OFFSET_MASK


def digests_in(words: U64) -> U64:
    """The digests that the words of a directory state."""
    return words >> _SHIFT


def _stirred(words: U64, factor: np.uint64) -> U64:
    # No multiple of the word alone, so that flips in two entries do not cancel out.
    stirred = words >> _STIR
    stirred += factor
    stirred *= words
    return stirred


def _mixed(words: U64, factor: np.uint64) -> U64:
    mixed = words * factor
    mixed ^= mixed >> _HALF
    mixed *= _FINISH
    return mixed
