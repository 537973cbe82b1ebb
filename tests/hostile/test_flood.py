"""Copies in floods: the right answer, in time that grows with the flood, not with its square."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from tests.desk import Desk, outcomes
from tests.hostile.shapes import WORDS

Rows = list[dict[str, str]]


def words(seed: object, count: int) -> list[str]:
    return random.Random(f"{seed}").choices(WORDS, k=count)


def identical(count: int) -> Rows:
    """One text under so many addresses."""
    text = " ".join(words("one", 150)) + "."
    return [{"url": f"https://a{i}.example/x", "text": text} for i in range(count)]


def templated(count: int) -> Rows:
    """The same sentences with other figures: reports that are no copies of each other."""
    frame = words("frame", 120)
    rows: Rows = []
    for number in range(count):
        figures = random.Random(number)
        said = [f"{word} {figures.randrange(10**6)}" for word in frame]
        rows.append({"url": f"https://a{number}.example/x", "text": " ".join(said) + "."})
    return rows


def sharing(count: int) -> Rows:
    """Texts that share a third of their words in one stretch, and so bands, and are no copies."""
    common = words("common", 60)
    return [
        {
            "url": f"https://a{number}.example/x",
            "text": " ".join([*common, *words(number, 110)]) + ".",
        }
        for number in range(count)
    ]


def taken_in(desk: Desk, rows: Rows) -> tuple[dict[str, int], float]:
    path: Path = desk.inputs / f"{len(rows)}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    start = time.process_time()
    found = outcomes(desk.ingest(path, workers=1, templates=False))
    return found, time.process_time() - start


def test_a_flood_of_one_text_is_one_article(desk: Desk) -> None:
    found, _ = taken_in(desk, identical(300))
    assert found == {"articles": 1, "duplicates": 299}


def test_a_flood_of_one_template_stays_apart(desk: Desk) -> None:
    found, _ = taken_in(desk, templated(200))
    assert found == {"articles": 200}


def test_a_flood_of_texts_that_share_a_passage_stays_apart(desk: Desk) -> None:
    found, _ = taken_in(desk, sharing(200))
    assert found == {"articles": 200}


@pytest.mark.faults
@pytest.mark.parametrize(
    ("flood", "articles"), [(identical, 1), (templated, 10_000), (sharing, 10_000)]
)
def test_ten_thousand_of_a_kind(tmp_path: Path, flood: object, articles: int) -> None:
    assert callable(flood)
    seconds = {}
    for count in (2_500, 10_000):
        desk = Desk(tmp_path / str(count))
        found, seconds[count] = taken_in(desk, flood(count))
        assert found["articles"] == min(articles, count)
        assert sum(found.values()) == count
    assert seconds[10_000] < 10 * seconds[2_500]
