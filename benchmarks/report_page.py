"""How long the page of a run takes: made tables of some size, no pipeline.

python -m benchmarks report-page            # 1,000, 10,000 and 100,000 documents
python -m benchmarks report-page 50000 --history 500000
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.measuring.results import Plan
from dedupe import Settings
from dedupe.publish import Changes, Manifest, Snapshot, month_of, sorted_files, write_tables
from dedupe.report.page import render
from dedupe.schemas import TABLES

NOW = dt.datetime(2025, 11, 20, 6, tzinfo=dt.UTC)
WORDS = [f"word{at}" for at in range(4000)]
RULES = [(f"rule-{at}", stage) for at in range(15) for stage in ("consent", "chrome", "prompt")]


def row_of(table: str, values: dict[str, Any]) -> dict[str, Any]:
    """A row with something in every column that may not be null."""
    blank: dict[str, Any] = {}
    for field in TABLES[table]:
        if pa.types.is_string(field.type):
            blank[field.name] = None if field.nullable else "x"
        elif pa.types.is_list(field.type) or pa.types.is_map(field.type):
            blank[field.name] = []
        elif pa.types.is_timestamp(field.type):
            blank[field.name] = None if field.nullable else NOW
        else:
            blank[field.name] = 0
    return blank | values


def identity(run: int, number: int) -> str:
    return hashlib.blake2b(f"{run} {number}".encode(), digest_size=16).hexdigest()


def changes_of(run: int, documents: int) -> Changes:
    """Three articles, then a copy of the first; five cuts and one comparison a document."""
    chance = random.Random(run)
    changes = Changes()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    head = ""
    for number in range(documents):
        me = identity(run, number)
        words = chance.choices(WORDS, k=250)
        common = {
            "id": me,
            "site": f"site{number % 80}.example",
            "title": f"Document {number}",
            "language": ("en", "fr", "de")[number % 3],
            "published_at": NOW - dt.timedelta(days=number % 700),
            "text": " ".join(words),
            "word_count": 250,
            "source": f"in/{number}.html",
            "run_id": f"run-{run}",
        }
        if number % 4 == 0:
            head = me
        if number % 4 == 3:
            copied = {"canonical_id": head, "relation": "near", "jaccard": chance.random()}
            rows["duplicates"].append(row_of("duplicates", common | copied))
        else:
            copies = int(number % 4 == 0)
            rows["articles"].append(row_of("articles", common | {"copies": copies}))
        pair = {
            "left_id": head,
            "right_id": me,
            "relation": "near" if number % 4 == 3 else "distinct",
            "jaccard": chance.random(),
            "containment": chance.random(),
            "run_id": f"run-{run}",
        }
        rows["comparisons"].append(row_of("comparisons", pair))
        for at in range(5):
            rule, stage = chance.choice(RULES)
            cut = {"article_id": me, "rule": rule, "stage": stage, "start": at, "end": at + 60}
            cut |= {"text": "Accept all cookies " * 3, "run_id": f"run-{run}"}
            rows["removals"].append(row_of("removals", cut))
    told = {
        "run_id": f"run-{run}",
        "snapshot": run,
        "started_at": NOW,
        "seconds": 60.0,
        "documents": documents,
        "articles": len(rows["articles"]),
        "duplicates": len(rows["duplicates"]),
        "candidates": documents,
        "removals": 5 * documents,
        "settings": json.dumps(Settings().as_dict()),
        "versions": "{}",
    }
    rows["runs"].append(row_of("runs", told))
    changes.metadata["signatures"] = {
        f"dedupe.sketch.{name}": str(value)
        for name, value in {"bands": 27, "rows": 3, "shingle": 3}.items()
    }
    for name, found in rows.items():
        table = pa.Table.from_pylist(found, schema=TABLES[name])
        dated = name in {"articles", "duplicates"}
        changes.put(name, table, month_of(table["published_at"]) if dated else None)
    return changes


def snapshot_of(run: int, documents: int, previous: Snapshot | None, folder: Path) -> Snapshot:
    folder.mkdir()
    files = write_tables(previous, changes_of(run, documents), run, folder)
    Manifest(
        snapshot=run,
        run_id=f"run-{run}",
        created_at=NOW.isoformat(),
        parent=run - 1 or None,
        settings=Settings().as_dict(),
        versions={},
        files=sorted_files(files),
    ).write(folder)
    return Snapshot(folder)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--history", type=int, default=0, help="documents of an earlier run")


def main(given: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    with tempfile.TemporaryDirectory() as scratch:
        before = None
        if given.history:
            before = snapshot_of(1, given.history, None, Path(scratch) / "before")
        for documents in given.documents:
            folder = Path(scratch) / str(documents)
            snapshot = snapshot_of(2 if before else 1, documents, before, folder)
            started = time.perf_counter()
            page = render(snapshot)
            took = time.perf_counter() - started
            print(f"{documents:>9,} documents  {took:6.2f} s  {len(page) / 1000:7,.0f} kB")
    return 0
