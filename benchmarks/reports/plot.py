"""Plots as SVG, written by hand: lines over logarithmic axes, and bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640, 70, 150, 40, 50
HEIGHT = 320
BESIDE = 180
"""Room for the name of a line and its slope."""

COLOURS = ("#2457a6", "#b03a2e", "#1a6e3c", "#7d5a00")
STYLE = 'font-family="sans-serif" font-size="13"'

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Points of one kind and what is written beside them."""

    name: str
    points: Sequence[Point]


def lines(title: str, axes: tuple[str, str], drawn: Sequence[Line]) -> str:
    """Lines over two logarithmic axes; both begin and end at powers of ten."""
    every = [point for line in drawn for point in line.points if min(point) > 0]
    (low_x, high_x), (low_y, high_y) = (_decades([point[at] for point in every]) for at in (0, 1))

    def place(point: Point) -> tuple[float, float]:
        x = (math.log10(point[0]) - low_x) / (high_x - low_x)
        y = (math.log10(point[1]) - low_y) / (high_y - low_y)
        across, down = WIDTH - LEFT - BESIDE, HEIGHT - TOP - BOTTOM
        return round(LEFT + x * across, 1), round(HEIGHT - BOTTOM - y * down, 1)

    shapes = []
    for power in range(low_x, high_x + 1):
        x, _ = place((10.0**power, 10.0**low_y))
        shapes.append(f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        shapes.append(_text(x, HEIGHT - BOTTOM + 18, _power(power), "middle"))
    for power in range(low_y, high_y + 1):
        _, y = place((10.0**low_x, 10.0**power))
        shapes.append(f'<path d="M{LEFT} {y}H{WIDTH - BESIDE}" stroke="#ddd"/>')
        shapes.append(_text(LEFT - 8, y + 4, _power(power), "end"))
    taken: list[float] = []
    for at, line in enumerate(drawn):
        colour = COLOURS[at % len(COLOURS)]
        placed = [place(point) for point in line.points if min(point) > 0]
        path = " ".join(f"{x},{y}" for x, y in placed)
        shapes.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        shapes += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in placed]
        x, y = placed[-1]
        while any(abs(y - other) < 15 for other in taken):
            y += 15
        taken.append(y)
        shapes.append(_text(x + 8, y + 4, line.name, "start", colour))
    middle = (LEFT + WIDTH - BESIDE) / 2
    shapes.append(_text(middle, HEIGHT - 10, axes[0], "middle"))
    shapes.append(_text(LEFT - 8, TOP - 10, axes[1], "start"))
    return _svg(title, HEIGHT, shapes)


def bars(title: str, unit: str, drawn: Sequence[tuple[str, float]]) -> str:
    """Bars side by side from the largest to the smallest, each with its figure."""
    row = 26
    largest = max(value for _, value in drawn)
    shapes = []
    for at, (name, value) in enumerate(sorted(drawn, key=lambda each: -each[1])):
        y = TOP + at * row
        width = round(value / largest * (WIDTH - 2 * RIGHT), 1)
        colour = COLOURS[0] if name == "ours" else "#9aa5b1"
        shapes.append(_text(RIGHT - 8, y + 16, name, "end"))
        shapes.append(
            f'<rect x="{RIGHT}" y="{y + 3}" width="{width}" height="{row - 8}" fill="{colour}"/>'
        )
        figure = f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
        shapes.append(_text(RIGHT + width + 6, y + 16, f"{figure} {unit}", "start"))
    return _svg(title, TOP + row * len(drawn) + 10, shapes)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _power(power: int) -> str:
    value = 10.0**power
    return f"{value:,.0f}" if power >= 0 else f"{value:g}"


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def _svg(title: str, height: float, shapes: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {STYLE} viewBox="0 0 {WIDTH} {height}">'
    parts = [
        head,
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        _text(LEFT - 8, 18, title, "start", "#000"),
        *shapes,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
