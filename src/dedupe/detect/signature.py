"""MinHash signatures with the values of ``datasketch.MinHash`` 2.0, scheme ``affine32``.

Broder, "On the resemblance and containment of documents" (1997): the share of equal places in two
signatures estimates the Jaccard similarity of the sets. datasketch's scheme mixes a 32-bit hash
once with MurmurHash3's finaliser and permutes it by ``a * h + b mod 2**32``, a odd.

To load a stored signature: ``datasketch.LeanMinHash(seed=1, hashvalues=row, scheme="affine32")``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64

SCHEME = "affine32"
U32 = NDArray[np.uint32]

EMPTY = np.uint32(0xFFFFFFFF)
"""Every place of the signature of a text without words, as in datasketch."""

_BLOCK = 512


@cache
def permutations(count: int, seed: int) -> tuple[U32, U32]:
    """The multipliers and offsets that datasketch draws for ``seed``; shape (count,) each.

    Drawn as datasketch draws them, and not by it: importing it takes every process a second.
    """
    drawn = np.random.RandomState(seed)
    factors = drawn.randint(0, 2**31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 2**32, count, dtype=np.uint32)


def premix(shingles: U64) -> U32:
    """Datasketch's one-off mix (MurmurHash3's 32-bit finaliser) of the low halves of the hashes."""
    mixed = shingles.astype(np.uint32)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    return mixed ^ (mixed >> np.uint32(16))


def signature(shingles: U64, count: int, seed: int) -> U32:
    """The signature of a set of shingle hashes, repeats allowed; shape (count,)."""
    factor, offset = permutations(count, seed)
    least = np.full(count, EMPTY, dtype=np.uint32)
    mixed = premix(shingles)
    for at in range(0, len(mixed), _BLOCK):
        permuted = mixed[at : at + _BLOCK, None] * factor + offset
        np.minimum(least, permuted.min(axis=0), out=least)
    return least
