"""Passages of its own: how much of a text stands in long stretches that the other text has not.

Two pages of one site share their furniture, two stories of one series their background, and the
overlap can exceed that of a story and its update. What tells them apart is that each has something
to say that the other has not. Scattered edits do not count: a word is shared if it stands in four
in a row that are shared, and only longer stretches of other words are passages.
"""

from __future__ import annotations

import numpy as np

from dedupe.detect.runs import Runs, among

RUN = 4
"""Words in a row that two texts must share for the words to count as shared."""

PASSAGE = 10
"""Words in a row, none of them shared, that make a passage."""

OWN = 0.09
"""Share of a text in such passages from which it says something of its own."""


def own(runs: Runs, other: Runs, passage: int = PASSAGE) -> float:
    """Share of the words of a text that stand in passages which the other text has not.

    Words are shared that stand in a run which both have; ``passage`` in a row that are not make a
    passage.
    """
    if not runs.words:
        return 0.0
    shared = runs.places[among(runs.hashes, other.hashes)]
    covered = np.zeros(runs.words + 2, dtype=np.bool_)
    covered[0] = covered[-1] = True
    for at in range(1, runs.reach + 1):
        covered[shared + at] = True
    edges = np.flatnonzero(covered[1:] != covered[:-1])
    sizes = edges[1::2] - edges[::2]
    return float(sizes[sizes >= passage].sum()) / runs.words
