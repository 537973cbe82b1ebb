"""When the documents were published: by month, or by year where months would be too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dedupe.report.page.markup import Child, Html, el
from dedupe.report.page.parts import Column, count
from dedupe.report.page.plots import Figures, columns

MOST = 48
"""Bars that can still be told apart."""


def published(months: Mapping[str | None, int]) -> Html | None:
    """The months as columns, gaps included; documents without a date are counted in words."""
    stated = {month: number for month, number in months.items() if month}
    undated = sum(months.values()) - sum(stated.values())
    note = f"{count(undated, 'document')} without a date."
    said = el("p", note, class_="quiet") if undated else None
    if not stated:
        return el("div", said) if said else None
    unit, counted = _periods(stated)
    title = f"Documents by {unit} of publication"
    rows: list[list[Child]] = [[name, number] for name, number in counted.items() if number]
    first, last = next(iter(counted)), next(reversed(counted))
    return el(
        "div",
        columns(
            "months",
            title,
            f"{title}, from {first} to {last}.",
            list(counted.values()),
            (first, last),
            "{:,.10g}",
            Figures([Column(unit.capitalize()), Column("Documents", "num")], rows[::-1]),
            stress=False,
        ),
        said,
    )


def _periods(stated: Mapping[str, int]) -> tuple[str, dict[str, int]]:
    """Counts by period without gaps, oldest first; of odd dates, only the years that occur."""
    first, last = _index(min(stated)), _index(max(stated))
    if last - first < MOST:
        names = (f"{place // 12:04d}-{place % 12 + 1:02d}" for place in range(first, last + 1))
        return "month", {name: stated.get(name, 0) for name in names}
    years: Counter[str] = Counter()
    for month, number in stated.items():
        years[month[:4]] += number
    low, high = int(min(years)), int(max(years))
    if high - low < MOST:
        return "year", {f"{year:04d}": years[f"{year:04d}"] for year in range(low, high + 1)}
    return "year", dict(sorted(years.items())[-MOST:])


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1
