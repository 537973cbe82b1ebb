"""Invented articles as HTML pages of their sites, with what a scorer wants to know of each.

python -m benchmarks generate --pages 1500 --out FOLDER
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.invented.corpus import planted, write_truth
from benchmarks.invented.furniture import Furniture, Page, escaped, furniture
from benchmarks.invented.stories import Story, host

RELATED = 8


def page_of(article: Story, related: list[str]) -> Page:
    """The page on which its site shows ``article``, beside headlines of other articles."""
    site = furniture(article.site, host(article.site))
    title, author = escaped(article.title), escaped(article.author)
    paragraphs = article.text.split("\n\n")
    # In mid-article a line that leads elsewhere, as sites have it.
    lure = f"Also read: {related[0]}" if related else ""
    body = [f"<p>{escaped(each)}</p>" for each in paragraphs]
    if lure:
        body.insert(len(body) // 2, f'<p class="inline-link"><a href="/r">{escaped(lure)}</a></p>')
    links = "".join(
        f'<li><a href="/r{at}">{escaped(each)}</a></li>' for at, each in enumerate(related)
    )
    byline = (
        f'<p class="byline">By {author} <time datetime="{article.published_at}">'
        f"{article.published_at[:10]}</time></p>"
        if site.states == "visible"
        else ""
    )
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title} | {site.host}'
        f"</title>{_stated(site, article, title, author)}{site.head}</head>\n<body>{site.before}"
        f'<main><article><h1>{title}</h1>{byline}<div class="{site.body_class}">\n'
        + "\n".join(body)
        + f'\n</div></article><section class="more"><h2>More news</h2><ul>{links}</ul></section>'
        f"</main>{site.after}</body></html>\n"
    )
    return Page(html, [*site.noise, *([lure] if lure else []), *related])


def _stated(site: Furniture, article: Story, title: str, author: str) -> str:
    """The head of the page: what machines are told."""
    common = (
        f'<meta property="og:title" content="{title}"><link rel="canonical" href="{article.url}">'
    )
    if site.states == "json-ld":
        stated = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": article.published_at,
            "author": {"@type": "Person", "name": article.author},
        }
        return f'{common}<script type="application/ld+json">{json.dumps(stated)}</script>'
    if site.states == "meta":
        return (
            f'{common}<meta name="author" content="{author}">'
            f'<meta property="article:published_time" content="{article.published_at}">'
        )
    return common


def pages(count: int, seed: int = 1, share: float = 0.2) -> Iterator[dict[str, Any]]:
    """Rows of ``count`` pages: what is fed in, the labels, and the truth of the planted copies."""
    made, block = 0, 1_000_000
    while made < count:
        articles = list(planted(block, seed, share))
        titles = [each.article.title for each in articles]
        random = Random(f"pages {seed} {block}")
        for article, story, kind in articles[: count - made]:
            page = page_of(article, random.sample(titles, RELATED))
            yield {
                "id": str(article.number),
                "url": article.url,
                "html": page.html,
                "title": article.title,
                "authors": [article.author],
                "date": article.published_at[:10],
                "lang": "en",
                "gold": article.text,
                "noise": page.noise,
                "story": story,
                "kind": kind,
            }
            made += 1
        block += 1


def write_pages(folder: Path, count: int, seed: int = 1, share: float = 0.2) -> Path:
    """Write ``folder/pages.parquet`` with its labels and ``folder/truth.parquet``, once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if (folder / "truth.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(pages(count, seed, share))
    pq.write_table(pa.Table.from_pylist(rows), folder / "pages.parquet")
    write_truth(folder / "truth.parquet", [(row["url"], row["story"], row["kind"]) for row in rows])
    return folder
