"""Parallel efficiency: the same work on one core with one process, and on two with two.

python -m benchmarks efficiency
"""

from __future__ import annotations

from benchmarks.contestants import ours
from benchmarks.end_to_end import warm
from benchmarks.inputs import corpora_of
from benchmarks.measuring.command import OnePart
from benchmarks.measuring.figures import Budget, Figures, in_turn
from benchmarks.measuring.results import Plan

SECONDS = 150


def measured(plan: Plan, budget: Budget) -> Figures:
    """How many times as fast two are as one, for pages and for texts."""
    warm(plan)
    found: Figures = {}
    for name, corpus in corpora_of(plan).items():
        systems = []
        for cores in (2, 1):
            system = ours(corpus, plan.work / f"{name}-{cores}-cores", 2, cores=cores)
            system.name = f"{cores} core{'s' * (cores > 1)}"
            system.judge = None
            systems.append(system)
        entries = in_turn(systems, budget)
        found[name] = {"systems": entries, "times": entries[1].get("ours_is_times")}
    return found


_PART = OnePart("efficiency", SECONDS, measured)
measure, options, main = _PART.measure, _PART.options, _PART.main
