"""The title of a page: the head's statements and the visible headings, checked against each other."""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role
from dedupe.clean.fields import Fields
from dedupe.clean.metadata import Head, _plain
from dedupe.clean.walk import Walk
from dedupe.clean.words import fold

_SEPARATOR = re.compile(r"\s+[|\-–—·•:»›/~]+\s+|\s*[|｜]\s*")
_LEAST = 3


def page_title(head: Head, walk: Walk, fields: Fields) -> tuple[str | None, str, Block | None]:
    """Return the title without the site's name, where it was read, and the heading that says it."""
    headings = [
        block
        for block in walk.blocks
        if block.role is Role.HEADING and walk.boxes[block.zone].tag in {"h1", "h2"}
    ]
    stated = _plain(head.article.get("headline"))
    shared = head.first("og:title", "twitter:title", "dc.title")
    site = fields.site or ""
    named = [(stated, "json-ld"), (shared, "meta"), (head.title, "title")]
    keys = {fold(other) for other, _ in named if other}
    keys |= {fold(strip_site(other, site)) for other, _ in named if other}
    for block in headings:
        if len(block.folded) >= _LEAST and block.folded in keys:
            return block.text, "h1", block
    first = next((b for b in headings if walk.boxes[b.zone].tag == "h1" and b.words > 2), None)
    for text, source in named[:2]:
        if text:
            return strip_site(text, site), source, None
    if first is not None:
        return first.text, "h1", first
    if head.title:
        return strip_site(head.title, site), "title", None
    return None, "", None


def strip_site(title: str, site: str) -> str:
    """Return ``title`` without the site's name at its end or its beginning."""
    parts = [part for part in _SEPARATOR.split(title) if part]
    if len(parts) < 2:
        return title
    key = fold(site)
    last, first = fold(parts[-1]), fold(parts[0])
    if key and (last == key or key in last or last in key):
        cut = title.rfind(parts[-1])
        return title[:cut].rstrip(" |-–—·•:»›/~｜")
    if key and first == key:
        return title[title.find(parts[0]) + len(parts[0]) :].lstrip(" |-–—·•:»›/~｜")
    if len(parts[-1].split()) <= 4 and ("|" in title or "｜" in title):
        cut = title.rfind(parts[-1])
        return title[:cut].rstrip(" |-–—·•:»›/~｜")
    return title
