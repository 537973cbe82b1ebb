"""What holds for every corpus, however it is cut, ordered and repeated."""

from __future__ import annotations

import importlib
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from tests.desk import FIRST_DAY, Desk, content, outcomes
from tests.newsroom import story, write_rows
from tests.pipeline.corpora import ANY, CLEAR, Item, write

few = settings(max_examples=9, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


def fresh(room: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=room))


@few
@given(batches=st.lists(st.lists(ANY, min_size=1, max_size=6), min_size=1, max_size=4))
def test_counts_add_up_and_references_hold_after_every_run(
    room: Path, batches: list[list[Item]]
) -> None:
    desk = Desk(fresh(room))  # its ``ingest`` holds that ``check`` finds nothing
    kept = rejected = 0
    for number, batch in enumerate(batches):
        folder = write(desk.inputs / str(number), batch)
        result = desk.ingest(folder)
        assert result.counts["documents"] == len(batch) == sum(outcomes(result).values())
        kept += sum(result.counts[name] for name in ("articles", "revisions", "duplicates"))
        rejected += result.counts["rejects"]
        articles, duplicates = desk.rows("articles"), desk.rows("duplicates")
        assert len(articles) + len(duplicates) == kept
        assert len(desk.rows("rejects")) == rejected
        canonical = {row["id"] for row in articles}
        assert {row["canonical_id"] for row in duplicates} <= canonical
        every = Counter([row["id"] for row in [*articles, *duplicates]])
        assert set(every.values()) <= {1}
        assert len({row["cluster_id"] for row in articles}) == len(articles)
        run = desk.row("runs", snapshot=result.snapshot)
        assert {name: run[name] for name in result.counts} == result.counts
        assert dict(run["relations"]) == result.relations
    before = desk.content()
    again = desk.ingest(desk.inputs)
    assert outcomes(again) == {"unchanged": sum(map(len, batches))}
    assert desk.content() == before


@few
@given(corpus=st.lists(ANY, min_size=2, max_size=10), data=st.data())
def test_neither_the_order_of_inputs_nor_the_size_of_shards_changes_a_table(
    room: Path, corpus: list[Item], data: st.DataObject
) -> None:
    desk = Desk(fresh(room))
    write(desk.inputs, corpus)
    files = sorted(desk.inputs.iterdir())
    shuffled = data.draw(st.permutations(files))
    size = data.draw(st.sampled_from([1, 1_000, 6_000]))
    one, other = desk.folder / "one", desk.folder / "other"
    dedupe.ingest(files, one, started_at=FIRST_DAY)
    dedupe.ingest(shuffled, other, dedupe.Settings(shard_bytes=size), started_at=FIRST_DAY)
    assert content(one) == content(other)


@few
@given(corpus=st.lists(CLEAR, min_size=2, max_size=9), data=st.data())
def test_one_run_or_several_find_the_same_clusters(
    room: Path, corpus: list[Item], data: st.DataObject
) -> None:
    """Where all copies of a story lie in one another, nothing depends on the order of arrival."""
    batch, parts = Desk(fresh(room)), Desk(fresh(room))
    batch.ingest(write(batch.inputs, corpus))
    cut = data.draw(st.lists(st.integers(0, 2), min_size=len(corpus), max_size=len(corpus)))
    for run in sorted(set(cut)):
        mine = [item for item, of in zip(corpus, cut, strict=True) if of == run]
        parts.ingest(write(parts.inputs / str(run), mine))
    assert clusters(batch) == clusters(parts)
    assert clusters(batch) == {frozenset({item.number}) for item in corpus}


def clusters(desk: Desk) -> set[frozenset[int]]:
    """The stories that the texts of each cluster tell."""
    bodies = {item.told.body: item.number for item in every_telling()}
    found: dict[str, set[int]] = {row["id"]: {bodies[row["text"]]} for row in desk.rows("articles")}
    for row in desk.rows("duplicates"):
        found[row["canonical_id"]].add(bodies[row["text"]])
    groups = [frozenset(group) for group in found.values()]
    assert len(groups) == len(set(groups)), "a story is in two clusters"
    return set(groups)


def every_telling() -> list[Item]:
    return [
        Item(number, kind, place)
        for number in range(1, 5)
        for kind in ("original", "excerpt")
        for place in range(6)
    ]


def corpus_of(stories: int) -> list[dict[str, object]]:
    rows = []
    for number in range(stories):
        told = story(number, paragraphs=4)
        rows.append(told.row(url=f"https://a.example/{number}"))
        if number % 3 == 0:
            rows.append(told.row(url=f"https://b.example/{number}"))
        if number % 4 == 0:
            rows.append(told.longer(paragraphs=2).row(url=f"https://c.example/{number}"))
        if number % 5 == 0:
            rows.append(told.revised().row(url=f"https://a.example/{number}"))
    return rows


def test_the_number_of_processes_changes_no_byte_of_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same run here, and spread over two processes."""
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "in.jsonl", corpus_of(60))
    chosen = dedupe.Settings(shard_bytes=8_000, workers=2)
    dedupe.ingest("in.jsonl", "one", chosen, started_at=FIRST_DAY)
    # A tuning constant, so that a small corpus is worth a process.
    monkeypatch.setattr(importlib.import_module("dedupe.pipeline.engine"), "POOL_BYTES", 0)
    dedupe.ingest("in.jsonl", "two", chosen, started_at=FIRST_DAY)
    one, two = dedupe.open("one"), dedupe.open("two")
    files = {path.relative_to(one.path) for path in one.path.rglob("*.parquet")}
    assert files == {path.relative_to(two.path) for path in two.path.rglob("*.parquet")}
    assert len(files) > 20
    for file in files:
        if file.parts[0] != "runs":  # it tells the seconds
            assert (one.path / file).read_bytes() == (two.path / file).read_bytes(), file


def test_a_hundred_copies_of_one_story_are_one_cluster(desk: Desk) -> None:
    told = story(1)
    rows = [told.row(url=f"https://s{n}.example/", site=f"s{n}.example") for n in range(100)]
    desk.ingest(write_rows(desk.inputs / "1.jsonl", rows[:60]))
    desk.ingest(write_rows(desk.inputs / "2.jsonl", rows[60:]))
    article = desk.row("articles")
    assert (article["copies"], len(article["sites"])) == (99, 100)
    assert {row["relation"] for row in desk.rows("duplicates")} == {"exact"}


def test_files_stay_few_over_many_runs(desk: Desk) -> None:
    for day in range(20):
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", [story(2 * day).row()]))
    folder = desk.store().path
    assert len(list((folder / "runs").rglob("*.parquet"))) <= 10
    assert len(desk.rows("runs")) == 20
    assert len(desk.rows("articles")) == 20
