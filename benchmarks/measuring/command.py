"""A command that measures one part and has no options of its own."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.results import Plan, part


@dataclass(frozen=True, slots=True)
class OnePart:
    """What a module of ``python -m benchmarks`` offers for the one part that it measures."""

    name: str
    seconds: float
    measured: Callable[[Plan, Budget], Figures]

    def measure(self, plan: Plan) -> Figures:
        """The part's figures: those that are there, or measured now."""
        return part(plan, self.name, self.seconds, lambda budget: self.measured(plan, budget))

    def options(self, parser: argparse.ArgumentParser) -> None:
        """None of its own."""

    def main(self, chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:  # noqa: ARG002
        """The part by its name."""
        return {self.name: self.measure(plan)}
