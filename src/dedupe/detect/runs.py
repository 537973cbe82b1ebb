"""Runs of words of a text, sorted once, so that each pair it is in costs a merge and no sorting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64, shingle_hashes


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The runs of so many words of a text, by hash, those of one hash by place."""

    words: int
    """Words of the text."""
    hashes: U64
    """Sorted, with repeats; see ``shingling.shingle_hashes``."""
    places: NDArray[np.int32]
    """The word at which each begins."""

    @property
    def reach(self) -> int:
        """Words of a run: fewer than asked for in a text that is shorter."""
        return self.words - len(self.hashes) + 1


def runs(words: U64, size: int) -> Runs:
    """The runs of ``size`` words of a text, given its word hashes in order."""
    hashes = shingle_hashes(words, size)
    order = np.argsort(hashes, kind="stable")
    return Runs(len(words), hashes[order], order.astype(np.int32))


def among(values: U64, ordered: U64) -> NDArray[np.bool_]:
    """Which values are among sorted ones; fastest where they are sorted too."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    found: NDArray[np.bool_] = ordered[at] == values
    return found


def shared_count(left: U64, right: U64) -> int:
    """How many values two sorted arrays without repeats have in common."""
    return len(np.intersect1d(left, right, assume_unique=True))
