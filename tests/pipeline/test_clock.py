"""The run's clock: what it is given in, the tables hold in UTC."""

from __future__ import annotations

import datetime as dt

import pytest

import dedupe
from tests.desk import Desk
from tests.newsroom import story, write_rows

NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


def test_a_clock_without_a_zone_is_utc_and_compares_with_every_other(desk: Desk) -> None:
    one = write_rows(desk.inputs / "1.jsonl", [story(1).row()])
    two = write_rows(desk.inputs / "2.jsonl", [story(1).row(url="https://b.example/")])
    dedupe.ingest(one, desk.data, started_at=NOON)
    later = (NOON + dt.timedelta(days=1)).replace(tzinfo=None)
    # The two tie in all but the time at which they were seen.
    chosen = dedupe.Settings(policy=("first",))
    dedupe.ingest(two, desk.data, chosen, started_at=later)
    assert desk.row("articles")["first_seen_at"] == NOON
    assert desk.row("duplicates")["first_seen_at"] == NOON + dt.timedelta(days=1)
    assert desk.row("duplicates")["policy_reason"].startswith("first: ")


def test_a_clock_of_another_zone_is_the_same_moment(desk: Desk) -> None:
    there = NOON.astimezone(dt.timezone(dt.timedelta(hours=13)))
    path = write_rows(desk.inputs / "1.jsonl", [story(1).row()])
    result = dedupe.ingest(path, desk.data, started_at=there)
    assert desk.row("articles")["first_seen_at"] == NOON
    assert result.run_id.startswith("20260105T120000-")


def test_a_backdated_copy_does_not_become_the_original(desk: Desk) -> None:
    """Which came first is when we saw it, never what a publisher says."""
    told = story(1)
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [told.row(url="https://a.example/")]))
    old = told.row(url="https://b.example/", published_at="1999-01-01")
    desk.ingest(write_rows(desk.inputs / "2.jsonl", [old]))
    assert desk.row("articles")["url"] == "https://a.example/"


JUMPS = [dt.timedelta(), dt.timedelta(hours=-1), dt.timedelta(days=365), dt.timedelta(hours=1)]
"""Set back an hour, a year ahead, and right again."""


@pytest.mark.parametrize("policy", [("complete",), ("first",)])
def test_runs_follow_each_other_by_number_whatever_the_clock_says(
    desk: Desk, policy: tuple[str, ...]
) -> None:
    """Nothing is lost, versions count up in the order of runs; ``first`` alone asks the clock."""
    for run, jump in enumerate(JUMPS):
        rows = [
            story(1).row(url=f"https://copy{run}.example/"),
            story(2).revised(run).row(url="https://same.example/"),
            story(10 + run).row(url=f"https://own{run}.example/"),
        ]
        path = write_rows(desk.inputs / f"{run}.jsonl", rows)
        result = dedupe.ingest(
            path, desk.data, dedupe.Settings(policy=policy), started_at=NOON + jump
        )
        assert (result.snapshot, result.counts["documents"]) == (run + 1, 3)
        report = desk.check()
        assert (report.problems, report.notes) == ([], [])
    assert {row["first_seen_at"] for row in desk.rows("articles")} <= {NOON + j for j in JUMPS}
    revised = desk.row("articles", url="https://same.example/")
    assert (revised["version"], revised["first_seen_at"]) == (4, NOON)
    assert revised["text"].endswith(story(2).revised(3).paragraphs[-1])
    copies = [
        row for t in ("articles", "duplicates") for row in desk.rows(t) if "copy" in row["url"]
    ]
    assert sorted(row["url"] for row in copies) == [f"https://copy{n}.example/" for n in range(4)]
    (chosen,) = (row["url"] for row in desk.rows("articles") if "copy" in row["url"])
    # With ``first`` it is the copy of the run whose clock was an hour slow.
    assert chosen == f"https://copy{int(policy == ('first',))}.example/"
