"""Acquire: where the documents came from, and why some were rejected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.rejects import Reason
from dedupe.report.page.markup import Child, Html, el, foreign
from dedupe.report.page.months import published
from dedupe.report.page.parts import (
    Column,
    bar,
    count,
    fold,
    items,
    percent,
    section,
    table,
)
from dedupe.report.page.runs import RunFacts
from dedupe.report.page.written import Written

SITES = 15
SAMPLES = 8

CLEANED = frozenset({Reason.TOO_COMPLEX, Reason.NO_TEXT, Reason.NOT_ARTICLE, Reason.FAILED})
"""Reasons that only a document which reached ``clean`` can have."""

MEANS = {
    Reason.EMPTY: "no bytes, or nothing but white space",
    Reason.BINARY: "no text at all: an image, an archive, a program",
    Reason.ENCODING: "text, but no encoding explains the bytes",
    Reason.TOO_LARGE: "larger than the setting max_bytes",
    Reason.TOO_COMPLEX: "more tags or lines than the setting max_elements",
    Reason.UNREADABLE: "the system refuses to read it",
    Reason.UNSUPPORTED: "a form that no reader takes",
    Reason.MALFORMED: "broken JSON or XML, or a row with neither text nor html",
    Reason.DAMAGED: "cut short or corrupt; what was whole was read",
    Reason.BOMB: "expands beyond the limits max_expanded, max_ratio, max_members, max_depth",
    Reason.UNSAFE: "a member of an archive whose name leads out of it",
    Reason.READER_FAILED: "a reader broke on it; if it is not yours, please report it",
    Reason.NOT_FETCHED: "a link without a text, and nobody followed it",
    Reason.FETCH_FAILED: "no answer: no such host, no connection, TLS, too slow, broken off",
    Reason.HTTP_STATUS: "the server refused it",
    Reason.ROBOTS: "robots.txt disallows it",
    Reason.BLOCKED_ADDRESS: "not a public address, and the setting allow_hosts does not admit it",
    Reason.NO_TEXT: "hardly any text was left after cleaning",
    Reason.NOT_ARTICLE: "an index, a live ticker, a paywall or a mere banner",
    Reason.FAILED: "a stage broke on it: please report it",
}
"""Each reason in the words of the page."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The documents that the run took in, counted, and samples of those it rejected."""

    documents: int
    languages: Counter[str | None]
    sites: Counter[str | None]
    months: Counter[str | None]
    rejects: Counter[str]
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def rejected_in_clean(self) -> int:
        """Rejects that had been read."""
        return sum(number for reason, number in self.rejects.items() if reason in CLEANED)


def gather(written: Written, run: RunFacts) -> Arrivals:
    """Count the run's rows of ``articles``, ``duplicates`` and ``rejects``."""
    names = ["language", "site", "published_at"]
    articles = written.rows("articles")
    duplicates = written.rows("duplicates")
    if duplicates.num_rows:
        # Documents of history that this run moved to another canonical did not come in now.
        now = pa.scalar(run.started_at, duplicates["first_seen_at"].type)
        duplicates = duplicates.filter(pc.equal(duplicates["first_seen_at"], now))
    languages, sites, months = (
        sum((_counted(part, name) for part in (articles, duplicates)), Counter()) for name in names
    )
    rejects = written.rows("rejects")
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for reason, file, row in zip(
        *(rejects[name].to_pylist() for name in ("reason", "file", "row")), strict=True
    ):
        if len(places[reason]) < SAMPLES:
            places[reason].append((file, row))
    wanted = [place for found in places.values() for place in found]
    rows = written.sample("rejects", wanted, ["source", "detail", "bytes"])
    return Arrivals(
        documents=articles.num_rows + duplicates.num_rows,
        languages=languages,
        sites=sites,
        months=months,
        rejects=_counted(rejects, "reason"),
        samples={
            reason: [rows[place] for place in found if place in rows]
            for reason, found in places.items()
        },
    )


def _counted(rows: pa.Table, name: str) -> Counter[Any]:
    if not rows.num_rows:
        return Counter()
    column = rows[name]
    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column, format="%Y-%m")
    return Counter({pair["values"]: pair["counts"] for pair in pc.value_counts(column).to_pylist()})


def arrivals_section(arrivals: Arrivals) -> Html:
    """Sites, languages and months, then the rejects."""
    taken = count(arrivals.documents, "document")
    return section(
        "acquire",
        "Acquire: where the documents came from",
        f"Sites, languages and dates as the documents state them; what is not stated is not "
        f"guessed. {taken} of this run {'is' if arrivals.documents == 1 else 'are'} counted here.",
        el(
            "div",
            _shares("Sites", "Site", _top(arrivals.sites, SITES), arrivals.documents),
            el(
                "div",
                _shares("Languages", "Language", _top(arrivals.languages, 12), arrivals.documents),
                published(arrivals.months),
            ),
            class_="pair",
        )
        if arrivals.documents
        else None,
        el("h3", "Rejected, by reason"),
        items("rejects", _rejects(arrivals), "No document was rejected."),
    )


Share = tuple[str | None, int]


def _top(counted: Counter[str | None], most: int) -> Sequence[Share]:
    """The most frequent, and the sum of the others."""
    pairs = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    if len(pairs) <= most + 1:
        return pairs
    others = pairs[most:]
    return [*pairs[:most], (f"{len(others):,} others", sum(number for _, number in others))]


def _shares(caption: str, heading: str, pairs: Sequence[Share], whole: int) -> Html:
    most = max((number for _, number in pairs), default=1)
    rows: list[list[Child]] = [
        [foreign(name, 60), number, percent(number, whole), bar(number / most)]
        for name, number in pairs
    ]
    return table(
        caption,
        [Column(heading), Column("Documents", "num"), Column("Share", "num"), Column("", "bar")],
        rows,
    )


def _rejects(arrivals: Arrivals) -> list[Html]:
    entries = []
    for reason, number in sorted(arrivals.rejects.items(), key=lambda pair: (-pair[1], pair[0])):
        samples = arrivals.samples.get(reason, [])
        meaning = MEANS[Reason(reason)] if reason in set(Reason) else ""
        entries.append(
            fold(
                [
                    el("span", el("strong", foreign(reason)), class_="name"),
                    el("span", count(number, "document"), class_="figure"),
                    el("span", meaning, class_="quiet more"),
                ],
                table(
                    f"{'Some of them' if len(samples) < number else 'All of them'}",
                    [Column("Source"), Column("Bytes", "num"), Column("Detail")],
                    [
                        [foreign(row["source"], 160), row["bytes"], foreign(row["detail"], 240)]
                        for row in samples
                    ],
                    wide=True,
                ),
                class_="scored",
            )
        )
    return entries
