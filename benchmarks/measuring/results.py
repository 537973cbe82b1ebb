"""Results, kept part by part, so that a run that was broken off goes on where it was.

``FOLDER/parts/NAME.json`` holds a part with the machine that it was measured on; ``results.json``
holds all of them. A part that is there is not measured again unless that is asked for, or other
sizes are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.machine import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where results go and how much is measured."""

    out: Path
    quick: bool = False
    again: bool = False

    @property
    def work(self) -> Path:
        """Corpora and data folders, which can be made again."""
        folder = self.out / "work"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def size(self, full: int, quick: int) -> int:
        """A size: the full one, or the one to try things out with."""
        return quick if self.quick else full

    def path(self, name: str) -> Path:
        """Where a part is kept."""
        return self.out / "parts" / f"{name}.json"


def part(
    plan: Plan, name: str, seconds: float, measure: Callable[[Budget], Figures], **sizes: object
) -> Figures:
    """The figures of a part: those that are there, or measured now within ``seconds``."""
    path = plan.path(name)
    asked = {"quick": plan.quick, **sizes}
    if path.exists() and not plan.again:
        kept = json.loads(path.read_text("utf-8"))
        if kept["sizes"] == asked:
            return dict(kept)
    machine = describe()
    begun = time.monotonic()
    figures = measure(Budget(seconds))
    told = {
        "part": name,
        "sizes": asked,
        "took_seconds": round(time.monotonic() - begun, 1),
        "machine": machine,
        "figures": figures,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".new").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".new").rename(path)
    return told


def collect(out: Path) -> Path:
    """Write ``results.json`` of all parts; gives its path."""
    parts = sorted((out / "parts").glob("*.json"))
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in parts}
    target = out / "results.json"
    target.write_text(json.dumps({"parts": found}, indent=1) + "\n", encoding="utf-8")
    return target


def figures_of(path: Path) -> dict[str, Figures]:
    """The parts of a results file, by name."""
    parts: dict[str, Figures] = json.loads(path.read_text("utf-8"))["parts"]
    return parts
