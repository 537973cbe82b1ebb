"""Elect: from verdicts on pairs to clusters with one canonical each."""

from dedupe.elect.apart import Apart, apart, apart_from
from dedupe.elect.policy import Candidate, policy_reason, ranked
from dedupe.elect.ranking import Columns, microseconds, order
from dedupe.elect.star import Election, elect

__all__ = [
    "Apart",
    "Candidate",
    "Columns",
    "Election",
    "apart",
    "apart_from",
    "elect",
    "microseconds",
    "order",
    "policy_reason",
    "ranked",
]
