"""Which pairs of a batch are worth reading: an estimate from the sketches, with room for its error.

The share of equal places of two signatures of n permutations estimates the Jaccard similarity J
with a standard error of sqrt(J (1 - J) / n) (Broder, 1997). A pair is left out if it would take an
error of ``SIGMAS`` of these for it to be near or contained.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.detect import excerpts
from dedupe.detect.layout import I64
from dedupe.detect.sketch import Sketches
from dedupe.settings import Settings

SIGMAS = 4.0

EXCERPT = 0.25
"""Similarity that edited beginnings of a text (see ``excerpts``) have with it, mostly more."""

_ROWS = 65_536


def plausible(sketches: Sketches, left: I64, right: I64, settings: Settings) -> NDArray[np.bool_]:
    """Whether the texts of rows ``left`` and ``right`` may be near or contained, pair by pair."""
    worth = np.empty(len(left), dtype=np.bool_)
    for at in range(0, len(left), _ROWS):
        part = slice(at, at + _ROWS)
        one, other = left[part], right[part]
        equal = (sketches.signatures[one] == sketches.signatures[other]).mean(axis=1)
        sizes = np.sort(np.stack((sketches.shingles[one], sketches.shingles[other])), axis=0)
        ratio = sizes[0] / np.maximum(sizes[1], 1)
        # The similarity of a text to one that has the least share of it that makes it contained.
        shared = settings.containment * ratio
        least = np.minimum(settings.threshold, shared / (1 + ratio - shared))
        if excerpts.wanted(settings):
            least = np.minimum(least, EXCERPT)
        error = np.sqrt(least * (1 - least) / sketches.signatures.shape[1])
        worth[part] = equal >= least - SIGMAS * error
    return worth
