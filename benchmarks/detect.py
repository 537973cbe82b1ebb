"""Measures detection: speed of each step, quality on graded, natural and planted pairs, peers.

    python benchmarks/detect.py [signatures] [graded] [silver] [natural] [planted] [batch] [index]

Runs what is named, or all but ``index``, and prints one JSON line for each. The data lie beside
the repository in ``../shared/data/neardup``; what needs them is skipped where they are absent, and
so is a peer that this environment lacks. Times are CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from detect_corpus import DATA, SETTINGS, file_copies, identify, newswire, timed
from detect_quality import graded, natural, planted, silver
from planted import EDITS, Pool

from dedupe.detect import Index, pace
from dedupe.detect.candidates import with_index
from dedupe.detect.sketch import Parameters, Sketches, sketch_compiled


def signatures() -> dict[str, Any]:
    """Documents a second, from text to signature; peers in turn with ours, three rounds."""
    texts = [row["text"] for row in newswire("en") if 380 <= len(row["text"].split()) <= 440]
    texts = texts[:2000]
    parameters = Parameters.of(SETTINGS)
    sketch_compiled(texts, parameters)
    few = texts[:200]
    ours: list[float] = []
    peers: dict[str, list[float]] = defaultdict(list)
    for _ in range(3):
        ours.append(len(texts) / timed(lambda: sketch_compiled(texts, parameters))[0])
        for name, run in PEERS.items():
            try:
                seconds, _ = timed(lambda run=run: run(few))
            except ImportError:
                continue
            peers[name].append(len(few) / seconds)
    best = max(ours)
    return {
        "documents_per_s": round(best),
        "peers": {name: round(max(rates)) for name, rates in peers.items()},
        "times_faster": {name: round(best / max(rates), 1) for name, rates in peers.items()},
        "skipped": sorted(set(PEERS) - set(peers)),
    }


def _shingled(texts: Sequence[str]) -> list[list[bytes]]:
    split = (text.lower().split() for text in texts)
    return [
        [" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)] for words in split
    ]


def _datasketch(texts: Sequence[str]) -> None:
    from datasketch import MinHash

    MinHash.bulk(_shingled(texts), num_perm=128)


def _rensa(texts: Sequence[str]) -> None:
    from rensa import RMinHash

    for shingles in _shingled(texts):
        RMinHash(num_perm=128, seed=1).update([each.decode() for each in shingles])


def _gaoya(texts: Sequence[str]) -> None:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, 0.5, 128, 42, 4, analyzer="word", ngram_range=(3, 3))
    for at, text in enumerate(texts):
        index.insert_document(at, text)


PEERS: dict[str, Callable[[Sequence[str]], None]] = {
    "datasketch bulk": _datasketch,
    "rensa": _rensa,
    "gaoya": _gaoya,
}


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


def index(count: int = 1_000_000) -> dict[str, Any]:
    """An index of random sketches: bytes a canonical, look-up, update, memory."""
    random = np.random.default_rng(1)

    def sketches(number: int) -> Sketches:
        return Sketches(
            random.integers(1, 2**63, number).astype(np.uint64),
            np.full(number, 400, np.uint32),
            random.integers(0, 2**32, (number, 128), dtype=np.uint32),
            random.integers(0, 2**64, number * 12, dtype=np.uint64),
            np.arange(number + 1) * 12,
        )

    def fill(update: Any, number: int) -> None:  # noqa: ANN401
        ids = [
            row.tobytes().hex() for row in random.integers(0, 2**64, (number, 2), dtype=np.uint64)
        ]
        update.add_sketches(ids, sketches(number))
        update.put_ids("url", random.integers(0, 2**64, number, dtype=np.uint64), ids)
        update.put("seen", *random.integers(0, 2**64, (2, number), dtype=np.uint64))

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened = Index.create(folder, SETTINGS)
        update = opened.draft("1")
        for _ in range(0, count, 4000):
            fill(update, 4000)
        update.write()
        opened = Index.open(folder, "1", SETTINGS)
        rounds = [
            timed(lambda: with_index(sketches(1000), opened, np.ones(1000, bool)))[0]
            for _ in range(5)
        ]
        update = opened.draft("2")
        seconds, _ = timed(lambda: (fill(update, 1000), update.write()))
        return {
            "canonicals": count,
            "bytes_each": round(opened.bytes / count, 1),
            "lookup_1000_ms": round(min(rounds) * 1000),
            "update_1000_ms": round(seconds * 1000),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def main(asked: Iterable[str], count: int) -> None:
    """Runs and prints what is asked for."""
    pace.load()
    sketch_compiled(["a few words, \u00e9 among them"], Parameters.of(SETTINGS))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "signatures": signatures, "graded": graded, "silver": silver, "natural": natural,
        "planted": planted, "batch": batch, "index": lambda: index(count),
    }  # fmt: skip
    for name in asked or [each for each in parts if each != "index"]:
        if name != "index" and not DATA.exists():
            print(json.dumps({name: f"skipped: there is no {DATA}"}))
            continue
        print(json.dumps({name: parts[name]()}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--count", type=int, default=1_000_000, help="canonicals of `index`")
    options = parser.parse_args()
    sys.exit(main(options.parts, options.count))
