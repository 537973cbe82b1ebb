"""One document: what cleaning made of it, and its whole story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from dedupe.article import Article
from dedupe.terminal.screen import STAGE_STYLES, rows_table, screen, section


def show_cleaning(source: str, article: Article) -> None:
    """The document as it came, with what was cut struck through and its rule beside it."""
    console = screen()
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
    located = [cut for cut in article.removals if cut.start >= 0]
    for cut in sorted(located, key=lambda cut: (cut.start, cut.end)):
        start = max(cut.start, at)
        shown_text.append(source[at:start])
        if cut.end > start:
            style = f"strike {STAGE_STYLES.get(cut.stage, 'red')}"
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
    console = screen()
    document = story["document"]
    console.print(Text(f"{document.get('title') or '(no title)'}", style="bold"))
    console.print(Text(f"{story['id']}  {story['outcome']}"))
    section(console, "Where it came from")
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
    section(console, f"What was cut ({len(story['removals'])} passages)")
    for cut in story["removals"]:
        text = " ".join(cut["text"].split())
        console.print(
            Text.assemble(
                (f"  {cut['stage']}: {cut['rule']}", STAGE_STYLES.get(cut["stage"], "red")),
                (f"  [{cut['start']}:{cut['end']}]  " if cut["start"] >= 0 else "  ", "dim"),
                text if len(text) <= 100 else f"{text[:100]}...",  # noqa: PLR2004 - a line
            )
        )
    section(console, f"Whom it was compared with ({len(story['compared'])})")
    rows_table(
        console, story["compared"], ("relation", "jaccard", "containment", "reason", "id", "title")
    )
    section(console, "Where it stands, and why")
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
    rows_table(
        console, cluster["members"], ("relation", "jaccard", "containment", "id", "site", "title")
    )
    if story["versions"]:
        section(console, "Earlier versions")
        rows_table(
            console, story["versions"], ("version", "jaccard", "containment", "id", "source")
        )
    if story["run"]:
        section(console, f"Run {story['run']['run_id']}, snapshot {story['run']['snapshot']}")
        chosen = story["run"]["settings"]
        figures = ("threshold", "containment", "shingle", "permutations", "policy")
        console.print(Text("  " + ", ".join(f"{name} {chosen[name]}" for name in figures)))
