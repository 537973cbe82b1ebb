"""The run's clock: what it is given in, the tables hold in UTC."""

from __future__ import annotations

import datetime as dt

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
