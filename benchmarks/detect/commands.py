"""Measures detection: speed of each step, quality on graded, natural and planted pairs, peers.

    python -m benchmarks detect [graded] [silver] [natural] [planted] [templates] [batch]
                                [steps] [versions]
    python -m benchmarks detect peers
    python -m benchmarks detect index --count 1000000 [--folder DIR] [--direct BYTES] [--cold]

Runs what is named, or all of them but peers, and prints one JSON line for each. The data lie beside
the repository in ``../shared/data/neardup``; where they are absent, graded and silver pairs are
skipped and the rest runs on invented articles. Times are CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.detect.corpus import DATA, SETTINGS, file_copies, identify, newswire
from benchmarks.detect.index import index
from benchmarks.detect.peers import peers
from benchmarks.detect.quality import graded, natural, planted, silver, templates
from benchmarks.detect.steps import steps, versions
from benchmarks.invented.edits import EDITS, Pool
from benchmarks.measuring.results import Plan
from dedupe.detect import pace
from dedupe.detect.sketch import Parameters, sketch_compiled


def batch() -> dict[str, Any]:
    """Clean text to verified pairs: 100,000 articles, every fifth a copy; and one hot story."""
    base = [row["text"] for language in ("en", "fr") for row in newswire(language)]
    pool, edits = Pool(base[:500]), list(EDITS.values())
    # Other words for the same rhythm: the corpus is too small, and itself must not make copies.
    texts = {}
    for number in range(100_000):
        source = base[number % len(base)]
        turn = number // len(base)
        text = (
            source
            if not turn
            else "".join(
                chr((ord(c) - 97 + turn) % 26 + 97) if "a" <= c <= "z" else c for c in source
            )
        )
        texts[identify(number)] = (
            edits[number % len(edits)](base[(number // 5) % len(base)], Random(str(number)), pool)
            if number % 5 == 0
            else text
        )
    _, seconds, pairs = file_copies(texts, dict.fromkeys(texts, False))
    story = base[0]
    hot = {identify(at): f"{story} Read by {at} at desk {at % 7}." for at in range(10_000)}
    filed, hot_seconds, hot_pairs = file_copies(hot, dict.fromkeys(hot, False))
    return {
        "documents_per_s": round(len(texts) / seconds),
        "pairs": len(pairs),
        "hot_story": {
            "copies": len(filed) + 1,
            "pairs": len(hot_pairs),
            "seconds": round(hot_seconds, 2),
        },
    }


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "graded": graded, "silver": silver, "natural": natural, "planted": planted,
    "templates": templates, "batch": batch, "steps": steps, "versions": versions,
    "peers": peers,
}  # fmt: skip
GRADED = ("graded", "silver")
"""Parts that need pairs which people graded."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS, "index"])
    parser.add_argument("--count", type=int, default=1_000_000, help="canonicals of `index`")
    parser.add_argument("--folder", type=Path, help="where `index` makes or finds the index")
    parser.add_argument("--direct", type=int, help="see `benchmarks/detect/index.py`")
    parser.add_argument("--cold", action="store_true", help="see `benchmarks/detect/index.py`")


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    """Runs and prints what is asked for."""
    pace.load()
    pace.PAIRS.load()
    sketch_compiled(["a few words, \u00e9 among them"], Parameters.of(SETTINGS))
    for name in chosen.parts or list(PARTS)[:8]:
        if name in GRADED and not DATA.exists():
            print(json.dumps({name: f"skipped: there is no {DATA}"}))
        elif name == "index":
            found = index(chosen.count, chosen.folder, chosen.direct, cold=chosen.cold)
            print(json.dumps({name: found}), flush=True)
        else:
            print(json.dumps({name: PARTS[name]()}), flush=True)
    return 0
