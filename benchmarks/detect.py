"""Measures detection: speed of each step, quality on graded, natural and planted pairs, peers.

    python benchmarks/detect.py [signatures] [graded] [silver] [natural] [planted] [batch] [index]

Runs what is named, or all but ``index``, and prints one JSON line for each. The data lie beside the
repository in ``../shared/data/neardup``; what needs them is skipped where they are absent, and so is a
peer that this environment lacks. Times are CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from planted import EDITS, NEGATIVES, Pool

from dedupe.article import Pair, Relation
from dedupe.detect import Detector, Index, compare, pace
from dedupe.detect.candidates import with_index
from dedupe.detect.sketch import Parameters, Sketches, sketch_compiled
from dedupe.detect.verify import overlap, read_compiled, verify
from dedupe.settings import Settings

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "neardup"
SETTINGS = Settings()
SHORTEST = 100
FEWEST_FIGURES = 12


def newswire(language: str) -> list[dict[str, Any]]:
    """The articles of one language, at least ``SHORTEST`` words long."""
    rows = pq.read_table(DATA / f"newswire_{language}.parquet").to_pylist()
    return [row for row in rows if len(row["text"].split()) >= SHORTEST]


def identify(name: object) -> str:
    """An id of 32 hexadecimal digits."""
    return hashlib.blake2b(str(name).encode(), digest_size=16).hexdigest()


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


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


def graded() -> dict[str, Any]:
    """F1 on pairs that people graded."""
    result = {}
    for name in ("webis_ecir20_web", "copycat_half"):
        rows = list(map(json.loads, (DATA / f"{name}.jsonl").open(encoding="utf-8")))
        found = [compare(row["text_a"], row["text_b"]).relation != "distinct" for row in rows]
        truth = [row["grade"] >= 1 for row in rows]
        right = sum(one and other for one, other in zip(found, truth, strict=True))
        result[name] = {
            "f1": round(2 * right / (sum(found) + sum(truth)), 4),
            "false": sum(found) - right,
            "missed": sum(truth) - right,
        }
    return result


def silver() -> dict[str, Any]:
    """Share found of the newspaper pairs with one headline, by their similarity."""
    texts = {
        row["id"]: row["text"] for row in pq.read_table(DATA / "newswire_en.parquet").to_pylist()
    }
    path = DATA / "newswire_en_same_headline.jsonl"
    rows = list(map(json.loads, path.open(encoding="utf-8")))
    result = {}
    for low, high in ((0.5, 1.01), (0.3, 0.5)):
        pairs = [row for row in rows if low <= row["j5"] < high]
        verdicts = [compare(texts[row["id_a"]], texts[row["id_b"]]) for row in pairs]
        result[f"j5 from {low}"] = {
            "pairs": len(pairs),
            "recall": round(np.mean([each.relation != "distinct" for each in verdicts]), 4),
            "reasons": Counter(each.reason for each in verdicts),
        }
    return result


def natural() -> dict[str, Any]:
    """Pairs that an exact join of all pairs accepts, and the share that becomes candidates."""
    from scipy import sparse

    result = {}
    for language in ("en", "fr"):
        texts = [row["text"] for row in newswire(language)]
        readings = read_compiled(texts, SETTINGS.shingle)
        sizes = [len(each.shingles) for each in readings]
        _, column = np.unique(
            np.concatenate([each.shingles for each in readings]), return_inverse=True
        )
        matrix = sparse.csr_matrix(
            (np.ones(len(column), np.float32), (np.repeat(np.arange(len(texts)), sizes), column))
        )
        shared_by = np.asarray((matrix > 0).sum(axis=0)).ravel()
        # Pairs that share only shingles of more than 200 texts can be neither near nor contained.
        matrix = matrix[:, (shared_by > 1) & (shared_by <= 200)].tocsr()
        true, curve = set(), defaultdict(list)
        for first in range(0, len(texts), 500):
            product = (matrix[first : first + 500] @ matrix.T).tocoo()
            keep = (product.col > product.row + first) & (product.data >= 8)
            for one, other in zip(
                (product.row[keep] + first).tolist(), product.col[keep].tolist(), strict=True
            ):
                found = overlap(readings[one], readings[other])
                if found.jaccard >= 0.2 or found.containment >= SETTINGS.containment:
                    curve[int(found.jaccard * 20) / 20].append((one, other))
                    if verify(readings[one], readings[other], SETTINGS).relation != "distinct":
                        true.add((one, other))
        candidates = _candidates(texts)
        result[language] = {
            "texts": len(texts),
            "accepted_pairs": len(true),
            "recall": round(len(true & candidates) / len(true), 5),
            "candidates_per_text": round(len(candidates) / len(texts), 2),
            "recall_by_jaccard": {
                low: round(np.mean([pair in candidates for pair in pairs]), 3)
                for low, pairs in sorted(curve.items())
            },
        }
    return result


def _candidates(texts: Sequence[str]) -> set[tuple[int, int]]:
    """Pairs that an index of all ``texts`` gives when it is asked for each."""
    with tempfile.TemporaryDirectory() as folder:
        index = Index.create(Path(folder), SETTINGS)
        sketches = sketch_compiled(texts, index.parameters)
        update = index.draft("1")
        update.add_sketches([identify(at) for at in range(len(texts))], sketches)
        update.write()
        index = Index.open(Path(folder), "1", SETTINGS)
        rows, ordinals = with_index(sketches, index, np.ones(len(texts), dtype=bool))
        return {
            (min(pair), max(pair)) for pair in zip(rows.tolist(), ordinals.tolist(), strict=True)
        }


def planted() -> dict[str, Any]:
    """A corpus with known truth, detected in one batch: recall by edit, precision, clusters."""
    result = {}
    for language in ("en", "fr"):
        rows = newswire(language)
        pool = Pool([row["text"] for row in rows[-1500:]])
        texts, truth, kind = {}, {}, {}
        for number, text in enumerate(_unlike([row["text"] for row in rows[:-1500]])[:4000]):
            origin = identify((number, "origin"))
            texts[origin], truth[origin], kind[origin] = text, number, "origin"
            edit = list(EDITS)[number % len(EDITS)]
            copy = identify((number, edit))
            texts[copy] = EDITS[edit](text, Random(f"{edit}{number}"), pool)
            truth[copy], kind[copy] = number, edit
            name = list(NEGATIVES)[number % len(NEGATIVES)]
            if name == "other_day" and len(read_compiled([text], 3)[0].figures) < FEWEST_FIGURES:
                continue
            other = identify((number, name))
            texts[other] = NEGATIVES[name](text, Random(f"{name}{number}"), pool)
            truth[other], kind[other] = -1 - number, name
        filed, seconds, _ = _detect(texts, {each: kind[each] != "origin" for each in texts})
        cluster = {each: filed.get(each, each) for each in texts}
        by_kind: dict[str, list[bool]] = defaultdict(list)
        for each, name in kind.items():
            if name != "origin":
                by_kind[name].append(
                    cluster[each] == identify((abs(truth[each]) - (truth[each] < 0), "origin"))
                )
        wrong = [each for each, centre in filed.items() if truth[each] != truth[centre]]
        result[language] = {
            "texts": len(texts),
            "recall": {name: round(np.mean(by_kind[name]), 4) for name in EDITS},
            "merged_negatives": {name: round(np.mean(by_kind[name]), 4) for name in NEGATIVES},
            "precision": round(1 - len(wrong) / max(1, len(filed)), 5),
            **_cluster_scores(cluster, truth),
            "documents_per_s": round(len(texts) / seconds),
        }
    return result


def _unlike(texts: Sequence[str]) -> list[str]:
    """The texts that are like no earlier one, so that only what is planted is a copy."""
    named = {identify(at): text for at, text in enumerate(texts)}
    candidates = _candidates(texts)
    readings = read_compiled(texts, SETTINGS.shingle)
    alike = {
        max(pair)
        for pair in candidates
        if overlap(readings[pair[0]], readings[pair[1]]).containment > 0.2
    }
    return [text for at, text in enumerate(named.values()) if at not in alike]


def _detect(
    texts: Mapping[str, str], last: Mapping[str, bool]
) -> tuple[dict[str, str], float, list[Pair]]:
    """Greedy star over one batch: who is filed under whom, CPU seconds, the pairs."""
    ids = list(texts)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        detector = Detector(SETTINGS, Index.create(Path(folder), SETTINGS))
        for at in range(0, len(ids), 4000):
            detector.add(ids[at : at + 4000], [texts[each] for each in ids[at : at + 4000]])
        detector.history()
        rank = {
            each: at for at, each in enumerate(sorted(ids, key=lambda each: (last[each], each)))
        }
        pairs = list(detector.pairs(lambda asked: {each: texts[each] for each in asked}, rank))
        filed: dict[str, str] = {}
        for pair in sorted(pairs, key=lambda pair: (rank[pair.left], rank[pair.right])):
            accepted = pair.verdict.relation is not Relation.DISTINCT
            if accepted and pair.left not in filed and pair.right not in filed:
                filed[pair.right] = pair.left
        return filed, time.process_time() - start, pairs


def _cluster_scores(cluster: Mapping[str, str], truth: Mapping[str, int]) -> dict[str, float]:
    """B-cubed F1 (Bagga and Baldwin, 1998), adjusted Rand index, largest wrong merge."""
    both = Counter((cluster[each], truth[each]) for each in cluster)
    found, real = Counter(cluster.values()), Counter(truth.values())
    total = len(cluster)
    precision = sum(count * count / found[name] for (name, _), count in both.items()) / total
    recall = sum(count * count / real[name] for (_, name), count in both.items()) / total
    pairs = [sum(n * (n - 1) / 2 for n in each.values()) for each in (both, found, real)]
    chance = pairs[1] * pairs[2] / (total * (total - 1) / 2)
    mixed = defaultdict(set)
    for name, real_name in both:
        mixed[name].add(real_name)
    return {
        "b_cubed_f1": round(2 * precision * recall / (precision + recall), 5),
        "adjusted_rand": round((pairs[0] - chance) / ((pairs[1] + pairs[2]) / 2 - chance), 5),
        "largest_wrong_merge": max(map(len, mixed.values())),
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
    _, seconds, pairs = _detect(texts, dict.fromkeys(texts, False))
    story = base[0]
    hot = {identify(at): f"{story} Read by {at} at desk {at % 7}." for at in range(10_000)}
    filed, hot_seconds, hot_pairs = _detect(hot, dict.fromkeys(hot, False))
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
    """An index of random sketches: bytes a canonical, look-up of 1,000 documents, update, memory."""
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
