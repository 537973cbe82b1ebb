"""The head of the page: what happened, in one sentence whose figures add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedupe.report.page.markup import Child, Html, el
from dedupe.report.page.parts import Column, bar, count, percent, rate, seconds, section, table
from dedupe.report.page.runs import RunFacts


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a document can end."""

    label: str
    number: int
    colour: str
    meaning: str


def outcomes(run: RunFacts) -> list[Outcome]:
    """Where the run's documents ended; the numbers sum up to ``run.documents``."""
    return [
        Outcome("new articles", run.articles, "c-article", "Texts not seen before; each is kept."),
        Outcome(
            "new versions",
            run.revisions,
            "c-revision",
            "Known articles whose text has changed; the earlier text is kept too.",
        ),
        Outcome(
            "duplicates",
            run.duplicates,
            "c-duplicate",
            "Copies of an article, filed under the best of them; none is lost.",
        ),
        Outcome(
            "rejected",
            run.rejects,
            "c-reject",
            "Could not be read, or are no articles; each with its reason.",
        ),
        Outcome("seen before", run.unchanged, "c-unchanged", "Taken in earlier, and the same."),
    ]


def glance(run: RunFacts) -> str:
    """The run in one sentence, for someone who has never seen this page."""
    if not run.documents:
        return "No documents came in."
    said = [words for words, _ in _said(run)]
    return f"{count(run.documents, 'document')} came in: {', '.join(said)}."


def _said(run: RunFacts) -> list[tuple[str, Outcome]]:
    """The outcomes in words; new versions are rare, and only spoken of where there are any."""
    article, revision, duplicate, reject, unchanged = outcomes(run)
    said = [(count(run.articles, "new article"), article)]
    if run.revisions:
        said.append((f"{count(run.revisions, 'new version')} of known articles", revision))
    return [
        *said,
        (count(run.duplicates, "duplicate"), duplicate),
        (f"{run.rejects:,} rejected", reject),
        (f"{run.unchanged:,} seen before", unchanged),
    ]


def _headline(run: RunFacts) -> Html:
    """The sentence, each figure with the colour that its outcome has below; zeros recede."""
    if not run.documents:
        return el("h1", glance(run))
    parts: list[Child] = []
    for words, outcome in _said(run):
        tone = f"said {outcome.colour.replace('c-', 's-')}" if outcome.number else "said zero"
        parts += [", " if parts else None, el("span", words, class_=tone)]
    came = el("span", f"{count(run.documents, 'document')} came in:", class_="said")
    return el("h1", came, " ", parts, ".")


def header(run: RunFacts, removals: int) -> Html:
    """The first screen."""
    when = run.started_at
    facts = [f"It took {seconds(run.seconds)}"]
    if run.documents and run.seconds > 0:
        facts[0] += f", {rate(run.documents, run.seconds)} documents a second"
    if removals:
        facts.append(
            f"{count(removals, 'passage')} such as cookie notices and menus "
            f"{'was' if removals == 1 else 'were'} cut"
        )
    if run.candidates:
        pairs = count(run.candidates, "pair")
        facts.append(f"{pairs} of texts {'was' if run.candidates == 1 else 'were'} compared")
    if run.promotions:
        facts.append(f"{count(run.promotions, 'article')} gave way to a better copy")
    return el(
        "header",
        _headline(run),
        _proportions(run),
        el("p", ". ".join(facts), ".", class_="lead"),
        el(
            "p",
            f"Run {run.run_id} · snapshot {run.snapshot} · ",
            el("time", f"{when:%-d %B %Y, %H:%M} UTC", datetime=when.isoformat()),
            class_="quiet",
        ),
    )


def _proportions(run: RunFacts) -> Html | None:
    """The outcomes as one bar; the figures stand in the sentence and in the table."""
    if not run.documents:
        return None
    shapes, at = [], 0.0
    for outcome in outcomes(run):
        width = 100 * outcome.number / run.documents
        if width:
            shapes.append(
                el("rect", x=f"{at:.3f}%", width=f"{width:.3f}%", height=14, class_=outcome.colour)
            )
        at += width
    return el("svg", *shapes, class_="proportions", width="100%", height=14, aria_hidden="true")


def outcome_section(run: RunFacts, rejected_in_clean: int) -> Html:
    """Counts by outcome and by stage, both with the sum that must come out."""
    ends = outcomes(run)
    return section(
        "outcome",
        "What became of the documents",
        "Every document ends in exactly one of these, so the figures add up.",
        _sum(run, ends),
        _stages(run, rejected_in_clean),
    )


def _sum(run: RunFacts, ends: Sequence[Outcome]) -> Html:
    addends = " + ".join(f"{end.number:,}" for end in ends)
    return table(
        "Documents by outcome",
        [Column("Outcome"), Column("Documents", "num"), Column("Share", "num"), Column("", "bar")],
        [
            [
                [
                    el("span", class_=f"key {end.colour}", aria_hidden="true"),
                    end.label,
                    el("span", end.meaning, class_="quiet under"),
                ],
                end.number,
                percent(end.number, run.documents),
                bar(end.number / run.documents if run.documents else 0, end.colour),
            ]
            for end in ends
        ],
        [
            ["All", el("span", f"{addends} = {run.documents:,}", class_="quiet under")],
            run.documents,
            "",
            "",
        ],
    )


def _stages(run: RunFacts, rejected_in_clean: int) -> Html:
    in_clean = min(rejected_in_clean, run.rejects)
    at_acquire = run.unchanged + run.rejects - in_clean
    kept = run.articles + run.revisions
    rows: list[tuple[str, str, int]] = [
        (
            "acquire",
            f"{run.unchanged:,} seen before, {run.rejects - in_clean:,} rejected on reading",
            at_acquire,
        ),
        ("clean", f"{in_clean:,} rejected after cleaning", in_clean),
        ("detect", "compares, decides nothing yet", 0),
        ("elect", f"{run.duplicates:,} filed as duplicates", run.duplicates),
        ("publish", f"{kept:,} kept as articles", kept),
    ]
    measured = dict(run.stage_seconds)
    measured.setdefault("publish", max(0.0, run.seconds - sum(measured.values())))
    body: list[list[Child]] = []
    left = run.documents
    for name, said, ended in rows:
        took = measured.get(name, 0.0)
        body.append(
            [name, left, ended, seconds(took), rate(left, took), el("span", said, class_="quiet")]
        )
        left -= ended
    return table(
        "The five stages, in the order in which they run",
        [
            Column("Stage"),
            Column("Took in", "num"),
            Column("End here", "num"),
            Column("Time", "num"),
            Column("Per second", "num"),
            Column("How"),
        ],
        body,
        [
            "All",
            run.documents,
            sum(ended for *_, ended in rows),
            seconds(run.seconds),
            rate(run.documents, run.seconds),
            "",
        ],
        wide=True,
    )
