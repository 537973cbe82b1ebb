"""The inputs of the measurements: real ones where they lie beside the repository, else invented.

Every system reads the same JSONL files: ``FOLDER/articles/*.jsonl``, with ``FOLDER/truth.parquet``
beside them where copies were planted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.invented.corpus import copy_of, planted, row_of, write_corpus, write_truth
from benchmarks.invented.pages import pages
from benchmarks.invented.stories import BLOCK, stories
from benchmarks.measuring.results import Plan

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Other people's pages and articles, which are no part of the repository."""

FILES = 8
NEW_BLOCK = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """An input: where it lies, how many documents it has, what they are."""

    folder: Path
    documents: int
    about: str

    @property
    def articles(self) -> Path:
        """The folder of JSONL files."""
        return self.folder / "articles"

    @property
    def truth(self) -> Path | None:
        """The truth of what was planted; None for real texts."""
        path = self.folder / "truth.parquet"
        return path if path.exists() else None


def page_corpus(work: Path, count: int) -> Corpus:
    """HTML pages: of one French site where present, else invented."""
    real = DATA / "neardup" / "pages_fr.parquet"
    folder = work / f"pages-{count}"
    if real.exists():
        rows = pq.read_table(real, columns=["id", "url", "html"]).slice(0, count).to_pylist()
        for row in rows:
            row["html"] = row["html"].decode("utf-8", "replace")
        return _corpus(folder, rows, "pages of one French news site, 60 kB on average")
    invented = list(pages(count))
    rows = [{name: row[name] for name in ("id", "url", "html")} for row in invented]
    corpus = _corpus(folder, rows, "invented pages of 60 sites, 28 kB on average")
    truth = [(row["url"], row["story"], row["kind"]) for row in invented]
    write_truth(folder / "truth.parquet", truth)
    return corpus


def text_corpus(work: Path, count: int) -> Corpus:
    """Articles as text: agency news where present, else invented."""
    real = DATA / "neardup" / "newswire_en.parquet"
    if not real.exists():
        return invented_corpus(work, count)
    names = ["id", "url", "title", "text", "date"]
    rows = pq.read_table(real, columns=names).slice(0, count).to_pylist()
    return _corpus(work / f"texts-{count}", rows, "English agency articles, 410 words on average")


def corpora_of(plan: Plan) -> dict[str, Corpus]:
    """Pages and texts, as many as one system takes in within seconds."""
    return {
        "pages": page_corpus(plan.work, plan.size(1500, 60)),
        "texts": text_corpus(plan.work, plan.size(25_000, 400)),
    }


def invented_corpus(work: Path, count: int) -> Corpus:
    """Invented articles with planted copies."""
    folder = write_corpus(work / f"invented-{count}", count)
    about = "invented articles, 370 words on average, one in five a planted copy"
    return Corpus(folder=folder, documents=count, about=about)


def sample(corpus: Corpus, count: int) -> Corpus:
    """The first ``count`` documents of a corpus, with their truth."""
    if count >= corpus.documents:
        return corpus
    folder = corpus.folder.with_name(f"{corpus.folder.name}-first-{count}")
    rows: list[dict[str, Any]] = []
    for path in sorted(corpus.articles.glob("*.jsonl")):
        with path.open(encoding="utf-8") as source:
            rows += map(json.loads, islice(source, count - len(rows)))
    found = _corpus(folder, rows, corpus.about)
    if corpus.truth and not found.truth:
        truth = pq.read_table(corpus.truth)
        chosen = pc.is_in(truth["url"], value_set=pa.array([row["url"] for row in rows]))
        pq.write_table(truth.filter(chosen), folder / "truth.parquet")
    return found


def new_batch(path: Path, number: int, history: int, count: int = 1000) -> Path:
    """So many articles that come new to a history of invented ones; a fifth are copies of it."""
    if path.exists():
        return path
    random = Random(f"new {number} {history}")
    later = range(NEW_BLOCK + number, NEW_BLOCK + number + -(-count // BLOCK))
    spare = [story for block in later for story in stories(block)]
    copies = count // 5
    rows = [row_of(story) for story in spare[: count - copies]]
    blocks = [random.randrange(max(1, history // BLOCK)) for _ in range(4)]
    # Not all of a block need be in a small history: its first articles are.
    origins = [
        each.article
        for block in blocks
        for each in islice(planted(block), min(BLOCK, history))
        if each.kind == "origin"
    ]
    rows += [
        row_of(copy_of(random.choice(origins), story, random).article)
        for story in spare[count - copies : count]
    ]
    random.shuffle(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _corpus(folder: Path, rows: list[dict[str, Any]], about: str) -> Corpus:
    """Rows in ``FILES`` files, so that whoever works file by file can use all cores."""
    place = folder / "articles"
    if not place.exists():
        fresh = folder / "articles.new"
        fresh.mkdir(parents=True, exist_ok=True)
        for at in range(FILES):
            lines = [json.dumps(row) + "\n" for row in rows[at::FILES]]
            (fresh / f"{at}.jsonl").write_text("".join(lines), encoding="utf-8")
        fresh.rename(place)
    return Corpus(folder=folder, documents=len(rows), about=about)
