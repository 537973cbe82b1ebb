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
from dedupe.detect.shingling import PLACES, U64, fold_keys
from dedupe.detect.signature import U32

RECALL = 0.997
"""Expected share of the pairs exactly at the threshold that bands and anchors together must find,
if the two are independent; the goal of 0.99 leaves room for pairs where they are not."""

ALONE = 0.92
"""What the bands must find of these without the anchors."""

LEAST_ROWS = 3
"""Two rows would make candidates of thousands of unrelated texts among ten million."""


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


def expected_recall(bands: Bands, jaccard: float, shingle: int) -> float:
    """Expected share of pairs of this similarity that become candidates, by bands or anchors."""
    return 1.0 - (1.0 - bands.recall(jaccard)) * (1.0 - anchors.recall(jaccard, shingle))


def choose(threshold: float, permutations: int, shingle: int) -> Bands:
    """The fewest bands of the most rows that, with the anchors, reach ``RECALL`` at ``threshold``.

    More rows mean fewer false candidates, fewer bands a smaller index. Where ``LEAST_ROWS`` do not
    suffice, as many bands of these as there are permutations for.
    """
    for rows in range(permutations, LEAST_ROWS - 1, -1):
        for count in range(1, permutations // rows + 1):
            bands = Bands(count, rows)
            if (
                bands.recall(threshold) >= ALONE
                and expected_recall(bands, threshold, shingle) >= RECALL
            ):
                return bands
    return Bands(permutations // LEAST_ROWS, LEAST_ROWS)
