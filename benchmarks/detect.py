"""Measures detection: speed of each step, quality on graded, natural and planted pairs, peers.

    python benchmarks/detect.py [signatures] [graded] [silver] [natural] [planted] [batch]
                                [steps] [versions]
    python benchmarks/detect.py index --count 1000000 [--folder DIR] [--direct BYTES] [--cold]
    python benchmarks/detect.py peers --install
    python benchmarks/detect.py peers

Runs what is named, or all of the first two lines, and prints one JSON line for each. The data lie
beside the repository in ``../shared/data/neardup``; what needs them is skipped where they are
absent. The peers live in environments of their own (``detect_peers``). Times are CPU seconds of one
process.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from detect_corpus import DATA, SETTINGS, file_copies, identify, newswire
from detect_index import index
from detect_peers import install, peers, signatures
from detect_quality import graded, natural, planted, silver
from detect_steps import steps, versions
from planted import EDITS, Pool

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


def main(options: argparse.Namespace) -> None:
    """Runs and prints what is asked for."""
    pace.load()
    sketch_compiled(["a few words, \u00e9 among them"], Parameters.of(SETTINGS))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "signatures": signatures, "graded": graded, "silver": silver, "natural": natural,
        "planted": planted, "batch": batch, "steps": steps, "versions": versions,
        "peers": install if options.install else peers, "index": lambda: index(
            options.count, options.folder, options.direct, cold=options.cold
        ),
    }  # fmt: skip
    for name in options.parts or list(parts)[:8]:
        if name != "index" and not options.install and not DATA.exists():
            print(json.dumps({name: f"skipped: there is no {DATA}"}))
            continue
        print(json.dumps({name: parts[name]()}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--count", type=int, default=1_000_000, help="canonicals of `index`")
    parser.add_argument("--folder", type=Path, help="where `index` makes or finds the index")
    parser.add_argument("--direct", type=int, help="see `detect_index.py`")
    parser.add_argument("--cold", action="store_true", help="see `detect_index.py`")
    parser.add_argument("--install", action="store_true", help="with `peers`: install them")
    sys.exit(main(parser.parse_args()))
