"""Excerpts: the beginning of an article, edited, with text around it.

A site takes the first half of a wire story, edits it, and puts an introduction of its own before it
and its furniture around. By the share of words it cannot be told from another story on the same
background. What tells it is where the words stand: one stretch of both texts, in one order, without
passages of its own inside, and in the longer story it begins with the first words. Background
stands further down; pages of one site, which begin alike, begin alike in both.
"""

from __future__ import annotations

import numpy as np

from dedupe.detect.passages import PASSAGE, RUN
from dedupe.detect.shingling import U64, shingle_hashes
from dedupe.settings import Settings

LEAST = 80
"""Words of the stretch."""

SHARE = 0.55
"""Share of the excerpt's text that it must make, the rest being what was put around it."""

OF_WHOLE = 0.3
"""Share of the article that it must make."""

BEGINNING = 12
"""Words of the article that may be missing before it: a place, a date, an agency."""

KEPT = 0.6
"""Share of the runs of words of the stretch that both texts must have."""

GAPS = 0.05
"""Share of it in passages of one text alone."""

ASTRAY = 20
"""Words by which a run may stand nearer or farther than the others; elsewhere it is chance."""

AROUND = 0.1
"""Share of a text after the stretch from which it goes on by itself. The article must: otherwise it
lies in the other whole, which overlap tells. An excerpt may, as an introduction (``BEFORE``) shows
that what follows is furniture too."""

BEFORE = 24
"""Words of an introduction; pages of one site have less before they begin alike."""


STRICT = 0.5
"""Thresholds above this, or a containment of 1, ask for more in common than an excerpt has: none is
looked for."""


def wanted(settings: Settings) -> bool:
    """Whether the settings ask for excerpts."""
    return settings.excerpts and settings.threshold <= STRICT and settings.containment < 1


def is_excerpt(words: U64, whole: U64) -> bool:
    """Whether a text is the edited beginning of another, given their word hashes in order."""
    _, here, there = np.intersect1d(
        shingle_hashes(words, RUN), shingle_hashes(whole, RUN), return_indices=True
    )
    if len(here) < KEPT * LEAST:
        return False
    offset = here - there
    straight = np.abs(offset - np.median(offset)) <= max(ASTRAY, GAPS * len(words))
    here, there = np.sort(here[straight]), np.sort(there[straight])
    if not len(here):
        return False
    first, last = here[0], here[-1] + RUN
    begin, end = there[0], there[-1] + RUN
    after = len(words) - last
    return bool(
        begin <= BEGINNING
        and min(end - begin, last - first) >= LEAST
        and last - first >= SHARE * len(words)
        and end >= OF_WHOLE * len(whole)
        and len(whole) - end >= AROUND * len(whole)
        and (after <= max(PASSAGE, AROUND * len(words)) or first >= BEFORE)
        and len(here) >= KEPT * (end - begin - RUN + 1)
        and _gaps(here) <= GAPS * (last - first)
        and _gaps(there) <= GAPS * (end - begin)
    )


def _gaps(places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """Words between the runs at these places, in passages."""
    sizes = np.diff(places) - RUN
    return int(sizes[sizes >= PASSAGE].sum())
