"""Draws ``docs/detection-recall.svg``: share of pairs that become candidates, by their similarity.

    python -m benchmarks recall

Lines are computed, points measured on articles with scattered words replaced, the hardest edit
there is for anchors. The usual choice of bands for the same threshold is datasketch's own.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.detect.corpus import DATA, SETTINGS, newswire
from benchmarks.measuring.results import Plan
from dedupe.detect import bands
from dedupe.detect.sketch import Parameters, sketch_compiled
from dedupe.detect.verify import overlap, read_compiled

TARGET = Path(__file__).parents[2] / "docs" / "detection-recall.svg"
WIDTH, HEIGHT, LEFT, TOP = 640, 300, 60, 20
COLOURS = {
    "bands and anchors": "#1a6e3c",
    "bands": "#2457a6",
    "usual bands": "#b03a2e",
}


def measured() -> dict[str, list[tuple[float, float]]]:
    """Points (Jaccard similarity, share found) for what we use."""
    random = Random(5)
    texts = [row["text"] for row in newswire("en")[:6000]]
    spare = " ".join(texts[-50:]).split()
    copies = []
    for text in texts:
        share = random.uniform(0.0, 0.45)
        words = text.split(" ")
        copies.append(
            " ".join(random.choice(spare) if random.random() < share else word for word in words)
        )
    parameters = Parameters.of(SETTINGS)
    sketches = [sketch_compiled(each, parameters) for each in (texts, copies)]
    keys = [parameters.banding.keys(each.signatures) for each in sketches]
    by_bands = (keys[0] == keys[1]).any(axis=1)
    anchors = [
        [
            set(each.anchors[a:b].tolist())
            for a, b in zip(each.bounds, each.bounds[1:], strict=False)
        ]
        for each in sketches
    ]
    by_anchors = np.array([bool(one & other) for one, other in zip(*anchors, strict=True)])
    readings = zip(read_compiled(texts, 3), read_compiled(copies, 3), strict=True)
    jaccard = np.array([overlap(one, other).jaccard for one, other in readings])
    points: dict[str, list[tuple[float, float]]] = {"bands": [], "bands and anchors": []}
    for low in np.arange(0.1, 1.0, 0.05):
        inside = (jaccard >= low) & (jaccard < low + 0.05)
        if inside.sum() >= 30:
            middle = float(jaccard[inside].mean())
            points["bands"].append((middle, float(by_bands[inside].mean())))
            both = (by_bands | by_anchors)[inside]
            points["bands and anchors"].append((middle, float(both.mean())))
    return points


def computed() -> dict[str, list[tuple[float, float]]]:
    """Lines (Jaccard similarity, expected share found)."""
    from datasketch import MinHashLSH

    usual = MinHashLSH(threshold=SETTINGS.threshold, num_perm=SETTINGS.permutations)
    ours = Parameters.of(SETTINGS).banding
    places = np.linspace(0, 1, 101).tolist()
    return {
        "bands and anchors": [
            (at, bands.expected_recall(ours, at, SETTINGS.shingle)) for at in places
        ],
        "bands": [(at, ours.recall(at)) for at in places],
        "usual bands": [(at, bands.Bands(usual.b, usual.r).recall(at)) for at in places],
    }


def draw() -> str:
    """The picture."""

    def place(point: tuple[float, float]) -> str:
        return f"{LEFT + point[0] * WIDTH:.1f},{TOP + (1 - point[1]) * HEIGHT:.1f}"

    bottom = TOP + HEIGHT
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13"',
        f'viewBox="0 0 {LEFT + WIDTH + 20} {bottom + 50}">',
        "<title>Share of pairs that become candidates, by Jaccard similarity</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for tenth in range(0, 11, 2):
        at = tenth / 10
        x, y = place((at, at)).split(",")
        parts.append(f'<path d="M{LEFT} {y}H{LEFT + WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{at:.1f}</text>')
        parts.append(f'<text x="{x}" y="{bottom + 20}" text-anchor="middle">{at:.1f}</text>')
    x = place((SETTINGS.threshold, 0)).split(",")[0]
    parts.append(f'<path d="M{x} {TOP}V{bottom}" stroke="#999" stroke-dasharray="4 4"/>')
    parts.append(f'<text x="{x}" dx="6" y="{bottom - 8}" fill="#666">threshold</text>')
    for row, (name, line) in enumerate(computed().items()):
        colour = COLOURS[name]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" '
            f'points="{" ".join(map(place, line))}"/>'
        )
        y = bottom - 90 + 20 * row
        parts.append(
            f'<text x="{LEFT + WIDTH - 10}" y="{y}" text-anchor="end" fill="{colour}">{name}</text>'
        )
    for name, points in measured().items():
        for point in points:
            x, y = place(point).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{COLOURS[name]}"/>')
    middle = LEFT + WIDTH / 2
    parts.append(
        f'<text x="{middle}" y="{bottom + 42}" text-anchor="middle">Jaccard similarity</text></svg>'
    )
    return "\n".join(parts) + "\n"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, default=TARGET, help="where the picture goes")


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    if not DATA.exists():
        print(f"skipped: there is no {DATA}")
        return 0
    chosen.to.write_text(draw(), encoding="utf-8")
    print(f"wrote {chosen.to}")
    return 0
