"""The decision on a pair, from figures counted on the texts, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dedupe.article import Relation, Verdict
from dedupe.settings import Settings

LEAST_CONTAINED = 20
"""Distinct shingles that a text must have to count as contained in another: fewer may lie in a long
text by chance, or be a standing phrase."""


class Reason(StrEnum):
    """Why a pair was judged as it was."""

    SAME_WORDS = "same-words"
    SIMILAR = "similar"
    CONTAINED = "contained"
    NO_WORDS = "no-words"
    LOW_OVERLAP = "low-overlap"
    SHORT_OVERLAP = "short-overlap"
    OTHER_FACTS = "other-facts"


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


def judge(overlap: Overlap, settings: Settings) -> Verdict:
    """The verdict on a pair; never ``revision``, which depends on the address too."""
    jaccard, containment = overlap.jaccard, overlap.containment
    relation, reason = Relation.DISTINCT, Reason.LOW_OVERLAP
    if not overlap.left or not overlap.right:
        reason = Reason.NO_WORDS
    elif overlap.same:
        relation, reason = Relation.EXACT, Reason.SAME_WORDS
    elif jaccard >= settings.threshold:
        relation, reason = Relation.NEAR, Reason.SIMILAR
    elif containment >= settings.containment:
        if min(overlap.left, overlap.right) >= LEAST_CONTAINED:
            relation, reason = Relation.CONTAINED, Reason.CONTAINED
        else:
            reason = Reason.SHORT_OVERLAP
    return Verdict(relation=relation, jaccard=jaccard, containment=containment, reason=reason.value)
