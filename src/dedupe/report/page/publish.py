"""Publish: what lies in the snapshot now, and how this run compares with those before it."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.publish import Snapshot
from dedupe.report.page.markup import Child, Html, el, foreign
from dedupe.report.page.parts import Column, count, fold, percent, rate, seconds, section, table
from dedupe.report.page.plots import columns
from dedupe.report.page.runs import RunFacts
from dedupe.report.page.written import Written


def snapshot_section(
    snapshot: Snapshot, written: Written | None, trend: Sequence[RunFacts]
) -> Html:
    """Tables, trend, settings and versions."""
    kept = snapshot.counts["articles"]
    return section(
        "publish",
        "Publish: what is in the data folder now",
        f"Snapshot {snapshot.number} holds {count(kept, 'article')} and "
        f"{count(snapshot.counts['duplicates'], 'document')} filed under them.",
        _tables(snapshot, written),
        *_trend(trend),
        _settings(snapshot),
    )


def _tables(snapshot: Snapshot, written: Written | None) -> Html:
    rows: list[list[Child]] = []
    for name, number in snapshot.counts.items():
        files = snapshot.manifest.of(name)
        new = sum(file.bytes for file in written.files(name)) if written else 0
        rows.append([name, number, len(files), _size(sum(f.bytes for f in files)), _size(new)])
    return table(
        "Tables of the snapshot; files that did not change are shared with earlier snapshots",
        [
            Column("Table"),
            Column("Rows", "num"),
            Column("Files", "num"),
            Column("Size", "num"),
            Column("Written now", "num"),
        ],
        rows,
        wide=True,
    )


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - SI
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


def _trend(trend: Sequence[RunFacts]) -> list[Html]:
    if not trend:
        return []
    heading = el("h3", f"The last {count(len(trend), 'run')}")
    ends = (f"{trend[0].started_at:%-d %b %Y}", f"{trend[-1].started_at:%-d %b %Y, %H:%M}")
    if len(trend) == 1:
        return [
            heading,
            el("p", "This is the first run; later ones are compared here.", class_="quiet"),
        ]

    def share(part: int, run: RunFacts) -> float:
        return 100 * part / run.documents if run.documents else 0.0

    plots = [
        columns(
            f"trend-{name}",
            title,
            f"{title} in each of the last {len(trend)} runs, oldest first.",
            values,
            ends,
            unit,
        )
        for name, title, values, unit in (
            ("documents", "Documents that came in", [run.documents for run in trend], "{:,.10g}"),
            ("rate", "Documents per second", [run.rate for run in trend], "{:,.10g}"),
            (
                "duplicates",
                "Duplicates, share of documents",
                [share(run.duplicates, run) for run in trend],
                "{:,.10g} %",
            ),
            (
                "rejects",
                "Rejected, share of documents",
                [share(run.rejects, run) for run in trend],
                "{:,.10g} %",
            ),
        )
    ]
    return [
        heading,
        el("div", plots, class_="pair trend"),
        fold("The figures of every run", _runs(trend), class_="figures"),
    ]


def _runs(trend: Sequence[RunFacts]) -> Html:
    return table(
        "Runs, latest first",
        [
            Column("Started (UTC)"),
            Column("Documents", "num"),
            Column("New", "num"),
            Column("Versions", "num"),
            Column("Duplicates", "num"),
            Column("Rejected", "num"),
            Column("Seen before", "num"),
            Column("Duplicate share", "num"),
            Column("Time", "num"),
            Column("Per second", "num"),
        ],
        [
            [
                f"{run.started_at:%Y-%m-%d %H:%M}",
                run.documents,
                run.articles,
                run.revisions,
                run.duplicates,
                run.rejects,
                run.unchanged,
                percent(run.duplicates, run.documents),
                seconds(run.seconds),
                rate(run.documents, run.seconds),
            ]
            for run in reversed(trend)
        ],
        wide=True,
    )


def _settings(snapshot: Snapshot) -> Html:
    said = sorted(snapshot.manifest.settings.items())
    return fold(
        "Settings and versions",
        table(
            "Settings of the run",
            [Column("Setting"), Column("Value")],
            [
                [name, foreign(", ".join(map(str, v)) if isinstance(v, list) else str(v))]
                for name, v in said
            ],
        ),
        table(
            "Versions",
            [Column("Package"), Column("Version")],
            [[foreign(k), foreign(str(v))] for k, v in sorted(snapshot.manifest.versions.items())],
        ),
        class_="figures",
    )
