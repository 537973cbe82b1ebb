"""What a page's head states: JSON-LD, OpenGraph and other meta elements, link, title."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from dedupe.clean.bylines import clean_name, names
from dedupe.clean.dates import parse_date
from dedupe.clean.fallback import fragment_text
from dedupe.clean.fields import Fields
from dedupe.clean.lexicon import words
from dedupe.clean.words import fold, squash

_ARTICLE_TYPES = re.compile(
    r"Article|Posting|Report|Review|Recipe|WebPage|HowTo|Interview", re.IGNORECASE
)
_STRONG_TYPES = re.compile(r"Article|Posting|Report|Review", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]+")
_TRAILING_COMMA = re.compile(r",\s{0,50}([\]}])")
_DEPTH = 8
_MOST_NODES = 3000
_MOST_PEOPLE = 100
_PUBLISHED = words("meta", "published")
_MODIFIED = words("meta", "modified")
_AUTHOR = words("meta", "author")


class Head:
    """The statements of one page's head, most trusted first."""

    def __init__(self, page: LexborHTMLParser) -> None:
        """Read the head of ``page``, which must not be pruned yet."""
        self.meta: dict[str, list[str]] = {}
        for node in page.css("meta"):
            attributes = node.attributes
            name = (
                attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            )
            content = attributes.get("content")
            if name and content and content.strip():
                self.meta.setdefault(name.strip().lower(), []).append(squash(unescape(content)))
        self.nodes = list(_linked_data(page))
        title = page.css_first("title")
        self.title = squash(title.text()) if title is not None else ""
        link = page.css_first('link[rel="canonical"]')
        self.canonical = (link.attributes.get("href") or "").strip() if link is not None else ""
        root = page.css_first("html")
        self.language = (root.attributes.get("lang") or "").strip() if root is not None else ""
        self.article = self._article()

    def _article(self) -> dict[str, Any]:
        """Return the JSON-LD node that describes this page's article; empty if none does."""
        for strong in (_STRONG_TYPES, _ARTICLE_TYPES):
            found = [node for node in self.nodes if strong.search(schema_type(node))]
            dated = [node for node in found if node.get("datePublished") or node.get("headline")]
            if dated:
                # A list of teasers repeats the type; the page's own node says the most.
                return max(dated, key=lambda node: (bool(node.get("articleBody")), len(node)))
            if found and strong is _STRONG_TYPES:
                return found[0]
        return {}

    def first(self, *keys: str) -> str:
        """Return the first meta content among ``keys``."""
        for key in keys:
            if self.meta.get(key):
                return self.meta[key][0]
        return ""

    def state(self, fields: Fields) -> None:
        """Fill ``fields`` with everything but the title, which needs the visible headings too."""
        node = self.article
        fields.state("published_at", parse_date(plain(node.get("datePublished"))), "json-ld")
        fields.state("modified_at", parse_date(plain(node.get("dateModified"))), "json-ld")
        fields.state("authors", _people(node.get("author"), self.nodes), "json-ld")
        for key in _PUBLISHED:
            if fields.published_at:
                break
            fields.state("published_at", parse_date(self.first(key)), "meta")
        for key in _MODIFIED:
            fields.state("modified_at", parse_date(self.first(key)), "meta")
        self._authors(fields)
        publisher = node.get("publisher")
        fields.state("site", self.first("og:site_name"), "meta")
        if isinstance(publisher, dict):
            fields.state("site", squash(str(publisher.get("name") or "")), "json-ld")
        fields.state("site", self.first("application-name"), "meta")
        url = self.canonical if self.canonical.startswith("http") else self.first("og:url")
        if url.startswith("http"):
            fields.state("url", url, "canonical")
        fields.state(
            "summary", self.first("og:description", "description", "twitter:description"), "meta"
        )

    def _authors(self, fields: Fields) -> None:
        for key in _AUTHOR:
            if fields.authors:
                return
            found: list[str] = []
            for value in self.meta.get(key, [])[:_MOST_PEOPLE]:
                if "http" not in value:
                    found += [name for name in names(value) if name not in found]
            site = fold(self.first("og:site_name"))
            found = [name for name in found if fold(name) != site]
            fields.state("authors", found, "meta")


def _linked_data(page: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    for script in page.css('script[type="application/ld+json"]'):
        source = script.text() or ""
        source = source.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        data = _lenient(source)
        if data is not None:
            yield from _flatten(data)


def _lenient(source: str) -> Any:  # noqa: ANN401 - JSON is anything
    for attempt in (0, 1):
        try:
            text = source if attempt == 0 else _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", source))
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - as above
    """Yield the nodes of a JSON-LD document, outer before inner, bounded in depth and number."""
    queue: deque[tuple[Any, int]] = deque([(data, 0)])
    count = 0
    while queue and count < _MOST_NODES:
        item, depth = queue.popleft()
        count += 1
        if depth > _DEPTH:
            continue
        if isinstance(item, dict):
            if "@type" in item or "headline" in item:
                yield item
            queue.extend(
                (value, depth + 1)
                for key, value in item.items()
                if isinstance(value, dict | list)
                and key not in {"publisher", "image", "logo", "comment"}
            )
        elif isinstance(item, list):
            queue.extend((value, depth + 1) for value in item[:200])


def schema_type(node: dict[str, Any]) -> str:
    """Return the schema.org types of a JSON-LD node, parted by spaces."""
    kind = node.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def plain(value: Any) -> str:  # noqa: ANN401 - JSON-LD holds anything
    """Return a JSON-LD value as one line of text; the first of a list, the name of a node."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or ""
    return squash(unescape(str(value or "")))


def _people(value: object, nodes: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for item in value[:_MOST_PEOPLE] if isinstance(value, list) else [value]:
        person = item
        if isinstance(item, dict) and "name" not in item and "@id" in item:
            person = next(
                (node for node in nodes if node.get("@id") == item["@id"] and node.get("name")),
                item,
            )
        if isinstance(person, dict):
            if "Person" not in schema_type(person) and "Organization" in schema_type(person):
                name = plain(person.get("name"))
                people = [n for n in names(name) if n] if name else []
                found += [n for n in people if n not in found]
                continue
            listed = person.get("name")
            for one in listed[:_MOST_PEOPLE] if isinstance(listed, list) else [listed]:
                found += [n for n in names(plain(one)) if n not in found]
        elif isinstance(person, str) and "http" not in person:
            found += [n for n in names(plain(person)) if n not in found]
    return [name for name in found if clean_name(name)]


def body_text(head: Head) -> str:
    """Return the body that JSON-LD states, as text; empty if it states none."""
    value = head.article.get("articleBody")
    return fragment_text(unescape(value)) if isinstance(value, str) else ""
