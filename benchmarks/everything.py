"""The whole measured run, part by part, each within its time; what is there is kept.

    python -m benchmarks peers install
    python -m benchmarks all
    python -m benchmarks render

Broken off, it goes on with the part where it was; ``--again`` measures anew. Results lie in
``build/benchmarks``: a file for each part, and ``results.json`` with all of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks import curves, efficiency, end_to_end, engines, joins, startup
from benchmarks.clean import extractors
from benchmarks.detect import match, signatures
from benchmarks.measuring.figures import Figures
from benchmarks.measuring.results import Plan, collect

PARTS: dict[str, Callable[[Plan], Figures]] = {
    "startup": startup.measure,
    "extractors": extractors.measure,
    "signatures": signatures.measure,
    "joins": joins.measure,
    "efficiency": efficiency.measure,
    "engines": engines.measure,
    "pages": lambda plan: end_to_end.measure(plan, ["pages"])["pages"],
    "texts": lambda plan: end_to_end.measure(plan, ["texts"])["texts"],
    "million": lambda plan: end_to_end.measure(plan, ["million"])["million"],
    "curves": curves.measure,
    "match": match.measure,
}
"""In the order in which they run: ``curves`` goes on with the history of ``million``."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parts", nargs="*", choices=list(PARTS), help="some of them")


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    """Measure the parts; a part that breaks is told, and the others are measured all the same."""
    return measure(plan, chosen.parts or list(PARTS))


def measure(plan: Plan, names: Sequence[str]) -> dict[str, Figures]:
    found = {}
    for name in names:
        begun = time.monotonic()
        try:
            found[name] = PARTS[name](plan)
        except Exception as error:  # noqa: BLE001 - one part that breaks must not cost the rest
            print(f"{name}: broke: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        else:
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        collect(plan.out)
    return found
