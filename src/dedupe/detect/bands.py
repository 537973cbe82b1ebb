"""LSH bands: which places of two signatures must agree for the pair to become a candidate.

With b bands of r rows a pair of Jaccard similarity s is found with probability 1 - (1 - s^r)^b
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4). The usual choice of b and r puts
the middle of that curve at the threshold and so loses half of the pairs there; here recall *at* the
threshold is asked for, and the text decides what passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.detect.shingling import PLACES, U64, fold_keys
from dedupe.detect.signature import U32

RECALL = 0.99
"""Expected share of the pairs exactly at the threshold that the bands must find."""


@dataclass(frozen=True, slots=True)
class Bands:
    """``count`` bands of ``rows`` places each."""

    count: int
    rows: int

    def recall(self, jaccard: float) -> float:
        """Expected share of pairs of this similarity that agree in a whole band."""
        return 1.0 - (1.0 - jaccard**self.rows) ** self.count

    def keys(self, signatures: U32) -> U64:
        """Index keys, one a band; (n, permutations) to (n, count)."""
        used = signatures[:, : self.count * self.rows].astype(np.uint64)
        parts = used.reshape(len(signatures), self.count, self.rows)
        total = np.arange(1, self.count + 1, dtype=np.uint64) * np.uint64(PLACES[15])
        total = np.broadcast_to(total, parts.shape[:2]).copy()
        for row in range(self.rows):
            total = fold_keys(total ^ (parts[:, :, row] * np.uint64(PLACES[row])))
        return total


def choose(threshold: float, permutations: int) -> Bands:
    """The bands with most rows, so fewest false candidates, that reach ``RECALL`` at ``threshold``.

    Where even single rows do not reach it, every permutation is a band of its own.
    """
    for rows in range(permutations, 0, -1):
        for count in range(1, permutations // rows + 1):
            bands = Bands(count, rows)
            if bands.recall(threshold) >= RECALL:
                return bands
    return Bands(permutations, 1)
