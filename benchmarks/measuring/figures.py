"""Runs in turn, and their figures: medians, spread, ratios.

What two systems need on a shared machine can only be compared where they ran in turn: each round
runs every system once. A system that is a hundred times slower gets a sample of the input or fewer
rounds, and its entry says so.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measuring.watched import Ran

Figures = dict[str, Any]

START = 60.0
"""Seconds that a system may take to start even if its part has none left."""


class Budget:
    """The seconds that a part may take: when they are spent, no further round begins."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; at least one."""
        return max(1.0, self._ends - time.monotonic())

    @property
    def spent(self) -> bool:
        """Nothing is left."""
        return time.monotonic() >= self._ends


@dataclass(slots=True)
class System:
    """Something that is run: ``run(timeout)`` does it once; ``documents`` is how many it takes."""

    name: str
    documents: int
    run: Callable[[float], Ran]
    rounds: int = 3
    note: str = ""
    start: Callable[[float], Ran] | None = None
    """Does next to nothing: what a system that gets a sample takes before it begins. It is left out
    of its rate, in its favour."""
    judge: Callable[[], Figures] | None = None
    """Looks at what the last run left, for figures of quality."""
    ran: list[Ran] = field(default_factory=list)
    found: Figures = field(default_factory=dict)
    start_seconds: float = 0.0


def in_turn(systems: Sequence[System], budget: Budget) -> list[Figures]:
    """Run the systems round by round while the budget lasts; gives an entry for each."""
    for at in range(max(system.rounds for system in systems)):
        for system in systems:
            stopped = budget.spent and bool(system.ran)
            failed = bool(system.ran and system.ran[-1].fault)
            if at < system.rounds and not stopped and not failed:
                system.ran.append(system.run(budget.left))
                if system.judge and not system.ran[-1].fault and not system.found:
                    system.found = system.judge()
    for system in systems:
        if system.start and system.ran and not system.ran[-1].fault:
            begun = system.start(max(budget.left, START))
            system.start_seconds = 0.0 if begun.fault else begun.seconds
    return with_ratios([entry(system) for system in systems])


def entry(system: System) -> Figures:
    """The figures of a system: medians over its runs, and the least and most seconds."""
    good = [ran for ran in system.ran if not ran.fault]
    told: Figures = {"name": system.name, "documents": system.documents, "runs": len(good)}
    if system.note:
        told["note"] = system.note
    if not good:
        return told | {"fault": system.ran[-1].fault if system.ran else "no time was left"}
    seconds = [ran.seconds for ran in good]
    median = statistics.median(seconds)
    if system.start_seconds:
        told["start_seconds"] = system.start_seconds
    return told | {
        "seconds": round(median, 3),
        "seconds_from_to": [min(seconds), max(seconds)],
        "cpu_seconds": round(statistics.median(ran.cpu_seconds for ran in good), 3),
        "peak_mb": round(max(ran.peak_mb for ran in good), 1),
        "per_second": round(system.documents / max(median - system.start_seconds, 1e-3), 1),
        **system.found,
    }


def with_ratios(entries: list[Figures]) -> list[Figures]:
    """How many times as fast the first system is as each of the others."""
    first = entries[0].get("per_second")
    for other in entries[1:]:
        if first and other.get("per_second"):
            other["ours_is_times"] = round(first / other["per_second"], 2)
    return entries
