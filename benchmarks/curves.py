"""What a run with 1,000 new documents costs, by the length of the history before it.

    python -m benchmarks curves [--histories 10000 100000 1000000]

Each history is made by one run over invented articles, and kept. Then runs of a thousand new
articles follow, of which a fifth are copies of articles of the history: seconds in the core, peak
memory over all processes, bytes added to the data folder. The slope is that of seconds against
history, both as logarithms: 0 is flat, 1 is proportional.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants import ingest, told
from benchmarks.end_to_end import history_folder, warm
from benchmarks.inputs import invented_corpus, new_batch
from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.results import Plan, part

HISTORIES = (10_000, 100_000, 1_000_000)
ROUNDS = 5
NEW = 1000
SECONDS = 420


def measured(plan: Plan, budget: Budget, histories: Sequence[int]) -> Figures:
    """A point for each history."""
    warm(plan)
    points = [point(plan, budget, history) for history in sorted(histories)]
    good = [each for each in points if "fault" not in each]
    slopes = {}
    if len(good) > 1:
        for name in ("seconds", "cpu_seconds", "peak_mb"):
            slopes[name] = slope([(each["history"], each[name]) for each in good])
    return {"new": plan.size(NEW, 100), "points": points, "slopes": slopes}


def point(plan: Plan, budget: Budget, history: int) -> Figures:
    """Runs with new documents on a history of so many."""
    data = history_folder(plan, history)
    told_first: Figures = {"history": history}
    if not (data / "current").exists():
        first = ingest(invented_corpus(plan.work, history).articles, data, budget.left)
        if first.fault:
            return told_first | {"fault": first.fault}
    size = bytes_of(data)
    runs = []
    for number in range(1, plan.size(ROUNDS, 2) + 1):
        name = plan.work / "new" / f"{history}-{number}.jsonl"
        new = new_batch(name, number, history, plan.size(NEW, 100))
        ran = ingest(new, data, budget.left)
        if ran.fault:
            return told_first | {"fault": ran.fault}
        runs.append((told(ran), ran))
        if budget.spent:
            break
    seconds = [result["seconds"] for result, _ in runs]
    return told_first | {
        "runs": len(runs),
        "duplicates": runs[0][0]["counts"]["duplicates"],
        "seconds": round(statistics.median(seconds), 3),
        "seconds_from_to": [min(seconds), max(seconds)],
        "cpu_seconds": round(statistics.median(ran.cpu_seconds for _, ran in runs), 3),
        "peak_mb": round(statistics.median(ran.peak_mb for _, ran in runs), 1),
        "disk_mb": round(size / 1e6, 1),
        "disk_bytes_a_document": round(size / history),
        "added_mb_a_run": round((bytes_of(data) - size) / 1e6 / len(runs), 2),
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The exponent of a power law through the points, by least squares."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    x, y = (statistics.fmean(column) for column in zip(*logs, strict=True))
    return round(sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs), 3)


def bytes_of(folder: Path) -> int:
    """What a folder takes on disk; a file that several snapshots share counts once."""
    sizes = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def measure(plan: Plan, histories: Sequence[int] = HISTORIES) -> Figures:
    chosen = [500, 2000] if plan.quick else list(histories)
    run = lambda budget: measured(plan, budget, chosen)  # noqa: E731 - named for the line's sake
    return part(plan, "curves", SECONDS, run, histories=chosen)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--histories", nargs="*", type=int, default=list(HISTORIES))


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    return {"curves": measure(plan, chosen.histories)}
