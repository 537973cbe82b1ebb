"""Parallel efficiency: the same work on one core with one process, and on two with two.

python -m benchmarks efficiency
"""

from __future__ import annotations

import argparse

from benchmarks.contestants import ours
from benchmarks.end_to_end import warm
from benchmarks.inputs import page_corpus, text_corpus
from benchmarks.measuring.figures import Budget, Figures, in_turn
from benchmarks.measuring.results import Plan, part

SECONDS = 150


def measured(plan: Plan, budget: Budget) -> Figures:
    """How many times as fast two are as one, for pages and for texts."""
    warm(plan)
    found: Figures = {}
    corpora = {
        "pages": page_corpus(plan.work, plan.size(1500, 60)),
        "texts": text_corpus(plan.work, plan.size(25_000, 400)),
    }
    for name, corpus in corpora.items():
        systems = []
        for cores in (2, 1):
            system = ours(corpus, plan.work / f"{name}-{cores}-cores", 2, cores=cores)
            system.name = f"{cores} core{'s' * (cores > 1)}"
            system.judge = None
            systems.append(system)
        entries = in_turn(systems, budget)
        found[name] = {"systems": entries, "times": entries[1].get("ours_is_times")}
    return found


def measure(plan: Plan) -> Figures:
    return part(plan, "efficiency", SECONDS, lambda budget: measured(plan, budget))


def options(parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:  # noqa: ARG001
    return {"efficiency": measure(plan)}
