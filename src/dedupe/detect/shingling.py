"""From words to 64-bit shingle hashes, in NumPy; ``kernel`` computes the same values compiled.

A word's hash reads its UTF-8 bytes in little-endian chunks of eight, multiply and fold; a shingle's
hash is a sum of its word hashes, each times the odd constant of its place, finished by a second
multiply and fold. Both are plain 64-bit arithmetic with wraparound, so that NumPy, Numba and pure
Python agree bit for bit. ``shingle_hash32`` is the same as a ``hashfunc`` for datasketch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HASH = "dedupe64-1"
"""Name and version of the hash, stored with every sketch."""

U64 = NDArray[np.uint64]

MASK64 = 2**64 - 1
WORD_START = 0x9E3779B97F4A7C15
WORD_FOLD = 0xBF58476D1CE4E5B9
SHINGLE_FOLD = 0x94D049BB133111EB
KEY_FOLD = 0xFF51AFD7ED558CCD


def place_factors(count: int) -> tuple[int, ...]:
    """The odd constants of the first ``count`` places, of however many."""
    return tuple(
        ((0xD1342543DE82EF95 * (2 * place + 1) + 2 * place) | 1) & MASK64 for place in range(count)
    )


PLACES = place_factors(16)
"""Enough for every shingle: ``Settings.shingle`` is ten at most."""

_CHUNK_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)


def word_hashes(words: Sequence[str]) -> U64:
    """One hash a word, in order; shape (len(words),)."""
    if not words:
        return np.empty(0, dtype=np.uint64)
    joined = " ".join(words).encode("utf-8", "surrogatepass") + b" "
    data = np.frombuffer(joined + b"\0" * 8, dtype=np.uint8)
    chunks: U64 = np.ndarray((len(joined) + 1,), dtype="<u8", buffer=data, strides=(1,))
    ends = np.flatnonzero(data == ord(" "))
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts
    hashes = sizes.astype(np.uint64) * np.uint64(WORD_START)
    for offset in range(0, int(sizes.max()), 8):
        live = np.flatnonzero(sizes > offset)
        mask = _CHUNK_MASKS[np.minimum(sizes[live] - offset, 8)]
        mixed = (hashes[live] ^ (chunks[starts[live] + offset] & mask)) * np.uint64(WORD_FOLD)
        hashes[live] = mixed ^ (mixed >> np.uint64(32))
    return hashes


def shingle_hashes(hashes: U64, size: int) -> U64:
    """Hashes of the shingles of ``size`` words, in order and with repeats.

    Text shorter than a shingle is one shingle of the words that it has; no words, no shingle.
    """
    size = min(size, len(hashes))
    if size == 0:
        return np.empty(0, dtype=np.uint64)
    count = len(hashes) - size + 1
    total = np.zeros(count, dtype=np.uint64)
    for place in range(size):
        total += hashes[place : place + count] * np.uint64(PLACES[place])
    total ^= total >> np.uint64(32)
    total *= np.uint64(SHINGLE_FOLD)
    return total ^ (total >> np.uint64(29))


def fold_keys(values: U64) -> U64:
    """A bijective mix for index keys, whose top bits choose the bucket and must be even."""
    mixed = (values ^ (values >> np.uint64(32))) * np.uint64(KEY_FOLD)
    return mixed ^ (mixed >> np.uint64(29))


def shingle_hash32(shingle: bytes) -> int:
    """The 32-bit hash of a shingle given as UTF-8 words joined by single spaces.

    Pass it to datasketch: ``MinHash(num_perm=128, seed=1, hashfunc=shingle_hash32)``, updated with
    each shingle, has the signature that this package stores.
    """
    total = 0
    for place, word in enumerate(shingle.split(b" ")):
        value = len(word) * WORD_START & MASK64
        for at in range(0, len(word), 8):
            value = (value ^ int.from_bytes(word[at : at + 8], "little")) * WORD_FOLD & MASK64
            value ^= value >> 32
        total = (total + value * PLACES[place]) & MASK64
    total ^= total >> 32
    total = total * SHINGLE_FOLD & MASK64
    return (total ^ (total >> 29)) & 0xFFFFFFFF
