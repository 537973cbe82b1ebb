"""Upkeep cuts what was learnt since from documents that were read before."""

from __future__ import annotations

import pytest

from dedupe.pipeline.lock import Held
from dedupe.pipeline.template_learning import rebuild
from dedupe.pipeline.template_state import path_of, read
from dedupe.pipeline.template_upkeep import STRIPPED, strip_earlier
from dedupe.publish import Snapshot
from dedupe.words import content_hash, word_count
from tests.desk import Desk, outcomes
from tests.newsroom import Story, story, write_rows

NOTE = "Send tips about this harbour to the night desk in Quay Lane and we will look into them."
SITE = "kestrel.example"


def page(told: Story, address: str, site: str = SITE, note: str | None = NOTE) -> dict[str, object]:
    parts = [*told.paragraphs, *([note] if note else [])]
    return told.with_paragraphs(parts).row(url=f"https://{site}/{address}", site=site)


def told(number: int) -> Story:
    return story(number, language="en")


def read_early(desk: Desk) -> None:
    """Six articles of one site with its note, a copy on another site, and one revised."""
    rows = [page(told(n), str(n)) for n in range(6)]
    copy = page(told(0), "copy", site="gazette.example", note=None)
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [*rows, copy]))
    revised = page(told(5).revised(), "5", note=None)
    desk.ingest(write_rows(desk.inputs / "2.jsonl", [revised]))


def assert_whole(desk: Desk) -> None:
    report = desk.check()
    assert (report.problems, report.notes) == ([], [])
    snapshot = Snapshot.current(desk.data)
    assert snapshot is not None
    again = desk.folder / "again.arrow"
    rebuild(snapshot, again)
    kept = read(path_of(desk.data / "state" / "templates", snapshot.stamp))
    assert kept.to_pylist() == read(again).to_pylist()


def test_earlier_articles_lose_the_template_in_a_snapshot_of_its_own(desk: Desk) -> None:
    read_early(desk)
    before = {row["id"]: row for row in desk.rows("articles")}
    done = strip_earlier(Held(desk.data))
    assert done == {"snapshot": 3, "stripped": 5, "passages": 5}
    assert_whole(desk)
    after = {row["id"]: row for row in desk.rows("articles")}
    assert set(after) == set(before)
    for row in after.values():
        assert NOTE not in row["text"]
        assert row["word_count"] == word_count(row["text"])
        assert row["content_hash"] == content_hash(row["text"])
        old = before[row["id"]]
        changed = {name for name in row if row[name] != old[name]} - {"updated_at"}
        assert changed <= {"text", "word_count", "content_hash"}
        assert (row["updated_at"] > old["updated_at"]) == bool(changed)
    cuts = desk.rows("removals", stage="template")
    assert {
        (cut["rule"], cut["start"], cut["end"], cut["text"], cut["run_id"]) for cut in cuts
    } == {("site-template", -1, -1, NOTE, STRIPPED)}
    assert (desk.data / "current" / "report.html").exists()
    with desk.store() as store:
        assert store.explain(cuts[0]["article_id"])["removals"][-1]["text"] == NOTE


def test_with_nothing_to_cut_there_is_no_snapshot(desk: Desk) -> None:
    assert strip_earlier(Held(desk.data))["stripped"] == 0
    read_early(desk)
    first = strip_earlier(Held(desk.data))
    assert strip_earlier(Held(desk.data)) == {**first, "stripped": 0, "passages": 0}
    assert len(list((desk.data / "snapshots").iterdir())) == 3


def test_switched_off_nothing_is_cut(desk: Desk) -> None:
    desk.settings["templates"] = False
    read_early(desk)
    assert strip_earlier(Held(desk.data))["stripped"] == 0


def test_clusters_stay_and_their_figures_are_taken_again(desk: Desk) -> None:
    read_early(desk)
    filed = desk.row("duplicates", site="gazette.example")
    assert filed["relation"] != "exact"
    strip_earlier(Held(desk.data))
    now = desk.row("duplicates", site="gazette.example")
    assert (now["relation"], now["jaccard"], now["containment"]) == ("exact", 1.0, 1.0)
    assert now["canonical_id"] == filed["canonical_id"]


def test_duplicates_lose_the_template_and_earlier_versions_keep_it(desk: Desk) -> None:
    read_early(desk)
    copy = page(told(0).longer(paragraphs=5), "0-longer", site="gazette.example", note=None)
    desk.ingest(write_rows(desk.inputs / "3.jsonl", [copy]))
    assert desk.row("duplicates", url=f"https://{SITE}/0")["text"].endswith(NOTE)
    strip_earlier(Held(desk.data))
    assert desk.row("duplicates", url=f"https://{SITE}/0")["text"] == told(0).body
    assert desk.row("duplicates", relation="revision")["text"].endswith(NOTE)
    assert_whole(desk)


def test_later_runs_go_on_from_there(desk: Desk) -> None:
    """The same pages are unchanged, copies are found by their new texts, revisions are versions."""
    read_early(desk)
    strip_earlier(Held(desk.data))
    assert outcomes(desk.ingest(desk.inputs)) == {"unchanged": 8}
    moved = page(told(1).with_paragraphs([NOTE, *told(1).paragraphs]), "1", note=None)
    again = desk.ingest(write_rows(desk.inputs / "moved.jsonl", [moved]))
    assert outcomes(again) == {"unchanged": 1}
    copy = page(told(2), "copy", site="tersac.example", note=None)
    desk.ingest(write_rows(desk.inputs / "copy.jsonl", [copy]))
    assert desk.row("duplicates", site="tersac.example")["relation"] == "exact"
    for seed in range(2):
        version = page(told(3).revised(seed), "3")
        result = desk.ingest(write_rows(desk.inputs / f"v{seed}.jsonl", [version]))
        assert outcomes(result) == {"revisions": 1}
    assert desk.row("articles", url=f"https://{SITE}/3")["version"] == 3
    assert_whole(desk)


def test_no_two_versions_of_a_document_become_one(desk: Desk) -> None:
    """Their ids name their content: the later one keeps the note that tells it apart."""
    plain = page(told(9), "9", note=None)
    desk.ingest(write_rows(desk.inputs / "0.jsonl", [plain]))
    desk.ingest(write_rows(desk.inputs / "0b.jsonl", [page(told(9), "9")]))
    read_early(desk)
    strip_earlier(Held(desk.data))
    assert_whole(desk)
    assert desk.row("articles", url=f"https://{SITE}/9")["text"].endswith(NOTE)
    desk.ingest(write_rows(desk.inputs / "0c.jsonl", [page(told(9).revised(), "9")]))
    assert desk.row("articles", url=f"https://{SITE}/9")["version"] == 3


def test_documents_are_rewritten_a_bounded_number_at_a_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_early(desk)
    monkeypatch.setattr("dedupe.pipeline.template_upkeep.AT_ONCE", 2)
    assert [strip_earlier(Held(desk.data))["stripped"] for _ in range(4)] == [2, 2, 1, 0]
    assert_whole(desk)
