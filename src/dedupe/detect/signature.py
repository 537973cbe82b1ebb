"""MinHash signatures: datasketch's, made by it or to the bit as it makes them.

Broder, "On the resemblance and containment of documents" (1997): the share of equal places in two
signatures estimates the Jaccard similarity of the sets. datasketch 2.0's scheme ``affine32`` mixes
a 32-bit hash once with MurmurHash3's finaliser and permutes it by ``a * h + b mod 2**32``, a odd.

A few texts are signed by datasketch itself, many by ``kernel``; and ``dedupe check`` has datasketch
sign a sample of the stored texts again.
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

_BLOCK = 4096
"""Hashes that datasketch permutes at a time: it holds them times the length of the signature."""


def signature(shingles: U64, count: int, seed: int) -> U32:
    """The signature of a set of shingle hashes, repeats allowed, by datasketch; shape (count,).

    That of no shingles has the largest number in every place.
    """
    # Here, as it brings SciPy: whoever has the kernel need not wait for it.
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


@cache
def permutations(count: int, seed: int) -> tuple[U32, U32]:
    """The multipliers and offsets that datasketch draws for ``seed``; shape (count,) each.

    For the kernel, drawn as datasketch draws them: importing it takes a process half a second.
    """
    drawn = np.random.RandomState(seed)
    factors = drawn.randint(0, 2**31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 2**32, count, dtype=np.uint32)
