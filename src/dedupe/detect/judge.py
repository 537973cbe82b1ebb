"""The decision on a pair, from figures counted on the texts, with its reason.

Enough overlap is necessary (Jaccard, or containment for excerpts) and not sufficient: pages of one
site and reports of one series overlap too. Of two texts that do,

- those that state other facts (see ``facts``) fill one template on two occasions: ``distinct``;
- those that both have passages of their own (see ``passages``) are two texts on one ground:
  ``distinct``;
- of the others, a text that lies in a clearly longer one is ``contained``, the rest are ``near``.

A text that is the edited beginning of another (see ``excerpts``) is ``contained`` in it, though the
overlap be too little or both have passages of their own, if the settings want it so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dedupe.article import Relation, Verdict
from dedupe.detect import excerpts
from dedupe.detect.passages import OWN
from dedupe.settings import Settings

LEAST_CONTAINED = 20
"""Distinct shingles that a text must have to count as contained in another: fewer may lie in a
long text by chance, or be a standing phrase."""

LEAST_SIMILAR = 4
"""Distinct shingles that both texts must have to count as near: two texts of a few words, or of one
word many times, are the same or they are not."""

MUCH = 0.45
"""Share of passages of its own from which a text is much more than the other, which then must be
contained in it whole: no Jaccard similarity that is left makes them alike."""

LEAST_EXCERPT = 0.3
"""Containment below which no text is looked at for being an excerpt of another."""

SHORTER = 0.8
"""Ratio of distinct shingles below which a text is clearly shorter than the other."""


class Reason(StrEnum):
    """Why a pair was judged as it was."""

    SAME_WORDS = "same-words"
    SIMILAR = "similar"
    CONTAINED = "contained"
    EXCERPT = "excerpt"
    NO_WORDS = "no-words"
    LOW_OVERLAP = "low-overlap"
    SHORT_OVERLAP = "short-overlap"
    OTHER_FACTS = "other-facts"
    OWN_PASSAGES = "own-passages"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share: sizes of their shingle sets and of the intersection."""

    left: int
    right: int
    shared: int
    same: bool = False

    @property
    def jaccard(self) -> float:
        """Shared shingles over all shingles."""
        return self.shared / (self.left + self.right - self.shared) if self.shared else 0.0

    @property
    def containment(self) -> float:
        """Shared shingles over those of the smaller set."""
        return self.shared / min(self.left, self.right) if self.shared else 0.0


class Closer(Protocol):
    """The figures that need a closer look; asked for only where the overlap suffices."""

    def other_facts(self) -> bool:
        """Whether the texts state the facts of different occasions."""

    def own(self) -> tuple[float, float]:
        """The shares of the two texts that are passages of their own."""

    def excerpt(self) -> bool:
        """Whether one text is the edited beginning of the other."""


def judge(overlap: Overlap, closer: Closer, settings: Settings) -> Verdict:
    """The verdict on a pair; never ``revision``, which depends on the address too."""
    relation, reason = _judge(overlap, closer, settings)
    return Verdict(
        relation=relation,
        jaccard=overlap.jaccard,
        containment=overlap.containment,
        reason=reason.value,
    )


def _judge(overlap: Overlap, closer: Closer, settings: Settings) -> tuple[Relation, Reason]:
    if overlap.same:
        return Relation.EXACT, Reason.SAME_WORDS
    smaller, larger = sorted((overlap.left, overlap.right))
    similar = overlap.jaccard >= settings.threshold
    contained = overlap.containment >= settings.containment
    objection = _objection(smaller, similar, contained, closer)
    if objection is not None:
        if excerpts.wanted(settings) and _excerpt(overlap, objection, closer):
            return Relation.CONTAINED, Reason.EXCERPT
        return Relation.DISTINCT, objection
    if similar and (not contained or smaller >= SHORTER * larger or smaller < LEAST_CONTAINED):
        return Relation.NEAR, Reason.SIMILAR
    return Relation.CONTAINED, Reason.CONTAINED


def _excerpt(overlap: Overlap, objection: Reason, closer: Closer) -> bool:
    """Whether an objection does not hold as one text is an excerpt of the other."""
    if objection not in {Reason.LOW_OVERLAP, Reason.OWN_PASSAGES}:
        return False
    if overlap.containment < LEAST_EXCERPT or not closer.excerpt():
        return False
    return objection is Reason.OWN_PASSAGES or not closer.other_facts()


def _objection(
    smaller: int,
    similar: bool,  # noqa: FBT001 - two findings of the caller
    contained: bool,  # noqa: FBT001
    closer: Closer,
) -> Reason | None:
    """What speaks against a pair; the costly figures come last."""
    if not smaller:
        return Reason.NO_WORDS
    if not similar and not contained:
        return Reason.LOW_OVERLAP
    if smaller < (LEAST_SIMILAR if similar else LEAST_CONTAINED):
        return Reason.SHORT_OVERLAP
    if closer.other_facts():
        return Reason.OTHER_FACTS
    less, more = sorted(closer.own())
    if less > OWN or (more > MUCH and not contained):
        return Reason.OWN_PASSAGES
    return None
