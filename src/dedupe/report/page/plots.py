"""Plots as inline SVG: plain axes, a title and a description to read, and the figures as a table.

All plots are drawn in a frame of 440 units, so that labels stay legible on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dedupe.report.page.markup import Child, Html, el
from dedupe.report.page.parts import Column, fold, table

WIDTH = 440
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 16, 44
WIDEST = 44
"""Width of a column and its gap where there are few."""
ROOM = 240
"""Width from which both ends of an axis can be labelled."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers behind a plot, for those who read rather than look."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Child]]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where data lie in a plot: x from ``low`` to ``high``, y from 0 to ``top``."""

    low: float
    high: float
    top: float
    height: int

    def x(self, value: float) -> float:
        """Horizontal place of a value."""
        share = (value - self.low) / (self.high - self.low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 2)

    def y(self, value: float) -> float:
        """Vertical place of a value."""
        return round(self.height - BOTTOM - value / self.top * (self.height - TOP - BOTTOM), 2)


def ticks(largest: float) -> list[float]:
    """Round values from 0 to at least ``largest``, three to six of them."""
    if largest <= 0:
        return [0.0, 1.0]
    power = 10 ** math.floor(math.log10(largest))
    step = next(s * power for s in (0.2, 0.5, 1, 2) if largest / (s * power) <= 5)  # noqa: PLR2004
    if largest >= 1:
        step = max(step, 1)
    return [round(step * place, 10) for place in range(math.ceil(largest / step - 1e-9) + 1)]


def histogram(  # noqa: PLR0913 - a plot has as many words as it needs
    name: str,
    title: str,
    description: str,
    bins: Sequence[tuple[float, float, Sequence[tuple[str, int]]]],
    mark: tuple[float, str],
    axes: tuple[str, str],
    figures: Figures,
    *,
    legend: Child = None,
) -> Html:
    """Stacked bars over a range; each bin is (from, to, [(colour class, count), ...])."""
    marks = ticks(max((sum(n for _, n in parts) for *_, parts in bins), default=0))
    frame = Frame(bins[0][0], bins[-1][1], marks[-1], 250)
    shapes = [*_y_axis(frame, marks, "{:,.0f}"), *_x_axis(frame, bins[0][0], bins[-1][1])]
    for low, high, parts in bins:
        base = 0
        for colour, number in parts:
            if number:
                top = frame.y(base + number)
                shapes.append(
                    el(
                        "rect",
                        x=round(frame.x(low) + 0.75, 2),
                        y=top,
                        width=round(frame.x(high) - frame.x(low) - 1.5, 2),
                        height=round(frame.y(base) - top, 2),
                        class_=colour,
                    )
                )
                base += number
    shapes += [*_threshold(frame, *mark), *_titles(frame, axes)]
    return _figure(name, title, description, frame.height, shapes, figures, legend=legend)


def curve(  # noqa: PLR0913
    name: str,
    title: str,
    description: str,
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    mark: tuple[float, str],
    axes: tuple[str, str],
    figures: Figures,
    *,
    legend: Child = None,
) -> Html:
    """Lines (colour class, points) whose x and y both run from 0 to 1."""
    frame = Frame(0.0, 1.0, 1.0, 250)
    shapes = [
        *_y_axis(frame, [0.0, 0.25, 0.5, 0.75, 1.0], "{:.0%}"),
        *_x_axis(frame, 0.0, 1.0),
        # Below, as the lines run along the top there.
        *_threshold(frame, *mark, label_y=frame.height - BOTTOM - 10),
    ]
    for colour, points in lines:
        path = " ".join(f"{frame.x(x):g},{frame.y(y):g}" for x, y in points)
        shapes.append(el("polyline", points=path, class_=colour))
    shapes += _titles(frame, axes)
    return _figure(name, title, description, frame.height, shapes, figures, legend=legend)


def columns(  # noqa: PLR0913
    name: str,
    title: str,
    description: str,
    values: Sequence[float],
    ends: tuple[str, str],
    unit: str,
    figures: Figures | None = None,
    *,
    stress: bool = True,
) -> Html:
    """One bar for each value, in order; ``ends`` label first and last; ``stress`` the last one."""
    marks = ticks(max(values, default=0))
    height = 150
    slot = min((WIDTH - LEFT - RIGHT) / max(len(values), 1), WIDEST)
    frame = Frame(0, (WIDTH - LEFT - RIGHT) / slot, marks[-1], height)
    shapes = _y_axis(frame, [marks[0], marks[-1]], unit)
    for place, value in enumerate(values):
        tall = max(round(frame.y(0) - frame.y(value), 2), 1) if value else 0
        shapes.append(
            el(
                "rect",
                x=frame.x(place),
                y=round(frame.y(0) - tall, 2),
                width=round(slot - min(4, slot / 5), 2),
                height=tall,
                class_="c-before" if stress and place < len(values) - 1 else "c-article",
            )
        )
    floor, right = height - BOTTOM + 18, frame.x(len(values))
    if right - LEFT < ROOM:
        shapes.append(el("text", " – ".join(dict.fromkeys(ends)), x=LEFT, y=floor))
    else:
        shapes.append(el("text", ends[0], x=LEFT, y=floor))
        shapes.append(el("text", ends[1], x=right, y=floor, text_anchor="end"))
    return _figure(name, title, description, height, shapes, figures)


def _y_axis(frame: Frame, marks: Sequence[float], unit: str) -> list[Html]:
    shapes: list[Html] = []
    for value in marks:
        y = frame.y(value)
        style = "axis" if value == 0 else "grid"
        shapes.append(el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_=style))
        shapes.append(el("text", unit.format(value), x=LEFT - 7, y=y + 4.5, text_anchor="end"))
    return shapes


def _x_axis(frame: Frame, low: float, high: float) -> list[Html]:
    y = frame.height - BOTTOM
    shapes: list[Html] = []
    for place in range(6):
        value = low + (high - low) * place / 5
        x = frame.x(value)
        shapes.append(el("line", x1=x, x2=x, y1=y, y2=y + 4, class_="axis"))
        shapes.append(el("text", f"{value:g}", x=x, y=y + 18, text_anchor="middle"))
    return shapes


def _threshold(frame: Frame, value: float, label: str, label_y: float = TOP + 2) -> list[Html]:
    x = frame.x(value)
    right = value > (frame.low + frame.high) / 2
    return [
        el("line", x1=x, x2=x, y1=TOP - 8, y2=frame.height - BOTTOM, class_="mark"),
        el(
            "text",
            label,
            x=x + (-6 if right else 6),
            y=label_y,
            text_anchor="end" if right else "start",
            class_="marked",
        ),
    ]


def _titles(frame: Frame, axes: tuple[str, str]) -> list[Html]:
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    return [
        el("text", axes[0], x=middle, y=frame.height - 6, text_anchor="middle", class_="axis-title")
    ]


def _figure(
    name: str,
    title: str,
    description: str,
    height: int,
    shapes: Sequence[Html],
    figures: Figures | None,
    *,
    legend: Child = None,
) -> Html:
    drawing = el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", description, id=f"{name}-desc"),
        *shapes,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="plot",
    )
    return el(
        "figure",
        el("figcaption", title),
        legend,
        drawing,
        fold("The figures", table(title, figures.columns, figures.rows), class_="figures")
        if figures
        else None,
    )
