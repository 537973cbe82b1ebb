"""Detect: how alike the compared pairs are, those near the threshold, and what the bands find."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedupe.article import Relation
from dedupe.detect.bands import Bands, expected_recall
from dedupe.report.page.markup import Html, el, foreign, join
from dedupe.report.page.parts import Column, count, fold, items, section
from dedupe.report.page.plots import Figures, curve, histogram
from dedupe.report.page.runs import RunFacts
from dedupe.report.page.sides import Side, sides
from dedupe.report.page.written import Written

BINS = 20
BORDERLINE = 8
"""Pairs shown on either side of the threshold."""

_TEXT = ["id", "title", "site", "url", "source", "text", "word_count"]
_SAID = {
    "low-overlap": "too little in common",
    "short-overlap": "the shorter text is too short to tell",
    "other-facts": "alike, but with other numbers, dates or names",
    "own-passages": "alike, but each has long passages of its own",
    "no-words": "one of them has no words",
    "same-words": "word for word the same",
    "similar": "alike enough",
    "contained": "one lies in the other",
    "excerpt": "one has the other's beginning, edited, with text around it",
}


@dataclass(frozen=True, slots=True)
class Net:
    """What finds candidates: the bands of the signatures, and the anchors of excerpts."""

    bands: Bands
    shingle: int

    def recall(self, jaccard: float) -> float:
        """Expected share of pairs of this similarity that are found."""
        return expected_recall(self.bands, jaccard, self.shingle)


@dataclass(frozen=True, slots=True)
class Compared:
    """The run's compared pairs, the borderline ones with their documents, and the bands."""

    kept: int
    exact: int
    bins: list[tuple[float, float, dict[str, int]]]
    accepted: list[dict[str, Any]]
    below: list[dict[str, Any]]
    """Kept apart, and nearest to the threshold."""
    above: list[dict[str, Any]]
    """Kept apart for another reason than too little in common, most alike first."""
    documents: dict[str, dict[str, Any]]
    threshold: float
    containment: float
    net: Net | None


def gather(written: Written, run: RunFacts) -> Compared:
    """Count the run's rows of ``comparisons`` and fetch the texts of the borderline ones."""
    settings = written.snapshot.manifest.settings | run.settings
    threshold, containment = float(settings["threshold"]), float(settings["containment"])
    pairs = written.rows("comparisons")
    exact = 0
    bins: list[tuple[float, float, dict[str, int]]] = []
    accepted: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    above: list[dict[str, Any]] = []
    if pairs.num_rows:
        relation = np.array(pairs["relation"].to_pylist(), dtype=object)
        jaccard = pairs["jaccard"].to_numpy()
        margin = np.maximum(jaccard - threshold, pairs["containment"].to_numpy() - containment)
        exact = int((relation == Relation.EXACT).sum())
        bins = _bins(jaccard, relation)
        close = (relation == Relation.NEAR) | (relation == Relation.CONTAINED)
        accepted = _closest(pairs, np.flatnonzero(close), margin)
        apart = relation == Relation.DISTINCT
        below = _closest(pairs, np.flatnonzero(apart & (margin < 0)), -margin)
        above = _closest(pairs, np.flatnonzero(apart & (margin >= 0)), -margin)
    shown = [*accepted, *below, *above]
    ids = {pair[side] for pair in shown for side in ("left_id", "right_id")}
    return Compared(
        kept=pairs.num_rows,
        exact=exact,
        bins=bins,
        accepted=accepted,
        below=below,
        above=above,
        documents=written.documents(ids, _TEXT),
        threshold=threshold,
        containment=containment,
        net=_net(written),
    )


def _bins(jaccard: Any, relation: Any) -> list[tuple[float, float, dict[str, int]]]:  # noqa: ANN401
    """Counts by relation in equal bins; word-for-word copies are told apart, not drawn."""
    place = np.clip((jaccard * BINS + 1e-9).astype(int), 0, BINS - 1)
    counted = Counter(
        (int(bin_), str(kind))
        for bin_, kind in zip(place, relation, strict=True)
        if kind != Relation.EXACT
    )
    return [
        (at / BINS, (at + 1) / BINS, {k: counted[at, k] for k in ("near", "contained", "distinct")})
        for at in range(BINS)
    ]


def _closest(pairs: pa.Table, rows: Any, distance: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The pairs with the smallest distance, ties by id so that the page is the same every time."""
    if not len(rows):
        return []
    order = rows[np.argsort(distance[rows], kind="stable")][:BORDERLINE]
    found: list[dict[str, Any]] = pairs.take(pa.array(order)).to_pylist()
    return found


def _net(written: Written) -> Net | None:
    """What the sketches say of themselves in the footer of their files."""
    for file in written.files("signatures") or written.snapshot.manifest.of("signatures"):
        footer = pq.read_schema(written.snapshot.path(file)).metadata or {}
        try:
            count, rows, shingle = (
                int(footer[b"dedupe.sketch." + name]) for name in (b"bands", b"rows", b"shingle")
            )
        except (KeyError, ValueError):
            continue
        return Net(Bands(count, rows), shingle)
    return None


def compared_section(compared: Compared, run: RunFacts) -> Html:
    """Histogram and recall curve side by side, then the borderline pairs."""
    lead = (
        f"{count(run.candidates, 'pair')} of texts with something in common "
        f"{'was' if run.candidates == 1 else 'were'} compared. Two texts count as copies from a "
        f"similarity of {compared.threshold:g} (Jaccard), or where {compared.containment:.0%} of "
        "one lies in the other, unless what differs are facts or whole passages."
    )
    plots = [_histogram(compared, run) if compared.kept else None, _recall(compared)]
    return section(
        "detect",
        "Detect: how alike the texts are",
        lead,
        el("div", plots, class_="pair"),
        _list("Just accepted as copies", "accepted pairs", compared.accepted, compared),
        _list("Just below the threshold", "pairs below", compared.below, compared),
        _list("Alike, and yet kept apart", "pairs kept apart", compared.above, compared),
    )


def _list(heading: str, label: str, pairs: list[dict[str, Any]], compared: Compared) -> Html:
    entries = [_pair(pair, compared) for pair in pairs]
    return join(el("h3", heading), items(label, entries, "There are none."))


def _histogram(compared: Compared, run: RunFacts) -> Html:
    drawn = compared.kept - compared.exact
    unkept = max(0, run.candidates - compared.kept)
    kinds = (("near", "c-article"), ("contained", "c-duplicate"), ("distinct", "c-unchanged"))
    legend = el(
        "p",
        [
            [el("span", class_=f"key {colour}", aria_hidden="true"), f"{label} "]
            for label, (_, colour) in zip(
                ("near copy", "excerpt", "kept apart"), kinds, strict=True
            )
        ],
        class_="legend",
    )
    figures = Figures(
        [Column("Similarity"), *(Column(kind, "num") for kind, _ in kinds)],
        [
            [f"{low:.2f} – {high:.2f}", *(n[kind] for kind, _ in kinds)]
            for low, high, n in compared.bins
        ],
    )
    said = [f"{count(drawn, 'pair')} drawn"]
    if compared.exact:
        said.append(f"{compared.exact:,} word for word the same, not drawn")
    if unkept:
        said.append(f"{unkept:,} too unlike to be kept")
    plot = histogram(
        "similarity",
        "Similarity of compared pairs",
        f"Pairs by Jaccard similarity from 0 to 1, with the threshold at {compared.threshold:g}.",
        [
            (low, high, [(colour, n[kind]) for kind, colour in kinds])
            for low, high, n in compared.bins
        ],
        (compared.threshold, f"threshold {compared.threshold:g}"),
        ("Jaccard similarity", "pairs"),
        figures,
        legend=[legend, el("p", "; ".join(said), ".", class_="quiet")],
    )
    return el("div", plot)


def _recall(compared: Compared) -> Html | None:
    net = compared.net
    if net is None:
        return None
    steps = [at / 50 for at in range(51)]
    found = net.recall(compared.threshold)
    lines = f"{count(net.bands.count, 'band')} of {count(net.bands.rows, 'row')}"
    plot = curve(
        "recall",
        "Share of copies that the index finds",
        f"Expected recall by Jaccard similarity: {found:.1%} at the threshold of "
        f"{compared.threshold:g}.",
        [
            ("l-bands", [(at, net.bands.recall(at)) for at in steps]),
            ("l-article", [(at, net.recall(at)) for at in steps]),
        ],
        (compared.threshold, f"threshold {compared.threshold:g}"),
        ("Jaccard similarity", "found"),
        Figures(
            [Column("Similarity"), Column("Bands alone", "num"), Column("With anchors", "num")],
            [
                [f"{at / 10:.1f}", f"{net.bands.recall(at / 10):.1%}", f"{net.recall(at / 10):.1%}"]
                for at in range(11)
            ],
        ),
        legend=[
            el(
                "p",
                el("span", class_="key c-article", aria_hidden="true"),
                "bands and anchors ",
                el("span", class_="key c-unchanged", aria_hidden="true"),
                "bands alone",
                class_="legend",
            ),
            el(
                "p",
                f"{lines}, and anchors for excerpts, are expected to find {found:.1%} of the pairs "
                "right at the threshold, and more above; then the texts decide.",
                class_="quiet",
            ),
        ],
    )
    return el("div", plot)


def _pair(pair: dict[str, Any], compared: Compared) -> Html:
    left, right = (compared.documents.get(pair[side], {}) for side in ("left_id", "right_id"))
    title = left.get("title") or right.get("title")
    reason = str(pair["reason"])
    summary = [
        el("span", el("strong", foreign(title, 110)), class_="name"),
        el("span", str(pair["relation"]), class_=f"tag t-{_tag(pair)}"),
        el("span", _figure(pair, compared), class_="figure"),
        el(
            "span",
            _SAID.get(reason, reason.replace("-", " ")),
            f" · Jaccard {pair['jaccard']:.3f} · {pair['containment']:.0%} of the shorter text "
            "lies in the other",
            class_="quiet more",
        ),
    ]
    first, second = Side("First", pair["left_id"], left), Side("Second", pair["right_id"], right)
    return fold(summary, sides(first, second), class_="scored")


def _figure(pair: dict[str, Any], compared: Compared) -> str:
    """The figure that came nearer to its threshold."""
    if pair["jaccard"] - compared.threshold >= pair["containment"] - compared.containment:
        return f"{pair['jaccard']:.3f}"
    return f"{pair['containment']:.0%}"


def _tag(pair: dict[str, Any]) -> str:
    known = set(Relation)
    return str(pair["relation"]) if pair["relation"] in known else "distinct"
