"""How far one run and many runs over the same corpus end in the same clusters.

    python -m benchmarks incremental [--documents 10000] [--runs 50]

The corpus is real newswire (``../shared/data``), which has natural duplicates, updates and template
reports; without it invented articles stand in. Three histories of the same documents are
compared: one run; many runs in order of publication; many runs in another order. A *pair* is two
documents in one cluster; the figures are the share of pairs of one history found in the other, and
the share of clusters whose canonical is the same document.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq

import dedupe
from benchmarks import inputs
from benchmarks.invented.corpus import planted, row_of
from benchmarks.invented.stories import BLOCK
from benchmarks.measuring.results import Plan

DATA = inputs.DATA / "neardup" / "newswire_en.parquet"

Clusters = dict[str, set[str]]
"""For each canonical's source the sources of all documents in its cluster."""


def history(rows: list[dict[str, str]], runs: int, folder: Path) -> tuple[Clusters, float]:
    """Ingest ``rows`` in so many runs of equal size; gives the clusters and the seconds."""
    begun = time.perf_counter()
    size = -(-len(rows) // runs)
    for number in range(runs):
        inbox = folder / f"{number:03d}.jsonl"
        part = rows[number * size : (number + 1) * size]
        with inbox.open("w", encoding="utf-8") as sink:
            for row in part:
                stated = {name: row[name] for name in ("url", "title", "text", "date")}
                sink.write(json.dumps(stated) + "\n")
        if part:
            dedupe.ingest(inbox, folder / "data")
    seconds = time.perf_counter() - begun
    store = dedupe.open(folder / "data")
    clusters: Clusters = defaultdict(set)
    name: dict[str, str] = {}
    for row in store.articles().to_table(columns=["id", "url"]).to_pylist():
        name[row["id"]] = row["url"]
        clusters[row["url"]].add(row["url"])
    for row in store.duplicates().to_table(columns=["canonical_id", "url"]).to_pylist():
        clusters[name[row["canonical_id"]]].add(row["url"])
    return clusters, seconds


def agreement(one: Clusters, other: Clusters) -> dict[str, float]:
    """Share of pairs and of canonicals that two histories have in common."""
    left, right = (
        {pair for members in clusters.values() for pair in combinations(sorted(members), 2)}
        for clusters in (one, other)
    )
    same = sum(other.get(head) == members for head, members in one.items())
    union = left | right
    return {
        "pairs": len(union),
        "pairs_in_both": round(len(left & right) / len(union), 4) if union else 1.0,
        "clusters_and_canonicals_equal": round(same / len(one), 4),
    }


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=50)


def articles(count: int) -> list[dict[str, str]]:
    """Agency articles where they are, else invented ones with planted copies."""
    if DATA.exists():
        return pq.read_table(DATA).slice(0, count).to_pylist()
    blocks = range(-(-count // BLOCK))
    made = [each.article for block in blocks for each in planted(block)][:count]
    names = {"published_at": "date"}
    return [
        {names.get(key, key): value for key, value in row_of(article).items()} for article in made
    ]


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    """Run the three histories and print their agreement as JSON."""
    rows = articles(chosen.documents)
    rows.sort(key=lambda row: (row["date"], row["id"]))
    shuffled = random.Random(1).sample(rows, len(rows))
    with tempfile.TemporaryDirectory(prefix="dedupe-incremental-") as folder:
        root = Path(folder)
        histories = {
            "one run": (rows, 1),
            "in order": (rows, chosen.runs),
            "shuffled": (shuffled, chosen.runs),
        }
        found: dict[str, Clusters] = {}
        for name, (documents, runs) in histories.items():
            place = root / name.replace(" ", "-")
            place.mkdir()
            found[name], seconds = history(documents, runs, place)
            canonicals = len(found[name])
            print(f"{name}: {runs} runs, {seconds:.1f} s, {canonicals} articles", file=sys.stderr)
        result = {
            f"one run / {name}": agreement(found["one run"], found[name])
            for name in ("in order", "shuffled")
        }
    print(json.dumps({"documents": len(rows), "runs": chosen.runs, **result}, indent=1))
    return 0
