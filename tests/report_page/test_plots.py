"""Axes with round figures, and months that stay countable."""

from __future__ import annotations

import pytest

from dedupe.report.page.months import MOST, published
from dedupe.report.page.parts import percent, seconds
from dedupe.report.page.plots import ticks


@pytest.mark.parametrize("largest", [0, 1, 3, 7, 10, 42, 99.5, 1000, 123_456, 0.03, 0.9])
def test_ticks_are_few_and_reach_the_largest_value(largest: float) -> None:
    marks = ticks(largest)
    assert marks[0] == 0
    assert marks[-1] >= largest
    assert 2 <= len(marks) <= 7


def test_months_without_documents_keep_their_place() -> None:
    shown = str(published({"2025-01": 2, "2025-04": 1, None: 3}))
    assert shown.count("<rect") == 4
    assert "3 documents without a date." in shown


def test_many_months_become_years() -> None:
    shown = str(published({f"{year}-05": 1 for year in range(1990, 2026)}))
    assert "by year" in shown
    assert shown.count("<rect") == 36


def test_odd_years_do_not_make_a_thousand_bars() -> None:
    odd = {f"{year:04d}-01": 1 for year in (1, 1066, 1970, 2025, 9999)}
    assert str(published(odd)).count("<rect") <= MOST


def test_no_dates_at_all_is_said() -> None:
    assert "2 documents without a date." in str(published({None: 2}))
    assert published({}) is None


def test_a_small_share_is_not_nothing() -> None:
    assert percent(0, 10) == "0.0 %"
    assert percent(1, 100_000) == "< 0.1 %"
    assert percent(99_999, 100_000) == "> 99.9 %"
    assert percent(0, 0) == "–"


def test_durations_are_for_people() -> None:
    assert [seconds(value) for value in (0.01, 12.34, 600, 9000)] == [
        "0.01 s",
        "12.3 s",
        "10.0 min",
        "2.5 h",
    ]
