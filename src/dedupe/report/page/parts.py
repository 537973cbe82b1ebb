"""The few shapes that every section is made of: sections, tables, bars, items that fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedupe.report.page.markup import Child, Html, el


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures are set right-aligned, bars get the room that is left."""

    title: str
    kind: str = "words"
    """``words``, ``num`` or ``bar``."""


def section(name: str, heading: str, lead: Child, *children: Child) -> Html:
    """A landmark with its heading and one sentence that says what it shows."""
    return el(
        "section",
        el("h2", heading, id=f"{name}-heading"),
        el("p", lead, class_="lead"),
        *children,
        id=name,
        aria_labelledby=f"{name}-heading",
    )


def table(
    caption: Child,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Child]],
    foot: Sequence[Child] | None = None,
    *,
    wide: bool = False,
) -> Html:
    """A table whose first cell of each row is its heading; ``wide`` ones scroll by themselves."""
    head = [
        # A bar repeats the figure beside it: nothing to read aloud, nothing to head.
        el("td", class_="bar", aria_hidden="true")
        if column.kind == "bar"
        else el("th", column.title, scope="col", class_=_class(column))
        for column in columns
    ]
    made = el(
        "table",
        el("caption", caption),
        el("thead", el("tr", head)),
        el("tbody", [_row(columns, row) for row in rows]),
        el("tfoot", _row(columns, foot)) if foot else None,
    )
    if not wide:
        return made
    return el("div", made, class_="scroll", tabindex=0, role="group", aria_label="Wide table")


def _row(columns: Sequence[Column], cells: Sequence[Child]) -> Html:
    return el(
        "tr",
        [
            el("th", cell, scope="row", class_=_class(column))
            if at == 0
            else el(
                "td",
                cell,
                class_=_class(column),
                aria_hidden="true" if column.kind == "bar" else None,
            )
            for at, (column, cell) in enumerate(zip(columns, cells, strict=True))
        ],
    )


def _class(column: Column) -> str | None:
    return None if column.kind == "words" else column.kind


def bar(share: float, colour: str = "c-article") -> Html:
    """A horizontal bar, ``share`` of the room's width; the figure stands beside it as text."""
    width = f"{max(0.0, min(1.0, share)) * 100:.2f}%"
    return el(
        "svg",
        el("rect", width=width, height=8, rx=1.5, class_=colour),
        class_="barline",
        width="100%",
        height=8,
        aria_hidden="true",
        focusable="false",
    )


def items(label: str, entries: Sequence[Html], none: str) -> Html:
    """A list that the page's filter narrows; ``none`` is said where it is empty from the start."""
    if not entries:
        return el("p", none, class_="quiet")
    return el(
        "div",
        el("ul", [el("li", entry) for entry in entries], class_="items"),
        el("p", "Nothing here matches the filter.", class_="nomatch quiet", hidden=True),
        class_="filtered",
        data_label=label,
    )


def fold(summary: Child, *body: Child, class_: str | None = None) -> Html:
    """What opens and closes."""
    return el("details", el("summary", summary), el("div", *body, class_="fold"), class_=class_)


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 article``, ``2 articles``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """A share with as many digits as tell something apart from none and from all."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1 or 99.9 < share < 100:  # noqa: PLR2004
        return "< 0.1 %" if share < 1 else "> 99.9 %"
    return f"{share:.1f} %"


def seconds(value: float) -> str:
    """A duration for people."""
    if value < 10:  # noqa: PLR2004
        return f"{value:.2f} s"
    if value < 120:  # noqa: PLR2004
        return f"{value:.1f} s"
    if value < 7200:  # noqa: PLR2004
        return f"{value / 60:.1f} min"
    return f"{value / 3600:.1f} h"


def rate(number: int, elapsed: float) -> str:
    """Units per second, or a dash where nothing was timed."""
    if elapsed <= 0:
        return "–"
    value = number / elapsed
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"  # noqa: PLR2004
