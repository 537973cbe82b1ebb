"""What the command line shows on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from dedupe.article import Article
from dedupe.pipeline import OUTCOMES, Result
from dedupe.pipeline.check import Report
from dedupe.pipeline.run import Progress as Callback

STAGES = ("acquire", "clean", "detect", "elect", "publish")

_STYLES = {
    "consent": "yellow",
    "prompt": "magenta",
    "repeat": "cyan",
    "template": "blue",
    "related": "magenta",
    "field": "green",
}
_SAYS = {
    "articles": "new canonical articles",
    "revisions": "new versions of known articles",
    "duplicates": "filed under a canonical article",
    "rejects": "rejected, with the reason",
    "unchanged": "ingested before, nothing to do",
}


@contextlib.contextmanager
def progress_bars(*, enabled: bool) -> Iterator[Callback]:
    """A callback that draws one bar a stage on standard error, where that is a terminal."""
    console = Console(stderr=True)
    if not enabled or not console.is_terminal:
        yield lambda _stage, _done, _total: None
        return
    with Progress(
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def show_result(result: Result) -> None:
    """A short table of what happened, and where the Parquet lies."""
    console = Console()
    documents = result.counts["documents"]
    table = Table(title=f"{documents} documents in {result.seconds:.2f} s", title_justify="left")
    table.add_column("outcome")
    table.add_column("documents", justify="right")
    table.add_column("", style="dim")
    for name in OUTCOMES:
        table.add_row(name, str(result.counts[name]), _SAYS[name])
    table.add_section()
    table.add_row("all", str(documents), "the sum of the above")
    console.print(table)
    removals, promotions = result.counts["removals"], result.counts["promotions"]
    console.print(f"{removals} passages cut, {result.counts['candidates']} pairs compared", end="")
    console.print(f", {promotions} canonicals replaced by a better copy" if promotions else "")
    if result.dry_run:
        console.print("dry run: nothing was written")
    else:
        console.print(
            f"snapshot {result.snapshot}, Parquet in {escape(result.data_dir)}/current/articles"
        )


def show_cleaning(source: str, article: Article) -> None:
    """The document as it came, with what was cut struck through and its rule beside it."""
    console = Console()
    for name in ("title", "authors", "published_at", "site", "language", "summary"):
        value = getattr(article, name)
        shown = ", ".join(value) if isinstance(value, list) else value
        where = article.provenance.get(name)
        console.print(
            Text.assemble(
                (f"{name:13}", "bold"),
                str(shown) if shown else "-",
                (f"  ({where})" if where else "", "dim"),
            )
        )
    console.print()
    shown_text, at = Text(), 0
    for cut in sorted(article.removals, key=lambda cut: (cut.start, cut.end)):
        start = max(cut.start, at)
        shown_text.append(source[at:start])
        if cut.end > start:
            style = f"strike {_STYLES.get(cut.stage, 'red')}"
            shown_text.append(source[start : cut.end], style=style)
            shown_text.append(f" [{cut.stage}: {cut.rule}]", style="dim")
        at = max(at, cut.end)
    shown_text.append(source[at:])
    if source.lstrip()[:1] == "<":  # of a page, the source is mostly markup: show what is kept
        shown_text = Text(article.text)
        for cut in article.removals:
            shown_text.append("\n\n" + " ".join(cut.text.split()), style="strike red")
            shown_text.append(f" [{cut.stage}: {cut.rule}]", style="dim")
    console.print(shown_text)
    console.print()
    console.print(f"{len(article.removals)} passages cut; quality: {article.quality.value}")


def article_as_dict(article: Article) -> dict[str, Any]:
    """An article with JSON-ready values."""
    published, modified = article.published_at, article.modified_at
    return {
        "title": article.title,
        "authors": article.authors,
        "published_at": published and published.isoformat(),
        "modified_at": modified and modified.isoformat(),
        "url": article.url,
        "site": article.site,
        "language": article.language,
        "summary": article.summary,
        "text": article.text,
        "quality": article.quality.value,
        "provenance": dict(article.provenance),
        "removals": [
            {
                "rule": cut.rule,
                "stage": cut.stage,
                "start": cut.start,
                "end": cut.end,
                "text": cut.text,
            }
            for cut in article.removals
        ],
    }


def show_story(story: Mapping[str, Any]) -> None:
    """A document's story, in the order in which it happened."""
    console = Console()
    document = story["document"]
    console.print(Text(f"{document.get('title') or '(no title)'}", style="bold"))
    console.print(Text(f"{story['id']}  {story['outcome']}"))
    _section(console, "Where it came from")
    for name in (
        "source",
        "url",
        "site",
        "media_type",
        "first_seen_at",
        "published_stated",
        "version",
    ):
        if document.get(name):
            console.print(Text(f"  {name:17}{document[name]}"))
    if story["outcome"] == "rejected":
        console.print(
            Text(f"  rejected as {document['reason']}: {document['detail']}", style="red")
        )
        return
    _section(console, f"What was cut ({len(story['removals'])} passages)")
    for cut in story["removals"]:
        text = " ".join(cut["text"].split())
        console.print(
            Text.assemble(
                (f"  {cut['stage']}: {cut['rule']}", _STYLES.get(cut["stage"], "red")),
                (f"  [{cut['start']}:{cut['end']}]  ", "dim"),
                text if len(text) <= 100 else f"{text[:100]}...",  # noqa: PLR2004 - a line
            )
        )
    _section(console, f"Whom it was compared with ({len(story['compared'])})")
    _table(
        console, story["compared"], ("relation", "jaccard", "containment", "reason", "id", "title")
    )
    _section(console, "Where it stands, and why")
    if story["outcome"] == "duplicate":
        console.print(
            Text(
                f"  {document['relation']} of {document['canonical_id']} "
                f"({story['canonical']['title'] or 'no title'}): "
                f"jaccard {document['jaccard']:.3f}, containment {document['containment']:.3f}\n"
                f"  the other is canonical because of {document['policy_reason']}"
            )
        )
    else:
        console.print(Text(f"  canonical: {document['policy_reason']}"))
    cluster = story["cluster"]
    console.print(
        Text(
            f"  cluster {cluster['cluster_id']}: "
            f"{cluster['members_in_all']} filed under the canonical"
        )
    )
    _table(
        console, cluster["members"], ("relation", "jaccard", "containment", "id", "site", "title")
    )
    if story["versions"]:
        _section(console, "Earlier versions")
        _table(console, story["versions"], ("version", "jaccard", "containment", "id", "source"))
    if story["run"]:
        _section(console, f"Run {story['run']['run_id']}, snapshot {story['run']['snapshot']}")
        chosen = story["run"]["settings"]
        figures = ("threshold", "containment", "shingle", "permutations", "policy")
        console.print(Text("  " + ", ".join(f"{name} {chosen[name]}" for name in figures)))


def show_check(report: Report) -> None:
    """What ``check`` found, worst first."""
    console = Console()
    for problem in report.problems:
        console.print(Text(f"problem: {problem}", style="red"))
    for note in report.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    counts = ", ".join(f"{rows} {table}" for table, rows in report.counts.items())
    verdict = f"{len(report.problems)} problems" if report.problems else "clean"
    console.print(Text(f"snapshot {report.snapshot}: {verdict} ({counts})"))


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold"))


def _table(console: Console, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    if not rows:
        return
    table = Table(box=None, padding=(0, 2, 0, 2))
    for name in names:
        table.add_column(name, justify="right" if name in {"jaccard", "containment"} else "left")
    for row in rows:
        cells = [
            f"{row[name]:.3f}" if isinstance(row[name], float) else str(row[name] or "-")
            for name in names
        ]
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
