"""``docs/scaling.md``: what it tells a team on another engine to do works on our tables."""

from __future__ import annotations

import re

import duckdb

from benchmarks.invented.corpus import OTHER_DAY, planted, row_of
from benchmarks.reports.extrapolate import BEGIN, END
from dedupe.detect.sketch import Parameters
from dedupe.settings import Settings
from tests.desk import ROOT, Desk
from tests.newsroom import write_rows

PAGE = (ROOT / "docs" / "scaling.md").read_text("utf-8")


def test_the_join_on_signatures_finds_canonicals_that_share_a_band(desk: Desk) -> None:
    """Another day of a template is no copy, so both are canonicals; and their bands meet."""
    made = list(planted(0))
    other = next(each for each in made if each.kind == OTHER_DAY)
    origin = next(
        each for each in made if each.kind == "origin" and each.article.title == other.article.title
    )
    alone = [each for each in made if each.kind == "origin" and each is not origin][:3]
    rows = [row_of(each.article) for each in (other, origin, *alone)]
    desk.ingest(write_rows(desk.inputs / "a.jsonl", rows))
    query = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert query
    found = duckdb.sql(query[1].replace("data/current", str(desk.data / "current"))).fetchall()
    urls = {row["id"]: row["url"] for row in desk.rows("articles")}
    assert len(urls) == 5
    assert [{urls[each] for each in pair} for pair in found] == [
        {other.article.url, origin.article.url}
    ]


def test_the_bands_of_the_page_are_those_of_the_default_settings() -> None:
    banding = Parameters.of(Settings()).banding
    assert f"range({banding.count})" in PAGE
    assert f"{banding.rows} * band + 1 : {banding.rows} * band + {banding.rows}" in PAGE


def test_the_page_has_room_for_the_extrapolation() -> None:
    assert PAGE.count(BEGIN) == PAGE.count(END) == 1
