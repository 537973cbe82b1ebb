"""``dedupe rebuild --elect``: clusters and canonicals anew, from the tables alone."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.cli import main
from dedupe.pipeline.reelect import elect_again
from tests.desk import CLOCKS, Desk, content, outcomes
from tests.newsroom import Story, story, write_rows
from tests.pipeline.corpora import ANY, Item, items, write

few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


def fresh(room: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=room))


def put(desk: Desk, name: str, *rows: dict[str, Any]) -> dedupe.Result:
    return desk.ingest(write_rows(desk.inputs / f"{name}.jsonl", rows))


def at(place: str, told: Story) -> dict[str, Any]:
    return told.row(url=f"https://{place}.example/x", site=f"{place}.example")


def elect(desk: Desk, **changed: Any) -> dict[str, Any]:
    """Elect anew, and hold that the data folder is whole afterwards."""
    done = elect_again(desk.data, changed)
    report = desk.check()
    assert (report.problems, report.notes) == ([], [])
    return done


def halves() -> tuple[Story, Story]:
    """Two texts that share two thirds: copies at 0.45, not at 0.8."""
    parts = story(1, paragraphs=10).paragraphs
    return story(1).with_paragraphs(parts[:8]), story(1).with_paragraphs(parts[2:])


def test_a_higher_threshold_parts_what_was_one_cluster_and_a_lower_one_joins_it(
    desk: Desk,
) -> None:
    one, other = halves()
    put(desk, "1", at("one", one), at("twin", one), at("other", other), at("else", story(2)))
    before = {row["id"]: row for row in desk.rows("articles")}
    assert len(before) == 2
    done = elect(desk, threshold=0.9)
    assert done["settings"] == {"threshold": 0.9}
    assert (done["documents"], done["articles_before"], done["articles"]) == (4, 2, 3)
    assert (done["promoted"], done["demoted"]) == (1, 0)
    after = {row["id"]: row for row in desk.rows("articles")}
    assert before.keys() < after.keys()
    stays = {i: row["cluster_id"] for i, row in after.items() if i in before}
    assert stays == {i: row["cluster_id"] for i, row in before.items()}
    assert len({row["cluster_id"] for row in after.values()}) == 3
    assert desk.store().tables.manifest.settings["threshold"] == 0.9
    # What comes later finds them as they are now.
    assert outcomes(put(desk, "2", at("late", other))) == {"duplicates": 1}
    back = elect(desk, threshold=0.45)
    assert (back["articles_before"], back["articles"], back["demoted"]) == (3, 2, 1)


def test_the_change_feed_shows_what_another_policy_chose(desk: Desk) -> None:
    told = story(1, paragraphs=6)
    put(desk, "1", at("long", told.longer(paragraphs=4)), at("short", told))
    before = desk.row("articles")
    elect(desk, policy=["source", "id"], sources=["short.example"])
    now = desk.row("articles")
    assert (now["site"], now["copies"]) == ("short.example", 1)
    assert now["cluster_id"] == before["cluster_id"]
    assert now["policy_reason"] == "source: short.example is preferred to long.example"
    gone, promoted = desk.store().changes(1).read_all().to_pylist()
    assert (promoted["change"], promoted["previous_id"]) == ("promoted", before["id"])
    assert (gone["change"], gone["canonical_id"]) == ("removed", now["id"])


def test_versions_follow_their_document(desk: Desk) -> None:
    one, other = halves()
    put(desk, "1", at("one", one), at("other", other))
    put(desk, "2", at("other", other.revised()))
    elect(desk, threshold=0.9)
    article = desk.row("articles", site="other.example")
    earlier = desk.row("duplicates", relation="revision")
    assert (earlier["canonical_id"], earlier["text"]) == (article["id"], other.body)
    assert (article["version"], article["copies"]) == (2, 0)


def test_no_setting_and_no_row_changed_is_no_snapshot(desk: Desk) -> None:
    put(desk, "1", at("one", story(1)), at("twin", story(1)))
    assert elect(desk)["snapshot"] == 1
    assert elect(desk, threshold=0.5)["snapshot"] == 2  # later runs are to know of it
    assert elect(desk, threshold=0.5)["snapshot"] == 2
    assert desk.store().changes(1).read_all().num_rows == 0


def test_other_sketches_are_made_for_all_and_found(desk: Desk) -> None:
    put(desk, "1", at("one", story(1)), at("two", story(2)))
    elect(desk, permutations=64, shingle=4)
    assert {len(row["signature"]) for row in desk.rows("signatures")} == {64}
    late = put(desk, "2", at("late", story(2)))
    assert outcomes(late) == {"duplicates": 1}


def test_duplicates_without_text_cannot_be_elected_again(desk: Desk) -> None:
    desk.settings = {"keep_duplicate_text": False}
    put(desk, "1", at("one", story(1)), at("twin", story(1)), at("third", story(1)))
    before = content(desk.data)
    with pytest.raises(dedupe.StoreError, match=r"2 duplicates have no text.*keep_duplicate_text"):
        elect(desk, threshold=0.9)
    assert content(desk.data) == before
    assert not (desk.data / "state" / "staging").exists()


@few
@given(
    corpus=st.lists(ANY, min_size=3, max_size=10),
    threshold=st.sampled_from([0.3, 0.7, 0.95]),
    policy=st.sampled_from([("complete", "id"), ("id",), ("version", "complete", "id")]),
)
def test_it_equals_an_ingest_of_the_same_documents_under_those_settings(
    room: Path, corpus: list[Item], threshold: float, policy: tuple[str, ...]
) -> None:
    """Every table, row by row and column by column, but when and by which run."""
    here, there = Desk(fresh(room)), Desk(fresh(room))
    chosen = {"threshold": threshold, "policy": policy}
    folder = write(here.inputs, corpus)
    here.ingest(folder)
    elect(here, **chosen)
    there.ingest(folder, **chosen)
    also = ("cluster_id", *CLOCKS)  # a canonical that left a cluster does not take its name
    assert content(here.data, *also) == content(there.data, *also)
    again = elect(here)
    assert (again["promoted"], again["demoted"], again["settings"]) == (0, 0, {})
    assert again["snapshot"] == here.store().snapshot


@few
@given(
    corpus=st.lists(
        items("original", "copy", "excerpt", "longer", "page"),
        min_size=3,
        max_size=9,
        unique_by=lambda item: item.url,
    ),
    data=st.data(),
)
def test_it_forgets_by_which_runs_the_documents_came(
    room: Path, corpus: list[Item], data: st.DataObject
) -> None:
    """One text at each address: what is a version of what depends on which came first."""
    desks = Desk(fresh(room)), Desk(fresh(room))
    found = []
    for desk in desks:
        cut = data.draw(st.lists(st.integers(0, 2), min_size=len(corpus), max_size=len(corpus)))
        for run in sorted(set(cut)):
            mine = [item for item, of in zip(corpus, cut, strict=True) if of == run]
            desk.ingest(write(desk.inputs / str(run), mine))
        elect(desk, policy=["complete", "id"])
        texts = {row["id"]: row["text"] for row in desk.rows("articles")}
        filed = [(row["text"], texts[row["canonical_id"]]) for row in desk.rows("duplicates")]
        found.append((sorted(texts.values()), sorted(set(filed))))
        assert len({row["cluster_id"] for row in desk.rows("articles")}) == len(texts)
    assert found[0] == found[1]


def test_the_command_takes_settings_and_says_what_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = halves()
    put(desk, "1", at("one", one), at("other", other))
    run = CliRunner().invoke
    data = ["--data", str(desk.data)]
    done = run(main, ["rebuild", "--elect", "--threshold", "0.9", *data])
    assert done.stdout == (
        "snapshot 2: 2 documents, 1 articles became 2 (1 promoted, 0 demoted); "
        "settings changed: threshold 0.9\n"
    )
    # What is not said stays as the snapshot has it; the environment says something.
    monkeypatch.setenv("DEDUPE_POLICY", "id")
    report = json.loads(run(main, ["rebuild", "--elect", "--json", *data]).stdout)
    assert (report["snapshot"], report["settings"]) == (3, {"policy": ["id"]})
    assert run(main, ["rebuild", "--threshold", "0.9", *data]).exit_code == 2
    assert run(main, ["rebuild", "--elect", "--threshold", "9", *data]).exit_code == 2
    with pytest.raises(dedupe.SettingsError, match="min_words: decides no cluster"):
        elect_again(desk.data, {"min_words": 3})
