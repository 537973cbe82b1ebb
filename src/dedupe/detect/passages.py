"""Passages of its own: how much of a text stands in long stretches that the other text has not.

Two pages of one site share their furniture, two stories of one series their background, and the
overlap can exceed that of a story and its update. What tells them apart is that each has something
to say that the other has not. Scattered edits do not count: a word is shared if it stands in four
in a row that are shared, and only longer stretches of other words are passages.
"""

from __future__ import annotations

import numpy as np

from dedupe.detect.shingling import U64, shingle_hashes

RUN = 4
"""Words in a row that two texts must share for the words to count as shared."""

PASSAGE = 10
"""Words in a row, none of them shared, that make a passage."""

OWN = 0.09
"""Share of a text in such passages from which it says something of its own."""


def own(words: U64, other: U64, run: int = RUN, passage: int = PASSAGE) -> float:
    """Share of the words of a text that stand in passages which the other text has not.

    ``run`` words in a row are shared, ``passage`` that are not make a passage.
    """
    if not len(words):
        return 0.0
    shared = np.isin(shingle_hashes(words, run), shingle_hashes(other, run))
    run = len(words) - len(shared) + 1  # less in a text that is shorter
    reach = np.zeros(len(words) + 1, dtype=np.int64)
    np.add.at(reach, np.flatnonzero(shared), 1)
    np.add.at(reach, np.flatnonzero(shared) + run, -1)
    covered = np.concatenate(([True], np.cumsum(reach[:-1]) > 0, [True]))
    edges = np.flatnonzero(covered[1:] != covered[:-1])
    sizes = edges[1::2] - edges[::2]
    return float(sizes[sizes >= passage].sum()) / len(words)
