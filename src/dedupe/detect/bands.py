"""LSH bands: which places of two signatures must agree for the pair to become a candidate.

With b bands of r rows a pair of Jaccard similarity s is found with probability 1 - (1 - s^r)^b
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4). The usual choice of b and r puts
the middle of that curve at the threshold and so loses half of the pairs there; here recall *at* the
threshold is asked for, and the text decides what passes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe.detect import anchors
from dedupe.detect.shingling import U64, fold_keys, place_factors
from dedupe.detect.signature import U32

RECALL = 0.997
"""Expected share of the pairs exactly at the threshold that bands and anchors together must find,
if the two are independent; the goal of 0.99 leaves room for pairs where they are not."""

ALONE = 0.92
"""What the bands must find of these without the anchors."""

ENOUGH = 0.99
"""Expected share that suffices where ``RECALL`` would take bands of fewer than ``LEAST_ROWS``."""

LEAST_ROWS = 3
"""Two rows make candidates of thousands of unrelated texts among ten million: only thresholds so
low that three find too little are worth it."""

_BAND = np.uint64(place_factors(16)[-1])


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
        total = np.arange(1, self.count + 1, dtype=np.uint64) * _BAND
        total = np.broadcast_to(total, parts.shape[:2]).copy()
        for row, factor in enumerate(place_factors(self.rows)):
            total = fold_keys(total ^ (parts[:, :, row] * np.uint64(factor)))
        return total


def expected_recall(bands: Bands, jaccard: float, shingle: int) -> float:
    """Expected share of pairs of this similarity that become candidates, by bands or anchors."""
    return 1.0 - (1.0 - bands.recall(jaccard)) * (1.0 - anchors.recall(jaccard, shingle))


def choose(threshold: float, permutations: int, shingle: int) -> Bands:
    """The fewest bands of the most rows that, with the anchors, reach ``RECALL`` at ``threshold``.

    More rows mean fewer false candidates, fewer bands a smaller index. Where ``LEAST_ROWS`` do not
    suffice, as many bands of these as there are permutations for, if they find ``ENOUGH``; else the
    same with fewer rows. Where no bands suffice (a low threshold, a short signature), each place is
    a band, which finds as much as the signature can: ``expected_recall`` says how much that is.
    """
    for rows in range(permutations, 0, -1):
        for count in range(1, permutations // rows + 1):
            bands = Bands(count, rows)
            if (
                bands.recall(threshold) >= ALONE
                and expected_recall(bands, threshold, shingle) >= RECALL
            ):
                return bands
        if 1 < rows <= LEAST_ROWS and expected_recall(bands, threshold, shingle) >= ENOUGH:
            return bands
    return Bands(permutations, 1)
