"""Elect: from verdicts on pairs to clusters with one canonical each."""

from dedupe.elect.policy import Candidate, policy_reason, ranked
from dedupe.elect.star import Election, elect

__all__ = ["Candidate", "Election", "elect", "policy_reason", "ranked"]
