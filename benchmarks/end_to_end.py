"""End to end: raw inputs to published Parquet, beside what others would run for it.

    python -m benchmarks end-to-end [pages] [texts] [million] [--articles N]

``pages`` are 1,500 HTML pages, ``texts`` 25,000 articles as text, ``million`` a million invented
articles and then a run with a thousand new ones. All systems read the same files, in turn, each as
a process of its own, start included. Peers that take too long get a sample, and the table says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.contestants import ingest, ours, peer, told
from benchmarks.inputs import invented_corpus, new_batch, page_corpus, sample, text_corpus
from benchmarks.measuring.figures import Budget, Figures, System, in_turn
from benchmarks.measuring.results import Plan, part
from dedupe.detect import Parameters
from dedupe.detect.sketch import sketch_compiled
from dedupe.detect.verify import read_compiled
from dedupe.settings import Settings

MILLION = 1_000_000


def pages(plan: Plan, budget: Budget) -> Figures:
    """HTML pages to Parquet."""
    corpus = page_corpus(plan.work, plan.size(1500, 60))
    few = sample(corpus, plan.size(500, 20))
    warm(plan)
    systems = [
        ours(corpus, plan.work / "ours-pages"),
        peer("naive", few, plan.work, 2, html=True, note=_sampled(few.documents)),
        peer("datatrove", few, plan.work, 1, html=True, note=_sampled(few.documents)),
    ]
    return {"corpus": corpus.about, "systems": in_turn(systems, budget)}


def texts(plan: Plan, budget: Budget) -> Figures:
    """Text articles to Parquet."""
    corpus = text_corpus(plan.work, plan.size(25_000, 400))
    some = sample(corpus, plan.size(10_000, 200))
    few = sample(corpus, plan.size(3000, 100))
    warm(plan)
    systems = [
        ours(corpus, plan.work / "ours-texts"),
        peer("naive", some, plan.work, 2, html=False, note=_sampled(some.documents)),
        peer("text-dedup", some, plan.work, 1, html=False, note=_sampled(some.documents)),
        peer("datatrove", few, plan.work, 1, html=False, note=_sampled(few.documents)),
    ]
    return {"corpus": corpus.about, "systems": in_turn(systems, budget)}


def million(plan: Plan, budget: Budget, articles: int = MILLION) -> Figures:
    """Many articles in a first run, then a run with a thousand new ones."""
    count = plan.size(articles, 2000)
    corpus = invented_corpus(plan.work, count)
    data = history_folder(plan, count)
    few = sample(corpus, plan.size(10_000, 200))
    warm(plan)
    systems = [
        ours(corpus, data, rounds=1),
        peer("naive", few, plan.work, 1, html=False, note=_sampled(few.documents)),
    ]
    found: Figures = {"corpus": corpus.about, "systems": in_turn(systems, budget)}
    new = new_batch(plan.work / "new" / f"{count}-0.jsonl", 0, count)
    ran = ingest(new, data, budget.left)
    if ran.fault:
        return found | {"next_run": {"fault": ran.fault}}
    result = told(ran)
    return found | {
        "next_run": {
            "documents": result["counts"]["documents"],
            "duplicates": result["counts"]["duplicates"],
            "seconds_in_core": result["seconds"],
            "seconds": ran.seconds,
            "peak_mb": ran.peak_mb,
        }
    }


def history_folder(plan: Plan, articles: int) -> Path:
    """The data folder that has so many invented articles as its history."""
    return plan.work / f"history-{articles}" / "data"


def warm(plan: Plan) -> None:
    """One small run, so that no system pays for compiling or for reading its files from disk."""
    # So few documents do not wait for a compiler: what it makes is left on disk for the others.
    sketch_compiled(["one text"], Parameters.of(Settings()))
    read_compiled(["one text"], Settings().shingle)
    few = invented_corpus(plan.work, 100)
    warmed: list[System] = [ours(few, plan.work / "warm", rounds=1)]
    in_turn(warmed, Budget(300))


def _sampled(documents: int) -> str:
    return f"the first {documents:,} documents"


PARTS = {"pages": (pages, 180), "texts": (texts, 180), "million": (million, 1200)}
"""Each part with the seconds it may take."""


def measure(plan: Plan, names: list[str], articles: int = MILLION) -> dict[str, Figures]:
    """The parts that are named, or all."""
    found = {}
    for name in names or list(PARTS):
        run, seconds = PARTS[name]
        more = {"articles": articles} if name == "million" else {}
        found[name] = part(plan, name, seconds, lambda b, r=run, m=more: r(plan, b, **m), **more)
    return found


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="some of them")
    parser.add_argument("--articles", type=int, default=MILLION, help="how many a million is")


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    return measure(plan, chosen.parts, chosen.articles)
