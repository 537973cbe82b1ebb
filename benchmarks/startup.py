"""Start-up: what a command costs before it does anything, and the first run on a fresh machine.

    python -m benchmarks startup

With it, what libraries load unasked, and what a process costs that keeps it out
(``dedupe.unasked``).

The first run is that of a machine where nothing was compiled or cached: an empty cache for the
compiler, an empty home for Prefect.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring.command import OnePart
from benchmarks.measuring.figures import Budget, Figures, System, in_turn
from benchmarks.measuring.results import Plan
from benchmarks.measuring.watched import Ran, watch

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120

OURS = "from dedupe.unasked import own_process; own_process(); "
COLUMN = "import pyarrow as pa; pa.array([1])"
KERNEL = (
    "import pyarrow; from dedupe.detect import pace; pace.load(); "
    "from dedupe.detect.verify import read_compiled; read_compiled(['one text'], 3)"
)


def measured(plan: Plan, budget: Budget) -> Figures:
    """Seconds of each start."""
    rounds = plan.size(7, 1)
    python = sys.executable
    starts = [
        _start("python -c pass", [python, "-c", "pass"], rounds),
        _start("import dedupe", [python, "-c", "import dedupe"], rounds),
        _start("dedupe --help", [python, "-m", "dedupe", "--help"], rounds),
        _start("a first Arrow column", [python, "-c", COLUMN], rounds),
        _start("the same, in a process of ours", [python, "-c", OURS + COLUMN], rounds),
        _start("the kernel, compiled before", [python, "-c", KERNEL], rounds),
        _start("the same, in a process of ours", [python, "-c", OURS + KERNEL], rounds),
        _start("ingest seeds, compiled before", [], 1 if plan.quick else 3, seeds=True),
        _start("ingest seeds, nothing compiled", [], 1, seeds=True, cold=True),
    ]
    if not plan.quick:
        starts.append(
            _start("flow on seeds, fresh machine", [], 1, seeds=True, cold=True, flow=True)
        )
    entries = in_turn(starts, budget)
    for entry in entries:
        for name in ("documents", "per_second", "ours_is_times"):
            entry.pop(name, None)
    return {"starts": entries}


def _start(
    name: str,
    command: Sequence[str],
    rounds: int,
    *,
    seeds: bool = False,
    cold: bool = False,
    flow: bool = False,
) -> System:
    def run(timeout: float) -> Ran:
        with tempfile.TemporaryDirectory(prefix="dedupe-start-") as folder:
            environment = {"PREFECT_HOME": f"{folder}/prefect", "DO_NOT_TRACK": "1"}
            if cold:
                environment["NUMBA_CACHE_DIR"] = f"{folder}/compiled"
            asked = [*command]
            if seeds:
                program = ["flows/ingest.py"] if flow else ["-m", "dedupe", "ingest"]
                asked = [sys.executable, *program, "seeds", "--data", f"{folder}/data"]
            return watch(asked, timeout=timeout, cwd=ROOT, environment=environment)

    return System(name, 1, run, rounds)


_PART = OnePart("startup", SECONDS, measured)
measure, options, main = _PART.measure, _PART.options, _PART.main
