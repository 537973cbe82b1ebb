"""From text to signature, one core: ours and the peers in turn.

    python -m benchmarks signatures

Some 400 words in English, 128 places, shingles of three words where that is open. Rates are per
second of CPU time of the one process: median of the rounds, with the least and the most.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

from benchmarks.detect.corpus import SETTINGS, like_news, timed
from benchmarks.detect.peers import SIGNERS, WORKER
from benchmarks.measuring.command import OnePart
from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.results import Plan
from benchmarks.peers.process import Peer, why_not
from dedupe.detect.sketch import Parameters, sketch_compiled

ROUNDS = 5
SECONDS = 120
SIGNED = 500
"""Texts that a peer signs in a round: the slowest take seconds for them."""


def measured(plan: Plan, budget: Budget) -> Figures:
    """Documents a second and core of each."""
    texts = [text for text in like_news() if 380 <= len(text.split()) <= 440]
    texts = texts[: plan.size(2000, 50)]
    few = texts[: plan.size(SIGNED, 20)]
    parameters = Parameters.of(SETTINGS)
    sketch_compiled(texts, parameters)
    skipped = {name: why_not(name) for name in SIGNERS if why_not(name)}
    peers = {name: Peer(name, WORKER, few) for name in SIGNERS if name not in skipped}
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(plan.size(ROUNDS, 1)):
        if budget.spent and rates:
            break
        # Ten times over, as a few milliseconds are too short to be measured.
        seconds, _ = timed(lambda: [sketch_compiled(texts, parameters) for _ in range(10)])
        rates["ours"].append(10 * len(texts) / seconds)
        for name, peer in peers.items():
            if name not in skipped:
                answer = peer.ask("sign")
                if answer:
                    rates[name].append(len(few) / answer["seconds"])
                else:
                    skipped[name] = f"does not run here: {peer.last_words}"
    for peer in peers.values():
        peer.close()
    return {"signers": _entries(rates, skipped)}


def _entries(rates: dict[str, list[float]], skipped: dict[str, str]) -> list[dict[str, Any]]:
    ours = statistics.median(rates["ours"])
    told: list[dict[str, Any]] = []
    for name, found in rates.items():
        rate = statistics.median(found)
        told.append(
            {
                "name": name,
                "per_second": round(rate),
                "from_to": [round(min(found)), round(max(found))],
                "ours_is_times": round(ours / rate, 2),
            }
        )
    told.sort(key=lambda each: -each["per_second"])
    return told + [{"name": name, "fault": fault} for name, fault in skipped.items()]


_PART = OnePart("signatures", SECONDS, measured)
measure, options, main = _PART.measure, _PART.options, _PART.main
