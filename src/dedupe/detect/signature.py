"""MinHash signatures: datasketch's, made by it or to the bit as it makes them.

Broder, "On the resemblance and containment of documents" (1997): the share of equal places in two
signatures estimates the Jaccard similarity of the sets. datasketch 2.0's scheme ``affine32`` mixes
a 32-bit hash once with MurmurHash3's finaliser and permutes it by ``a * h + b mod 2**32``, a odd.

The first texts of a process are signed by datasketch itself, more of them here in NumPy, and many
by ``kernel``: datasketch brings SciPy with it, which is too much for every worker process. ``dedupe
check`` has it sign a sample of the stored texts again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64

if TYPE_CHECKING:
    from datasketch import LeanMinHash

SCHEME = "affine32"
U32 = NDArray[np.uint32]

EMPTY = np.uint32(0xFFFFFFFF)
"""Every place of the signature of a text without words."""

_BLOCK = 512
"""Hashes that are permuted at a time: each times the length of the signature."""


def by_datasketch(shingles: U64, count: int, seed: int) -> U32:
    """The signature of a set of shingle hashes, repeats allowed, by datasketch; shape (count,)."""
    from datasketch import MinHash

    sketch = MinHash(num_perm=count, seed=seed, hashfunc=int, scheme=SCHEME)
    hashes = shingles.astype(np.uint32)
    for at in range(0, len(hashes), _BLOCK):
        sketch.update_batch(hashes[at : at + _BLOCK].tolist())
    signed: U32 = sketch.hashvalues
    return signed


def lean(values: U32, seed: int) -> LeanMinHash:
    """A stored signature as datasketch's own object, for its estimates and its indices."""
    from datasketch import LeanMinHash

    return LeanMinHash(seed=seed, hashvalues=values, scheme=SCHEME)


def signature(shingles: U64, count: int, seed: int) -> U32:
    """``by_datasketch``, in NumPy."""
    factor, offset = permutations(count, seed)
    least = np.full(count, EMPTY, dtype=np.uint32)
    mixed = premix(shingles)
    for at in range(0, len(mixed), _BLOCK):
        permuted = mixed[at : at + _BLOCK, None] * factor + offset
        np.minimum(least, permuted.min(axis=0), out=least)
    return least


def premix(shingles: U64) -> U32:
    """Datasketch's one-off mix (MurmurHash3's 32-bit finaliser) of the low halves of the hashes."""
    mixed = shingles.astype(np.uint32)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))


@cache
def permutations(count: int, seed: int) -> tuple[U32, U32]:
    """The multipliers and offsets that datasketch draws for ``seed``; shape (count,) each.

    Drawn as datasketch draws them, and not by it: importing it takes a process half a second.
    """
    drawn = np.random.RandomState(seed)
    factors = drawn.randint(0, 2**31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 2**32, count, dtype=np.uint32)
