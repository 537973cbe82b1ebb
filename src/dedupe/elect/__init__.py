"""Elect: from verdicts on pairs to clusters with one canonical each."""

from dedupe.elect.policy import Candidate, policy_reason, ranked
from dedupe.elect.ranking import Columns, order
from dedupe.elect.star import Election, elect

__all__ = ["Candidate", "Columns", "Election", "elect", "order", "policy_reason", "ranked"]
