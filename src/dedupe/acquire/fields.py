"""The names under which rows have their fields, and which of them a row's keys stand for.

Names are compared without case, spaces and marks: ``publishDate`` is ``publish_date``. Each list is
in the order of trust, and the first that says something counts. The names are those of news-please,
Fundus, Media Cloud, trafilatura, newspaper, datatrove, NeMo Curator, of Common Crawl news and other
sets on Hugging Face, of news APIs and schema.org.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dedupe.settings import FIELDS

Path = tuple[str, ...]
"""The keys that lead to a value, from the outermost on."""

NAMES: Mapping[str, tuple[str, ...]] = {
    # Markup first: it holds all that a text taken from it has, and more.
    "html": (
        *("html", "raw_html", "html_content", "content_html", "html_body", "body_html"),
        *("page_html", "html_source", "content:encoded"),
    ),
    "text": (
        *("text", "plain_text", "main_text", "maintext", "article_body", "article_text"),
        *("full_text", "body_text", "text_content", "clean_text", "cleaned_text", "content"),
        *("body", "story", "article", "document", "raw_text", "raw_content"),
    ),
    "url": (
        *("url", "link", "article_url", "news_url", "page_url", "web_url", "canonical_url"),
        *("permalink", "href", "responded_url", "requested_url", "target_uri"),
        *("warc_target_uri", "original_url", "source_url", "guid", "uri", "source", "id"),
    ),
    "title": (
        *("title", "headline", "article_title", "news_title", "web_title", "page_title"),
        *("title_page", "title_rss", "heading"),
    ),
    "authors": ("authors", "author", "byline", "bylines", "creator", "dc:creator", "author_name"),
    "published_at": (
        *("published_at", "date", "publish_date", "date_publish", "publishing_date"),
        *("published_date", "date_published", "pub_date", "publication_date", "published"),
        *("published_time", "publish_time", "article:published_time", "web_publication_date"),
        *("date_time_pub", "publication_time", "published_on"),
    ),
    "modified_at": (
        *("modified_at", "date_modified", "date_modify", "modified_date", "updated_at"),
        *("updated_date", "date_updated", "last_modified", "article:modified_time"),
        *("updated", "modified"),
    ),
    "site": (
        *("site", "site_name", "domain", "source_domain", "hostname", "source_hostname"),
        *("media_name", "publication", "publisher", "outlet", "newspaper", "source"),
    ),
    "language": ("language", "lang", "in_language", "language_code", "meta_lang"),
    "summary": (
        *("summary", "description", "excerpt", "abstract", "standfirst", "meta_description"),
        "teaser",
    ),
}
"""For each of our fields the names that rows give it."""

WRAPPERS = ("metadata", "meta", "_source", "article", "fields")
"""Keys under which exports put the fields one level down; a field on top goes first."""

# Beside these, "date" is the day of the crawl: so it is in the sets made with datatrove.
_CRAWLED = ("dump", "file_path", "warc_filename", "warc_id", "warc_date", "warc_record_id")
_MARKS = re.compile(r"[\s_:.-]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the rows with the same keys have each field: paths in falling order of trust."""

    html: tuple[Path, ...]
    text: tuple[Path, ...]
    url: tuple[Path, ...]
    authors: tuple[Path, ...]
    lines: tuple[tuple[str, tuple[Path, ...]], ...]
    dates: tuple[tuple[str, tuple[Path, ...]], ...]


def plan_of(row: Mapping[str, Any], fields: tuple[str, ...]) -> Plan:
    """Return the plan for the keys of ``row``, with the names that ``Settings.fields`` gives."""
    inner = tuple(
        [(key, tuple(row[key])) for key in WRAPPERS if key in row and isinstance(row[key], dict)]
    )
    return _plan(tuple(row), inner, fields)


def bodies_asked(fields: tuple[str, ...]) -> str:
    """Say under which names a text is looked for."""
    asked = [entry for entry in fields if entry.partition("=")[0] in {"text", "html"}]
    named = [entry.partition("=")[2] for entry in asked]
    return " nor ".join(named) if named else "text nor html, nor a name that stands for them"


@lru_cache(maxsize=1024)
def _plan(keys: Path, inner: tuple[tuple[str, Path], ...], fields: tuple[str, ...]) -> Plan:
    there: dict[str, Path] = {}
    for path in [*((key,) for key in keys), *((key, sub) for key, subs in inner for sub in subs)]:
        there.setdefault(_bare(path[-1]), path)
        there.setdefault(_bare(".".join(path)), path)
    names: dict[str, list[str]] = {name: list(NAMES[name]) for name in FIELDS}
    given: dict[str, list[str]] = {}
    for entry in fields:
        field, _, name = entry.partition("=")
        given.setdefault(field.strip(), []).append(name.strip())
    if "text" in given or "html" in given:
        names |= {"text": [], "html": []}  # who names one of them does not want the other guessed
    if any(_bare(name) in there for name in _CRAWLED):
        names["published_at"].remove("date")
    names |= given
    found = {
        field: tuple(
            there.get(_bare(name)) or tuple(name.split("."))
            for name in listed
            if _bare(name) in there or "." in name
        )
        for field, listed in names.items()
    }
    return Plan(
        html=found["html"],
        text=found["text"],
        url=found["url"],
        authors=found["authors"],
        lines=tuple(
            (field, found[field])
            for field in ("title", "site", "language", "summary")
            if found[field]
        ),
        dates=tuple(
            (field, found[field]) for field in ("published_at", "modified_at") if found[field]
        ),
    )


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return _MARKS.sub("", name).casefold()
