"""Floors that may not fall; each set's carry its digest, so that other pages never count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")
SLACK = 0.002
GOOD = ("f1", "snippets", "title", "authors", "date")
BAD = ("leak", "leaky")


def faults(floor: dict[str, Any], figures: dict[str, float]) -> list[str]:
    found = [
        f"{name} {figures.get(name)} < {floor[name]}"
        for name in GOOD
        if name in floor and figures.get(name, 0) < floor[name] - SLACK
    ]
    return found + [
        f"{name} {figures.get(name)} > {floor[name]}"
        for name in BAD
        if name in floor and figures.get(name, 1) > floor[name] + SLACK
    ]


def pinned_floor(
    floor: dict[str, Any], figures: dict[str, float], digest: str, *, lower: bool
) -> dict[str, Any]:
    if lower or floor.get("digest") != digest:
        return {"digest": digest} | {n: v for n, v in figures.items() if n in (*GOOD, *BAD)}
    pinned = dict(floor)
    for name, value in figures.items():
        if name in GOOD:
            pinned[name] = max(value, floor.get(name, 0.0))
        elif name in BAD:
            pinned[name] = min(value, floor.get(name, 1.0))
    return pinned
