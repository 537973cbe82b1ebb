"""Texts to measure detection with, and greedy star over one batch of them."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks import inputs
from benchmarks.invented.stories import stories
from dedupe.article import Pair, Relation
from dedupe.detect import Detector, Index
from dedupe.settings import Settings

DATA = inputs.DATA / "neardup"
SETTINGS = Settings()
SHORTEST = 100
INVENTED = 12
"""Blocks of invented stories that stand for a language where there are no real ones."""


def newswire(language: str) -> list[dict[str, Any]]:
    """The articles of one language, at least ``SHORTEST`` words long; else invented ones."""
    if not DATA.exists():
        first = 0 if language == "en" else INVENTED
        return [
            {"title": story.title, "text": story.text}
            for block in range(first, first + INVENTED)
            for story in stories(block)
            if len(story.text.split()) >= SHORTEST
        ]
    rows = pq.read_table(DATA / f"newswire_{language}.parquet").to_pylist()
    return [row for row in rows if len(row["text"].split()) >= SHORTEST]


def like_news() -> Iterator[str]:
    """The English texts one after the other."""
    yield from (row["text"] for row in newswire("en"))


def identify(name: object) -> str:
    """An id of 32 hexadecimal digits."""
    return hashlib.blake2b(str(name).encode(), digest_size=16).hexdigest()


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def file_copies(
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
