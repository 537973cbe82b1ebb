"""The title of a page: the head's statements and the visible headings vote.

No single source is right often enough: OpenGraph titles are written for networks, headlines in
JSON-LD for search engines, headings carry kickers. On pages with a known title the first level
heading alone is right in 69-88 %, OpenGraph in 70-81 %, JSON-LD in 29-73 %, the vote in
87-100 %.
"""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role
from dedupe.clean.fields import Fields
from dedupe.clean.metadata import Head, plain, schema_type
from dedupe.clean.walk import Walk
from dedupe.clean.words import fold

# Titles come squashed: no two spaces in a row.
_SEPARATOR = re.compile(r"\s[|\-–—·•:»›/~]+\s|\s?[|｜]\s?")
_EDGE = " |-–—·•:»›/~｜"
_SHORT = 2
_KICKED = 0.4
_OPEN_GRAPH, _HEADLINE, _HEADING, _OTHER_HEADING, _TITLE = 2.0, 1.0, 2.0, 1.0, 0.5
_MOST_SITE_WORDS = 4


def page_title(head: Head, walk: Walk, fields: Fields) -> tuple[str | None, str, Block | None]:
    """Return the title, where it was read, and the visible heading that says it, if one does."""
    headings = [
        block
        for block in walk.blocks
        if block.role is Role.HEADING and walk.boxes[block.zone].tag == "h1"
    ]
    site = fields.site or ""
    shared = strip_site(head.first("og:title", "dc.title"), site)
    headline = strip_site(plain(head.article.get("headline")), site)
    uncut = [block for block in headings if block.cut is None]
    live = next((b for b in uncut if b.words > _SHORT or _says(b.text, shared)), None)
    if live is not None and _says(live.text, shared):
        shared = live.text
    votes: dict[str, float] = {}
    texts: dict[str, tuple[str, str]] = {}
    for text, source, weight in (
        (live.text if live else "", "h1", _HEADING),
        (shared, "meta", _OPEN_GRAPH),
        (headline, "json-ld", _HEADLINE),
    ):
        key = fold(text)
        if key:
            votes[key] = votes.get(key, 0.0) + weight + (0.01 if source == "meta" else 0.0)
            texts.setdefault(key, (text, source))
    # A heading that nobody sees is there for search engines.
    seen = [b for b in headings if b.cut is None or b.cut.rule != "hidden"]
    for key in {block.folded for block in seen}:
        if key in votes:
            votes[key] += _OTHER_HEADING
    written = fold(strip_site(head.title, site))
    if written in votes:
        votes[written] += _TITLE
    news = "News" in schema_type(head.article)
    if live is not None and not news and written == fold(shared) == fold(headline) != live.folded:
        # One text thrice is one statement, which a plug-in makes for search engines.
        votes[live.folded] += _HEADLINE + 2 * _TITLE
    _count_kickers(votes, live)
    if votes:
        key = max(votes, key=lambda k: (votes[k], k))
        text, source = texts[key]
        return text, source, _visible(walk, key) or live
    if head.title:
        text = strip_site(head.title, site)
        return text, "title", _visible(walk, fold(text))
    first = headings[0] if headings else None
    return (first.text, "h1", first) if first is not None else (None, "", None)


def _count_kickers(votes: dict[str, float], live: Block | None) -> None:
    """Where the heading is a kicker and a stated title, it votes for that title, too."""
    if live is not None and live.folded in votes:
        for key in list(votes):
            if live.folded.endswith(" " + key) and len(key) > _KICKED * len(live.folded):
                votes[key] += votes[live.folded]


def _says(heading: str, stated: str) -> bool:
    """Whether a stated title is this heading and, after a separator, a name of the site."""
    rest = stated[len(heading) :]
    return bool(heading) and stated.startswith(heading) and bool(_SEPARATOR.match(rest))


def _visible(walk: Walk, key: str) -> Block | None:
    """Return the heading that says the title, one of the first level before others."""
    found: Block | None = None
    for block in walk.blocks:
        if block.role is Role.HEADING and len(block.text) < 4 * len(key) + 20:
            same = block.folded == key or block.folded.endswith(" " + key)
            if same and walk.boxes[block.zone].tag == "h1":
                return block
            if same and found is None:
                found = block
    return found


def strip_site(title: str, site: str) -> str:
    """Return ``title`` without the site's name at its end or its beginning."""
    parts = [part for part in _SEPARATOR.split(title) if part]
    if len(parts) < _SHORT:
        return title
    key = fold(site)
    last, first = fold(parts[-1]), fold(parts[0])
    if key and (last == key or key in last or last in key):
        return title[: title.rfind(parts[-1])].rstrip(_EDGE)
    if key and first == key:
        return title[title.find(parts[0]) + len(parts[0]) :].lstrip(_EDGE)
    if len(parts[-1].split()) <= _MOST_SITE_WORDS and ("|" in title or "｜" in title):
        return title[: title.rfind(parts[-1])].rstrip(_EDGE)
    return title
