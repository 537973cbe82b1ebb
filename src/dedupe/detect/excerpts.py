"""Excerpts: the beginning of an article, edited, with text around it.

A site takes the first half of a wire story, edits it, and puts an introduction of its own before it
and its furniture around. By the share of words it cannot be told from another story on the same
background. What tells it is where the words stand: one stretch of both texts, in one order, without
passages of its own inside, and in the longer story it begins with the first words. Background
stands further down; pages of one site, which begin alike, begin alike in both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.passages import PASSAGE, RUN
from dedupe.detect.runs import Runs
from dedupe.settings import Settings

Places = NDArray[np.int64]

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


def is_excerpt(left: Runs, right: Runs) -> bool:
    """Whether one of two texts is the edited beginning of the other, given their runs."""
    if min(left.words, right.words) < LEAST:
        return False
    # Of the runs of one hash the first counts.
    (one, first), (other, second) = (
        np.unique(each.hashes, return_index=True) for each in (left, right)
    )
    _, at, there = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    if len(at) < KEPT * LEAST:
        return False
    here = left.places[first[at]].astype(np.int64)
    there = right.places[second[there]].astype(np.int64)
    return _lies_in(here, there, left.words, right.words) or _lies_in(
        there, here, right.words, left.words
    )


def _lies_in(here: Places, there: Places, words: int, whole: int) -> bool:
    """Whether one text, of so many words, is an excerpt of the other, given the shared runs."""
    offset = here - there
    straight = np.abs(offset - np.median(offset)) <= max(ASTRAY, GAPS * words)
    here, there = np.sort(here[straight]), np.sort(there[straight])
    if not len(here):
        return False
    first, last = here[0], here[-1] + RUN
    begin, end = there[0], there[-1] + RUN
    after = words - last
    return bool(
        begin <= BEGINNING
        and min(end - begin, last - first) >= LEAST
        and last - first >= SHARE * words
        and end >= OF_WHOLE * whole
        and whole - end >= AROUND * whole
        and (after <= max(PASSAGE, AROUND * words) or first >= BEFORE)
        and len(here) >= KEPT * (end - begin - RUN + 1)
        and _gaps(here) <= GAPS * (last - first)
        and _gaps(there) <= GAPS * (end - begin)
    )


def _gaps(places: Places) -> int:
    """Words between the runs at these places, in passages."""
    sizes = np.diff(places) - RUN
    return int(sizes[sizes >= PASSAGE].sum())
