"""The change feed: what became of every article between two snapshots."""

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
from dedupe.downstream import Change, changes
from dedupe.pipeline.upkeep import compact, prune, rollback
from dedupe.publish.history import published
from dedupe.schemas import CHANGES
from tests.desk import Desk, Row
from tests.newsroom import Story, story, write_rows
from tests.pipeline.corpora import ANY, Item, write

FIELDS = ("title", "text", "version", "copies")


def put(desk: Desk, name: str, *rows: dict[str, Any]) -> None:
    desk.ingest(write_rows(desk.inputs / f"{name}.jsonl", rows))


def at(place: str, told: Story) -> dict[str, Any]:
    return told.row(url=f"https://{place}.example/x", site=f"{place}.example")


def feed(desk: Desk, since: int, until: int) -> list[Row]:
    return changes(desk.data, since, until).read_all().to_pylist()


def articles(desk: Desk, number: int) -> dict[str, Row]:
    """The articles of any snapshot, by id."""
    if number == 0:
        return {}
    rows = published(desk.data, number).dataset("articles").to_table().to_pylist()
    return {row["id"]: {k: v for k, v in row.items() if k != "month"} for row in rows}


def applied(rows: dict[str, Row], changed: list[Row]) -> dict[str, Row]:
    """What a consumer who keeps a copy makes of it."""
    copy = dict(rows)
    for row in changed:
        if row["change"] == Change.REMOVED:
            del copy[row["id"]]
        else:
            own = {k: v for k, v in row.items() if k not in CHANGES.names[:9]}
            copy[row["id"]] = {"id": row["id"], "cluster_id": row["cluster_id"], **own}
    return copy


def test_a_new_canonical_is_added_with_its_whole_row(desk: Desk) -> None:
    put(desk, "1", at("a", story(1)))
    put(desk, "2", at("b", story(2)))
    (row,) = feed(desk, 1, 2)
    article = desk.row("articles", site="b.example")
    assert (row["change"], row["since"], row["snapshot"]) == ("added", 1, 2)
    assert (row["id"], row["canonical_id"], row["previous_id"]) == (article["id"],) * 2 + (None,)
    assert {name: row[name] for name in FIELDS} == {name: article[name] for name in FIELDS}


def test_a_promotion_names_whom_it_replaces_and_that_one_is_removed(desk: Desk) -> None:
    told = story(1, paragraphs=6)
    put(desk, "1", at("first", told))
    put(desk, "2", at("better", told.longer(paragraphs=3)))
    gone, promoted = feed(desk, 1, 2)
    old, new = desk.row("duplicates")["id"], desk.row("articles")["id"]
    assert (promoted["change"], promoted["id"], promoted["previous_id"]) == ("promoted", new, old)
    assert (gone["change"], gone["id"], gone["canonical_id"]) == ("removed", old, new)
    assert gone["cluster_id"] == promoted["cluster_id"]
    assert gone["text"] is None
    # Back again, as after a rollback: the better copy is in no table of the earlier snapshot.
    gone, promoted = feed(desk, 2, 1)
    assert (promoted["change"], promoted["id"], promoted["previous_id"]) == ("promoted", old, new)
    assert (gone["id"], gone["canonical_id"]) == (new, None)


def test_a_new_version_is_revised_and_says_which_came_before(desk: Desk) -> None:
    put(desk, "1", at("a", story(1)))
    put(desk, "2", at("a", story(1).revised()))
    (row,) = feed(desk, 1, 2)
    assert (row["change"], row["version"], row["previous_version"]) == ("revised", 2, 1)
    assert row["previous_id"] == row["id"]
    assert {"text", "version"} <= set(row["changed"])
    assert row["text"] == story(1).revised().body


def test_a_further_copy_revises_the_figures_and_nothing_else(desk: Desk) -> None:
    put(desk, "1", at("a", story(1)))
    put(desk, "2", at("b", story(1)))
    (row,) = feed(desk, 1, 2)
    assert (row["change"], row["copies"]) == ("revised", 1)
    assert row["changed"] == ["copies", "sites", "updated_at", "policy_reason"]


def test_two_clusters_that_become_one_are_one_promotion_and_two_removals(desk: Desk) -> None:
    parts = story(1, paragraphs=8).paragraphs
    halves = [story(1).with_paragraphs(half) for half in (parts[:4], parts[4:])]
    put(desk, "1", at("head", halves[0]))
    put(desk, "2", at("tail", halves[1]))
    put(desk, "3", at("whole", story(1).with_paragraphs(parts)))
    rows = feed(desk, 2, 3)
    assert [row["change"] for row in rows] == ["removed", "removed", "promoted"]
    assert {row["canonical_id"] for row in rows} == {desk.row("articles")["id"]}


def test_files_that_both_snapshots_share_are_not_opened(desk: Desk) -> None:
    """Garbage in their place is not noticed: the cost is that of what was rewritten."""
    put(desk, "1", *(at(f"a{n}", story(n)) for n in range(1, 25)))
    put(desk, "2", at("new", story(12).revised()))
    wanted = feed(desk, 1, 2)
    assert [row["change"] for row in wanted] == ["added"]
    first, second = published(desk.data, 1), published(desk.data, 2)
    both = {f.path for f in first.manifest.files} & {f.path for f in second.manifest.files}
    assert len(both) > 20
    for path in both:
        (second.folder / path).write_bytes(b"not Parquet")
    assert feed(desk, 1, 2) == wanted


def test_a_snapshot_that_only_rearranged_files_changes_nothing(desk: Desk) -> None:
    for day in range(3):
        put(desk, str(day), at(f"a{day}", story(4 + 12 * day)))
    done = compact(desk.data)
    assert done["files_after"] < done["files_before"]
    assert feed(desk, 3, 4) == []


few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(batches=st.lists(st.lists(ANY, min_size=1, max_size=6), min_size=2, max_size=3))
def test_the_feed_applied_to_any_snapshot_gives_any_other(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Item]]
) -> None:
    desk = Desk(Path(tempfile.mkdtemp(dir=tmp_path_factory.mktemp("feed"))))
    for number, batch in enumerate(batches):
        desk.ingest(write(desk.inputs / str(number), batch))
    compact(desk.data)
    last = desk.store().snapshot
    held = {number: articles(desk, number) for number in range(last + 1)}
    for since in range(last + 1):
        for until in range(1, last + 1):
            rows = feed(desk, since, until)
            old, new = held[since], held[until]
            assert applied(old, rows) == new
            assert len({row["id"] for row in rows}) == len(rows)
            clusters = {row["cluster_id"]: row["id"] for row in old.values()}
            for row in rows:
                match row["change"]:
                    case "added":
                        assert row["id"] not in old
                        assert row["cluster_id"] not in clusters
                    case "promoted":
                        assert clusters[row["cluster_id"]] == row["previous_id"] != row["id"]
                    case "revised":
                        one, other = old[row["id"]], new[row["id"]]
                        assert row["changed"] == [k for k in one if one[k] != other[k]] != []
                    case "removed":
                        assert row["canonical_id"] is None or row["canonical_id"] in new
    if last > 1:
        assert desk.store().changes(since=1).read_all().to_pylist() == feed(desk, 1, last)


def test_a_snapshot_that_is_not_there_is_named(desk: Desk) -> None:
    put(desk, "1", at("a", story(1)))
    put(desk, "2", at("b", story(2)))
    with pytest.raises(dedupe.StoreError, match="snapshot 7: not in"):
        desk.store().changes(7)
    prune(desk.data, keep=1)
    with pytest.raises(dedupe.StoreError, match=r"snapshot 1: not in .*, or pruned"):
        desk.store().changes(1)


def test_a_stream_keeps_its_snapshots_from_being_pruned(desk: Desk) -> None:
    for day in range(3):
        put(desk, str(day), at(f"a{day}", story(day)))
    stream = changes(desk.data, 1, 2)
    assert prune(desk.data, keep=1)["dropped"] == []
    assert stream.read_all().num_rows == 1
    del stream
    assert prune(desk.data, keep=1)["dropped"] == [1, 2]


def test_the_command_prints_a_line_for_each_change(desk: Desk) -> None:
    put(desk, "1", at("a", story(1)))
    put(desk, "2", at("a", story(1).revised()), at("b", story(2)))
    run = CliRunner().invoke
    done = run(main, ["changes", "1", "2", "--data", str(desk.data)])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(row["change"] for row in lines) == ["added", "revised"]
    assert list(lines[0]) == CHANGES.names
    told = json.loads(run(main, ["changes", "1", "--data", str(desk.data), "--json"]).stdout)
    assert (told["since"], told["snapshot"], told["changes"]) == (1, 2, lines)
    assert told["counts"] == {"added": 1, "promoted": 0, "revised": 1, "removed": 0}
    rollback(desk.data, 1)
    back = run(main, ["changes", "2", "--data", str(desk.data), "--json"])
    assert json.loads(back.stdout)["counts"]["removed"] == 1
    assert run(main, ["changes", "9", "--data", str(desk.data)]).exit_code == 1
