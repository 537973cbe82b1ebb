"""What a run with 1,000 new documents costs, by the length of the history before it.

    python -m benchmarks curves [--histories 10000 100000 1000000] [--rounds 5] [--seconds 900]

Each history is made by one run over invented articles, and kept. Then runs of a thousand new
articles follow, of which a fifth are copies of articles of the history: seconds in the core, peak
memory over all processes, bytes written to the data folder and those that stay, by kind of file.
The slope is that of seconds against history, both as logarithms: 0 is flat, 1 is proportional.

New articles are numbered on from the runs that the data folder has had, so they are new to a kept
history, too. A history that would not be made in what is left of the time is left out, and told.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import dedupe
from benchmarks.contestants import ingest, told
from benchmarks.end_to_end import history_folder, warm
from benchmarks.inputs import invented_corpus, new_batch
from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.folder import Growth
from benchmarks.measuring.results import Plan, part
from benchmarks.measuring.watched import Ran

HISTORIES = (10_000, 100_000, 1_000_000)
ROUNDS = 5
NEW = 1000
SECONDS = 900


class Making:
    """Makes histories; those before tell whether the next one fits into the time."""

    def __init__(self, plan: Plan, budget: Budget) -> None:
        self._plan, self._budget = plan, budget
        self._seconds_a_document = 0.0

    def make(self, documents: int, data: Path) -> str:
        """A history by one run, unless it is there; gives why there is none, or nothing."""
        if (data / "current").exists():
            with dedupe.open(data) as store:
                first = store.runs().sort_by("snapshot").head(1, columns=["seconds"])
            self._seconds_a_document = first["seconds"][0].as_py() / documents
            return ""
        left, expected = self._budget.left, documents * self._seconds_a_document
        if expected > left:
            return f"left out: to make it would take {expected:.0f} s, and {left:.0f} s were left"
        begun = time.perf_counter()
        corpus = invented_corpus(self._plan.work, documents)
        ran = ingest(corpus.articles, data, self._budget.left)
        self._seconds_a_document = (time.perf_counter() - begun) / documents
        return ran.fault


def measured(plan: Plan, budget: Budget, histories: Sequence[int], rounds: int) -> Figures:
    """A point for each history."""
    warm(plan)
    making = Making(plan, budget)
    points = [point(plan, budget, making, history, rounds) for history in sorted(histories)]
    good = [each for each in points if "fault" not in each]
    slopes = {}
    if len(good) > 1:
        for name in ("seconds", "cpu_seconds", "peak_mb"):
            slopes[name] = slope([(each["history"], each[name]) for each in good])
    return {"new": plan.size(NEW, 100), "points": points, "slopes": slopes}


def point(plan: Plan, budget: Budget, making: Making, history: int, rounds: int) -> Figures:
    """Runs with new documents on a history of so many."""
    data = history_folder(plan, history)
    told_first: Figures = {"history": history}
    fault = making.make(history, data)
    if fault:
        return told_first | {"fault": fault}
    size, held, had = bytes_of(data), *documents_and_runs(data)
    count = plan.size(NEW, 100)
    runs: list[tuple[Figures, Ran]] = []
    growth = Growth(data)
    for number in range(had, had + rounds):
        name = plan.work / "new" / f"{history}-{number}-{count}.jsonl"
        ran = ingest(new_batch(name, number, history, count), data, budget.left)
        if ran.fault and not runs:
            return told_first | {"fault": ran.fault}
        if ran.fault:
            break
        runs.append((told(ran), ran))
        growth.ran()
        if budget.spent:
            break
    seconds = [result["seconds"] for result, _ in runs]
    return told_first | {
        "runs": len(runs),
        "runs_before": had,
        "unchanged": max(result["counts"]["unchanged"] for result, _ in runs),
        "duplicates": runs[0][0]["counts"]["duplicates"],
        "seconds": round(statistics.median(seconds), 3),
        "seconds_from_to": [min(seconds), max(seconds)],
        "cpu_seconds": round(statistics.median(ran.cpu_seconds for _, ran in runs), 3),
        "peak_mb": round(statistics.median(ran.peak_mb for _, ran in runs), 1),
        "disk_mb": round(size / 1e6, 1),
        "disk_bytes_a_document": round(size / held),
        **growth.figures(),
    }


def documents_and_runs(data: Path) -> tuple[int, int]:
    """Articles and duplicates that a data folder has, and the runs that it has had."""
    with dedupe.open(data) as store:
        rows = store.counts
        return rows["articles"] + rows["duplicates"], rows["runs"]


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


def measure(
    plan: Plan,
    histories: Sequence[int] = HISTORIES,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
) -> Figures:
    chosen = [500, 2000] if plan.quick else list(histories)
    times = plan.size(rounds, 2)
    run = lambda budget: measured(plan, budget, chosen, times)  # noqa: E731 - named for the line
    return part(plan, "curves", seconds, run, histories=chosen, rounds=times)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--histories", nargs="*", type=int, default=list(HISTORIES))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs on each history")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what all may take")


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    return {"curves": measure(plan, chosen.histories, chosen.rounds, chosen.seconds)}
