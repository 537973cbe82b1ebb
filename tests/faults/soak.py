"""What a long history showed over its time: a plot of it, and whether anything grew that must not.

``python -m tests.faults.soak soak.json docs/soak.svg`` reads what ``python -m tests.faults.history
--out soak.json`` has written, and says what it finds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

Sample = dict[str, float]

WIDTH, HEIGHT, LEFT, TOP = 640, 130, 64, 34
PANELS = (
    ("rss_mb", "memory of all processes, MB"),
    ("handles", "open files of all processes"),
    ("disk_mb", "disk of the data folder, MB"),
    ("ingest_seconds", "median seconds of an ingest"),
    ("documents", "documents acknowledged"),
)
FEW = 10
"""Below it a figure is shown with its decimals."""
FLAT = 1.10
"""Growth from the middle third of the time to the last that is no growth."""


def growth(samples: Sequence[Sample], name: str) -> float:
    """The median over the last third of the time against that over the middle third."""
    third = len(samples) // 3
    parts = samples[third : 2 * third], samples[2 * third :]
    middle, last = (median(sample[name] for sample in part) for part in parts)
    return last / middle if middle else 1.0


def verdict(samples: Sequence[Sample]) -> dict[str, Any]:
    """Growth of everything that was sampled, and what of it is not as it should be.

    Memory and handles must be flat. Disk may grow with the documents: of its saw teeth the lowest
    counts, which is what stands after a pruning. Run time is told and not judged: it is that of a
    machine with other work.
    """
    grown = {name: round(growth(samples, name), 2) for name, _ in PANELS}
    half = len(samples) // 2
    low = [min(sample["disk_mb"] for sample in part) for part in (samples[:half], samples[half:])]
    fed = samples[-1]["documents"] / samples[half]["documents"]
    wrong = [name for name in ("rss_mb", "handles") if grown[name] > FLAT]
    after = samples[half:]
    lowest = min(after, key=lambda sample: sample["disk_mb"])
    return {
        "growth": grown,
        "documents_grew": round(fed, 2),
        "disk_lowest_mb": [round(value, 1) for value in low],
        "disk_lowest_kb_a_document": round(1000 * lowest["disk_mb"] / lowest["documents"], 1),
        "not_flat": wrong,
    }


def plot(samples: Sequence[Sample], title: str) -> str:
    """Panels one above the other over the same minutes, as SVG that needs nothing else."""
    end = samples[-1]["at"]
    shapes = [_text(LEFT, 18, title, "start", "bold")]
    for number, (name, label) in enumerate(PANELS):
        top = TOP + number * HEIGHT
        base, high = top + HEIGHT - 26, max(sample[name] for sample in samples) or 1.0
        largest = f"{high:,.3g}" if high < FEW else f"{high:,.0f}"
        places = []
        for sample in samples:
            x = LEFT + sample["at"] / end * (WIDTH - LEFT - 16)
            y = base - sample[name] / high * (HEIGHT - 52)
            places.append(f"{x:.1f},{y:.1f}")
        shapes += [
            _text(LEFT, top + 18, label, "start"),
            _text(LEFT - 8, base + 4, "0", "end"),
            _text(LEFT - 8, base - HEIGHT + 56, largest, "end"),
            f'<path d="M{LEFT} {base}H{WIDTH - 16}" stroke="#9aa5b1"/>',
            (
                '<polyline fill="none" stroke="#2457a6" stroke-width="1.5" '
                f'points="{" ".join(places)}"/>'
            ),
        ]
    height = TOP + len(PANELS) * HEIGHT + 8
    shapes += [
        _text(LEFT, height - 14, "0 min", "start"),
        _text(WIDTH - 16, height - 14, f"{end / 60:.1f} min", "end"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(shapes)}</svg>\n'
    )


def _text(x: float, y: float, words: str, anchor: str, weight: str = "normal") -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" fill="#222">'
        f"{words}</text>"
    )


def main(arguments: Sequence[str]) -> int:
    """The command."""
    found = json.loads(Path(arguments[0]).read_text())
    samples = found["samples"]
    told = {**verdict(samples), **{k: v for k, v in found.items() if k != "samples"}}
    title = (
        f"{found['seconds'] / 60:.0f} minutes: {found['operations']} operations, "
        f"{found['kills']} kills, {found['reads']:,} reads, "
        f"{len(found['violations']) + len(found['failures'])} faults"
    )
    if len(arguments) > 1:
        Path(arguments[1]).write_text(plot(samples, title))
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return int(bool(told["not_flat"] or found["violations"] or found["failures"]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
