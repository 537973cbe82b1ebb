"""Extractors beside ours, on the same pages in turn: pages a second of CPU time.

    python -m benchmarks extractors

Each is a process in an environment of its own; how many pages it takes in a round depends on how
slow it is. Quality is another command's: ``python -m benchmarks clean --peers``.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.inputs import page_corpus
from benchmarks.measuring.command import OnePart
from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.results import Plan
from benchmarks.peers import extracting
from benchmarks.peers.process import Peer, why_not
from dedupe.article import Article

EXTRACTORS = tuple(extracting.EXTRACTORS)
PAGES = 150
ROUNDS = 3
SECONDS = 120


class Extractor(Peer):
    """A peer that holds pages, and extracts those that it is asked for."""

    def __init__(self, name: str, raws: Sequence[bytes | str]) -> None:
        texts = [raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw for raw in raws]
        super().__init__(name, Path(extracting.__file__), texts)

    def extract(self, first: int, last: int) -> tuple[float, list[Article | str]]:
        """CPU seconds, and the texts."""
        answer = self.ask(f"extract {first} {last}")
        if answer is None:
            raise RuntimeError(self.last_words)
        return answer["seconds"], answer["texts"]


def measured(plan: Plan, budget: Budget) -> Figures:
    """Pages a second and core of each extractor."""
    from dedupe.clean import clean

    count = plan.size(PAGES, 10)
    corpus = page_corpus(plan.work, plan.size(1500, 60))
    rows = _rows(corpus.articles, count)
    skipped = {name: why_not(name) for name in EXTRACTORS if why_not(name)}
    raws = [row["html"] for row in rows]
    peers = {name: Extractor(name, raws) for name in EXTRACTORS if name not in skipped}
    rates: dict[str, list[float]] = defaultdict(list)
    clean(raws[0])
    for _ in range(plan.size(ROUNDS, 1)):
        if budget.spent and rates:
            break
        start = time.process_time()
        for row in rows:
            clean(row["html"], row["url"])
        rates["ours"].append(count / (time.process_time() - start))
        for name, peer in peers.items():
            if name in skipped:
                continue
            try:
                rates[name].append(count / peer.extract(0, count)[0])
            except RuntimeError as error:
                skipped[name] = f"does not run here: {error}"
    for peer in peers.values():
        peer.close()
    ours = statistics.median(rates["ours"])
    told = [
        {
            "name": name,
            "per_second": round(statistics.median(found), 1),
            "from_to": [round(min(found), 1), round(max(found), 1)],
            "ours_is_times": round(ours / statistics.median(found), 2),
        }
        for name, found in rates.items()
    ]
    told.sort(key=lambda each: -float(str(each["per_second"])))
    faults = [{"name": name, "fault": fault} for name, fault in skipped.items()]
    return {"corpus": corpus.about, "extractors": told + faults}


def _rows(folder: Path, count: int) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as source:
            found += [json.loads(line) for line in source]
    return found[:count]


_PART = OnePart("extractors", SECONDS, measured)
measure, options, main = _PART.measure, _PART.options, _PART.main
