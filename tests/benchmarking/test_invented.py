"""Invented news: the same from the same seed, and its truth is true."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import dedupe
from benchmarks.contestants import judged
from benchmarks.inputs import Corpus, new_batch, sample
from benchmarks.invented.corpus import COPIES, OTHER_DAY, planted, write_corpus
from benchmarks.invented.pages import pages
from benchmarks.invented.stories import stories


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = write_corpus(tmp_path_factory.mktemp("corpus"), 1000)
    return Corpus(folder=folder, documents=1000, about="a thousand articles")


def rows(folder: Path) -> list[dict[str, str]]:
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.open("r")]
    return list(map(json.loads, lines))


def test_the_same_seed_gives_the_same_articles_and_another_seed_others() -> None:
    once, again, other = (list(planted(3, seed)) for seed in (1, 1, 2))
    assert once == again
    texts = {each.article.text for each in once}
    assert not texts & {each.article.text for each in other}


def test_stories_are_news_like() -> None:
    made = stories(0)
    lengths = sorted(len(story.text.split()) for story in made)
    assert 250 < lengths[500] < 450
    assert len({story.url for story in made}) == len(made)
    counts = Counter(word for story in made for word in story.text.split())
    common = counts.most_common()
    # Zipf: a handful of words is everywhere, and most words are rare.
    assert sum(count for _, count in common[:20]) > 0.2 * counts.total()
    assert sum(count == 1 for _, count in common) > 0.2 * len(common)
    for story in made[:50]:
        assert all(part[0].isupper() or part[0].isdigit() for part in story.text.split("\n\n"))
        assert story.text.endswith(".")


def test_every_kind_of_copy_is_planted_and_nothing_else_is_a_copy(corpus: Corpus) -> None:
    truth = pq.read_table(corpus.folder / "truth.parquet").to_pylist()
    kinds = Counter(row["kind"] for row in truth)
    assert set(kinds) == {"origin", OTHER_DAY, *COPIES}
    assert sum(kinds[name] for name in COPIES) == 200
    assert kinds[OTHER_DAY] == 10
    origins = {row["story"] for row in truth if row["kind"] == "origin"}
    assert len(origins) == kinds["origin"]
    for row in truth:
        assert (row["story"] in origins) == (row["kind"] != OTHER_DAY)
    assert {row["url"] for row in truth} == {row["url"] for row in rows(corpus.articles)}


def test_the_pipeline_is_judged_by_what_it_keeps_of_the_planted(
    corpus: Corpus, tmp_path: Path
) -> None:
    few = sample(corpus, 300)
    dedupe.ingest(few.articles, tmp_path / "data")
    found = judged(few, tmp_path / "data" / "current" / "articles")
    assert found["stories_lost"] == 0
    assert found["copies_left"] <= 3
    assert found["kept"] == found["stories"] + found["copies_left"]


def test_new_articles_bring_copies_of_the_history(corpus: Corpus, tmp_path: Path) -> None:
    known = {row["text"] for row in rows(corpus.articles)}
    new_batch(tmp_path / "new" / "a.jsonl", 1, 1000, 100)
    new_batch(tmp_path / "again" / "a.jsonl", 1, 1000, 100)
    new = rows(tmp_path / "new")
    assert new == rows(tmp_path / "again")
    assert len({row["url"] for row in new}) == 100
    exact = sum(row["text"] in known for row in new)
    assert 0 < exact <= 20


def test_pages_say_what_is_article_and_what_is_furniture() -> None:
    made = list(pages(30))
    assert made == list(pages(30))
    for page in made:
        article = dedupe.clean(page["html"], url=page["url"])
        assert article.text == page["gold"]
        assert article.title == page["title"]
        for passage in page["noise"]:
            assert passage not in page["gold"]
    assert len({page["url"].split("/")[2] for page in made}) > 5
