"""What a site repeats under its articles is learnt run by run, and cut from the next ones."""

from __future__ import annotations

import datetime as dt
import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.clean.templates import folded
from dedupe.clean.words import fold
from dedupe.pipeline import template_learning
from dedupe.pipeline.rebuild import rebuild_index
from dedupe.pipeline.template_learning import rebuild
from dedupe.pipeline.template_state import path_of, read
from dedupe.pipeline.upkeep import compact, rollback
from dedupe.publish import Snapshot
from dedupe.words import content_hash, word_count
from tests.desk import FIRST_DAY, Desk, content, outcomes
from tests.newsroom import Story, story, write_rows, write_text

NOTE = "Send tips about this harbour to the night desk in Quay Lane and we will look into them."
OTHER_NOTE = "Readers of the gazette gather each spring at the orchard to choose a picture."

few = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def noted(number: int, note: str = NOTE, site: str = "kestrel.example", **fields: Any) -> Any:
    told = story(number, language="en")
    body = told.with_paragraphs([*told.paragraphs, note])
    return body.row(url=f"https://{site}/{number}", site=site, **fields)


def put(desk: Desk, name: str, *rows: dict[str, Any]) -> Path:
    return write_rows(desk.inputs / f"{name}.jsonl", rows)


def teach(desk: Desk, site: str = "kestrel.example", count: int = 5) -> None:
    """A first run, after which the note of ``site`` is known."""
    desk.ingest(put(desk, f"teach-{site}", *(noted(n, site=site) for n in range(100, 100 + count))))


def snapshot_of(desk: Desk) -> Snapshot:
    snapshot = Snapshot.current(desk.data)
    assert snapshot is not None
    return snapshot


def state_path(desk: Desk) -> Path:
    return path_of(desk.data / "state" / "templates", snapshot_of(desk).stamp)


def rebuilt(desk: Desk) -> pa.Table:
    path = desk.folder / "rebuilt.arrow"
    rebuild(snapshot_of(desk), path)
    return read(path)


def assert_state_is_what_the_tables_give(desk: Desk) -> None:
    kept = read(state_path(desk))
    assert kept.to_pylist() == rebuilt(desk).to_pylist()


def test_a_note_is_cut_from_the_articles_of_later_runs(desk: Desk) -> None:
    teach(desk)
    assert all(NOTE in row["text"] for row in desk.rows("articles"))
    desk.ingest(put(desk, "next", noted(1)))
    told = story(1, language="en")
    row = desk.row("articles", url="https://kestrel.example/1")
    assert row["text"] == told.body
    assert row["word_count"] == word_count(told.body)
    assert row["content_hash"] == content_hash(told.body)
    cut = desk.row("removals", article_id=row["id"], stage="template")
    assert (cut["rule"], cut["text"]) == ("site-template", NOTE)
    whole = desk.row("runs", snapshot=2)
    assert whole["removals"] == len(desk.rows("removals"))


def test_the_offsets_are_those_of_a_plain_source_and_none_of_a_page(desk: Desk) -> None:
    teach(desk)
    rows = put(desk, "row", noted(1))
    source = noted(1)["text"]
    told = story(2, language="en")
    page = told.with_paragraphs([*told.paragraphs, NOTE]).page()
    address = '<link rel="canonical" href="https://kestrel.example/2"></head>'
    pages = write_text(desk.inputs / "page.html", page.replace("</head>", address))
    desk.ingest(rows, pages)
    of_row = desk.row("articles", url="https://kestrel.example/1")
    cut = desk.row("removals", article_id=of_row["id"], stage="template")
    assert source[cut["start"] : cut["end"]] == NOTE
    of_page = desk.row("articles", url="https://kestrel.example/2")
    cut = desk.row("removals", article_id=of_page["id"], stage="template")
    assert (cut["start"], cut["end"], cut["text"]) == (-1, -1, NOTE)
    assert "site-template" in (desk.data / "current" / "report.html").read_text("utf-8")
    with desk.store() as store:
        found = store.explain(of_page["id"])
    assert "site-template" in {cut["rule"] for cut in found["removals"]}


def test_what_a_run_cuts_depends_on_the_runs_before_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is learnt while a run cleans: not its order, its shards nor its processes matter."""
    one, two = Desk(tmp_path / "one"), Desk(tmp_path / "two")
    batch = [noted(n) for n in range(30)]
    for desk, chosen, rows in ((one, {"workers": 1}, batch), (two, {"workers": 2}, batch[::-1])):
        teach(desk, count=3)
        assert not desk.rows("removals", stage="template")
        if desk is two:
            # A tuning constant, so that a small corpus is worth a process.
            monkeypatch.setattr(importlib.import_module("dedupe.pipeline.engine"), "POOL_BYTES", 0)
            chosen |= {"shard_bytes": 4_000}
        desk.ingest(put(desk, "first", *rows), **chosen)
        assert not desk.rows("removals", stage="template")
        desk.ingest(put(desk, "second", *(noted(n) for n in range(40, 60))), **chosen)
        assert len(desk.rows("removals", stage="template")) == 20
    assert content(one.data, "source") == content(two.data, "source")
    assert read(state_path(one)).to_pylist() == read(state_path(two)).to_pylist()


def test_a_press_release_on_many_sites_stays(desk: Desk) -> None:
    release = story(7, language="en")
    desk.ingest(
        put(desk, "1", *(release.row(url=f"https://s{n}.example/", site=f"s{n}.example")
                         for n in range(12)))
    )  # fmt: skip
    desk.ingest(put(desk, "2", release.row(url="https://s3.example/again", site="s3.example")))
    assert {row["text"] for row in desk.rows("duplicates")} == {release.body}
    assert not desk.rows("removals", stage="template")


def test_the_same_bytes_again_are_unchanged(desk: Desk) -> None:
    teach(desk)
    again = desk.ingest(desk.inputs)
    assert outcomes(again) == {"unchanged": 5}
    assert_state_is_what_the_tables_give(desk)


def test_a_page_that_differs_by_its_template_only_is_unchanged(desk: Desk) -> None:
    """Whether it was read before the template was known, or after."""
    teach(desk)
    desk.ingest(put(desk, "late", noted(1)))
    for number in (100, 1):
        row = noted(number)
        moved = row["text"].replace(NOTE, "").strip()
        first, _, rest = moved.partition("\n\n")
        row["text"] = f"{first}\n\n{NOTE}\n\n{rest}"
        result = desk.ingest(put(desk, f"moved-{number}", row))
        assert outcomes(result) == {"unchanged": 1}
        result = desk.ingest(put(desk, f"without-{number}", {**row, "text": moved}))
        assert outcomes(result) == {"unchanged": 1}


def test_switched_off_nothing_is_learnt_and_nothing_cut(desk: Desk) -> None:
    teach(desk)
    desk.ingest(put(desk, "off", noted(1)), templates=False)
    assert not desk.rows("removals", stage="template")
    assert not list((desk.data / "state" / "templates").iterdir())
    desk.ingest(put(desk, "on", noted(2)))
    assert len(desk.rows("removals", stage="template")) == 1
    assert_state_is_what_the_tables_give(desk)


@pytest.mark.parametrize("harm", ["missing", "cut short", "altered", "foreign"])
def test_a_state_that_cannot_be_used_is_learnt_again(desk: Desk, harm: str) -> None:
    teach(desk)
    path = state_path(desk)
    raw = path.read_bytes()
    before = read(path).to_pylist()
    match harm:
        case "missing":
            path.unlink()
        case "cut short":
            path.write_bytes(raw[: len(raw) // 2])
        case "altered":
            value = before[0]["keys"][0].to_bytes(8, "little")
            path.write_bytes(raw.replace(value, bytes(8)))
        case _:
            path.rename(path.with_name("000009-0123456789abcdef.arrow"))
    report = desk.check()
    assert report.problems == []
    assert [note.partition(":")[0] for note in report.notes] == ["templates"]
    dedupe.ingest([], desk.data, dry_run=True)  # builds in a place of its own
    assert desk.check().notes
    desk.ingest(put(desk, "next", noted(1)))
    assert len(desk.rows("removals", stage="template")) == 1
    assert [found.name for found in path.parent.iterdir()] == [state_path(desk).name]
    assert_state_is_what_the_tables_give(desk)


def test_compaction_rollback_and_rebuild_keep_a_state_that_fits(desk: Desk) -> None:
    teach(desk)
    for day in range(4):
        desk.ingest(put(desk, str(day), noted(day)))
    compact(desk.data)
    assert desk.check().notes == []
    assert_state_is_what_the_tables_give(desk)
    rollback(desk.data, 2)
    assert desk.check().notes == []
    assert_state_is_what_the_tables_give(desk)
    state_path(desk).unlink()
    rebuild_index(desk.data)
    assert desk.check().notes == []


def test_a_clock_that_went_back_changes_nothing_of_the_order(desk: Desk) -> None:
    teach(desk)
    earlier = FIRST_DAY - dt.timedelta(days=9)
    rows = put(desk, "early", noted(1), noted(2))
    dedupe.ingest([rows], desk.data, started_at=earlier)
    assert_state_is_what_the_tables_give(desk)


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """A row: one of few stories, on one of few sites, whole, cut, longer or revised."""
    number = draw(st.integers(1, 9))
    site = draw(st.sampled_from(["kestrel.example", "gazette.example", None]))
    text: Story = story(number, paragraphs=5, language="en")
    match draw(st.sampled_from(["whole", "whole", "longer", "revised", "excerpt"])):
        case "longer":
            text = text.longer(paragraphs=3)
        case "revised":
            text = text.revised(draw(st.integers(0, 2)))
        case "excerpt":
            text = text.with_paragraphs(text.paragraphs[:3])
    note = draw(st.sampled_from([NOTE, OTHER_NOTE, None]))
    place = draw(st.sampled_from([0, 1, len(text.paragraphs)]))
    parts = [*text.paragraphs]
    parts[place:place] = [note] if note else []
    address = f"https://{site or 'nowhere.example'}/{number}/{draw(st.integers(0, 1))}"
    summary = draw(st.sampled_from([None, text.paragraphs[0]]))
    row = text.with_paragraphs(parts).row(url=address, site=site, summary=summary)
    return {name: value for name, value in row.items() if value is not None}


def run_all(desk: Desk, batches: list[list[dict[str, Any]]]) -> Iterator[None]:
    for number, batch in enumerate(batches):
        desk.ingest(put(desk, str(number), *batch))
        yield


BATCHES = st.lists(st.lists(told(), min_size=1, max_size=8), min_size=2, max_size=5)


@few
@given(batches=BATCHES)
def test_learning_run_by_run_and_from_the_tables_is_the_same(
    batches: list[list[dict[str, Any]]],
) -> None:
    """With duplicates, promotions, revisions and documents cut by what was learnt before."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for _ in run_all(desk, batches):
            assert_state_is_what_the_tables_give(desk)


def test_all_sites_together_stay_within_a_bound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sites give up their rarest passages, then the stalest sites go; run by run or all at once."""
    monkeypatch.setattr(template_learning, "MOST_IN_ALL", 60)
    monkeypatch.setattr(template_learning, "FEWEST_KEPT", 10)
    monkeypatch.setattr(template_learning, "MOST_PASSAGES", 40)
    for day in range(6):
        sites = [f"s{day}.example", "kestrel.example", f"t{day}.example"]
        numbers = range(10 * day, 10 * day + 4)
        desk.ingest(put(desk, str(day), *(noted(n + 400 * at, site=site) for n in numbers
                                          for at, site in enumerate(sites))))  # fmt: skip
        state = read(state_path(desk))
        assert pc.sum(pc.list_value_length(state["keys"])).as_py() <= 60
        assert_state_is_what_the_tables_give(desk)
    known = state["site"].to_pylist()
    assert "kestrel.example" in known
    assert "s0.example" not in known
    assert desk.rows("removals", stage="template")


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(), st.text(alphabet="aZé’«#_1٣²½ß\u0300.,\x1c\n\xa0…ıﬁ＃１𝐀 ")))
def test_passages_are_folded_as_everywhere_else(text: str) -> None:
    assert folded(text) == " ".join(fold(text).split()).encode("utf-8", "surrogatepass")
