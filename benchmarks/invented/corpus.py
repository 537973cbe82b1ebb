"""A corpus of invented articles with planted copies, as rows of JSONL; its truth beside it.

    python -m benchmarks generate --articles 1000000 --out FOLDER

Every fifth article (``share``) is a copy of another of its file: the same text on another site,
under another title, cut, edited, or brought up to date. One in a hundred is not a copy but another
day of the same template, with other figures, days and names. Truth is a table of address, story and
kind; the articles do not tell. Files are made in as many processes as there are cores, each from
its own seed, so that they are the same whatever their number.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.invented.edits import Pool, copy_edit, other_day, truncation, update
from benchmarks.invented.stories import BLOCK, SITES, Story, host, stories

FILE = 20_000
"""Articles in one file."""

COPIES = ("exact", "retitled", "truncated", "edited", "updated")
OTHER_DAY = "other day"
OTHER_DAYS = 0.01
POOL_BLOCK = 10_000_000
"""Where the stories come from that intros and new paragraphs are taken from."""


class Planted(NamedTuple):
    """An article and what is true of it."""

    article: Story
    story: int
    """Which story it tells; negative for another day of a template."""
    kind: str
    """``origin``, one of ``COPIES``, or ``OTHER_DAY``."""


@cache
def _pool(seed: int) -> Pool:
    return Pool([story.text for story in stories(POOL_BLOCK, seed)[:300]])


def planted(block: int, seed: int = 1, share: float = 0.2) -> Iterator[Planted]:
    """The articles of a block, of which ``share`` are copies; in an order of their own."""
    random = Random(f"{seed} {block}")
    made = stories(block, seed)
    copies, others = round(BLOCK * share), round(BLOCK * OTHER_DAYS)
    origins = made[: BLOCK - copies - others]
    articles = [Planted(story, story.number, "origin") for story in origins]
    for spare in made[len(origins) :]:
        origin = random.choice(origins)
        kind = OTHER_DAY if others else random.choice(COPIES)
        others = max(0, others - 1)
        articles.append(_planted(origin, spare, kind, random, seed))
    random.shuffle(articles)
    yield from articles


def copy_of(origin: Story, spare: Story, random: Random, seed: int = 1) -> Planted:
    """A copy of ``origin`` of some kind, which takes number, site and time of ``spare``."""
    return _planted(origin, spare, random.choice(COPIES), random, seed)


def _planted(origin: Story, spare: Story, kind: str, random: Random, seed: int) -> Planted:
    site = (origin.site + random.randrange(1, SITES)) % SITES
    copy = replace(spare, title=origin.title, text=origin.text, author=origin.author, site=site)
    if kind == "retitled":
        copy = replace(copy, title=spare.title)
    elif kind == "truncated":
        copy = replace(copy, text=truncation(origin.text, random, _pool(seed)))
    elif kind == "edited":
        copy = replace(copy, text=copy_edit(origin.text, random, _pool(seed)))
    elif kind == "updated":
        copy = replace(copy, text=update(origin.text, random, _pool(seed)))
    elif kind == OTHER_DAY:
        text = other_day(origin.text, random, _pool(seed))
        return Planted(replace(copy, text=text, site=origin.site), -1 - spare.number, kind)
    return Planted(copy, origin.number, kind)


def row_of(article: Story) -> dict[str, Any]:
    """As a row of JSONL."""
    return {
        "id": str(article.number),
        "url": article.url,
        "title": article.title,
        "authors": [article.author],
        "published_at": article.published_at,
        "site": host(article.site),
        "language": "en",
        "text": article.text,
    }


def write_corpus(
    folder: Path, articles: int, seed: int = 1, share: float = 0.2, first: int = 0
) -> Path:
    """Write ``folder/articles/*.jsonl`` and ``folder/truth.parquet``; what is there is kept.

    ``first`` is the first block: later blocks are another part of the same endless corpus.
    """
    truth = folder / "truth.parquet"
    if truth.exists():
        return folder
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    starts = range(0, articles, FILE)
    sizes = [min(FILE, articles - start) for start in starts]
    blocks = [first + start // BLOCK for start in starts]
    write = partial(_write_file, folder / "articles", seed=seed, share=share)
    if len(sizes) == 1:
        parts: Iterable[list[tuple[str, int, str]]] = [write(blocks[0], sizes[0])]
    else:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            parts = list(pool.map(write, blocks, sizes))
    write_truth(truth, [row for part in parts for row in part])
    return folder


def write_truth(path: Path, rows: Iterable[tuple[str, int, str]]) -> None:
    """The truth as Parquet: address, story, kind."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = zip(*rows, strict=True)
    table = pa.table(dict(zip(("url", "story", "kind"), columns, strict=True)))
    pq.write_table(table, path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)


def _write_file(
    folder: Path, block: int, count: int, *, seed: int, share: float
) -> list[tuple[str, int, str]]:
    truth: list[tuple[str, int, str]] = []
    with (folder / f"{block:06d}.jsonl").open("w", encoding="utf-8") as sink:
        while len(truth) < count:
            for article, story, kind in planted(block, seed, share):
                if len(truth) < count:
                    sink.write(json.dumps(row_of(article)) + "\n")
                    truth.append((article.url, story, kind))
            block += 1
    return truth
