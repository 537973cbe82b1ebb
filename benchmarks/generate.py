"""Invented articles and pages with planted copies: the same ones from the same seed, anywhere.

    python -m benchmarks generate --articles 1000000 --folder FOLDER
    python -m benchmarks generate --pages 1500 --folder FOLDER

Articles become ``articles/*.jsonl``; pages become ``pages/pages.parquet`` with their labels and
``pages/html/*.html``. ``truth.parquet`` says which story each tells, and by which edit it was made.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.invented.corpus import write_corpus
from benchmarks.invented.pages import write_pages
from benchmarks.measuring.results import Plan


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--articles", type=int, default=0, help="how many articles")
    parser.add_argument("--pages", type=int, default=0, help="how many HTML pages")
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another corpus")
    parser.add_argument("--copies", type=float, default=0.2, help="share of planted copies")


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    """Write what is asked for."""
    for count, write, name in (
        (chosen.articles, write_corpus, "."),
        (chosen.pages, write_pages, "pages"),
    ):
        if count:
            begun = time.perf_counter()
            write(chosen.folder / name, count, chosen.seed, chosen.copies)
            seconds = time.perf_counter() - begun
            print(f"{count:,} documents in {seconds:.1f} s: {count / seconds:,.0f} a second")
    if chosen.pages:
        folder = chosen.folder / "pages" / "html"
        folder.mkdir(exist_ok=True)
        table = pq.read_table(chosen.folder / "pages" / "pages.parquet", columns=["id", "html"])
        for row in table.to_pylist():
            (folder / f"{row['id']}.html").write_text(row["html"], encoding="utf-8")
    return 0
