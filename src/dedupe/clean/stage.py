"""The clean stage: one document in, one article out. Text is refused for its size alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dedupe.article import Article, Document, Quality, Removal
from dedupe.clean.blocks import Block, Stage
from dedupe.clean.bounds import MOST_ELEMENTS, refuse_if_endless
from dedupe.clean.dates import parse_date
from dedupe.clean.fields import Fields, drop_brand, from_stated
from dedupe.clean.page import read_page
from dedupe.clean.plain import read_plain
from dedupe.clean.quality import judge_quality
from dedupe.decoding import decode
from dedupe.media_types import looks_like_html

_DAY_IN_PATH = re.compile(r"^https?://[^/?#]{1,255}(?:/[^/?#]{1,60}){0,3}/(\d{4})/(\d{2})/(\d{2})/")


# What ``urlsplit`` need not be asked for.
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]{1,255})(?:/|$)")


def clean(raw: bytes | str, url: str | None = None, media_type: str | None = None) -> Article:
    """Return the article that ``raw`` holds, HTML or plain text.

    Args:
        raw: the document; bytes are decoded by ``dedupe.decoding``.
        url: where it came from, if known.
        media_type: ``text/html`` or ``text/plain``; recognised by content if not given.

    Raises:
        InputError: bytes that are no text, or that no encoding explains; more tags or lines than
            the default of ``Settings.max_elements``. Any other text is cleaned.
    """
    text = decode(raw, None, media_type)[0] if isinstance(raw, bytes) else raw
    return _clean(text, url, media_type, {})


def clean_document(document: Document, max_elements: int = MOST_ELEMENTS) -> Article:
    """Return the article of a document; what was stated beside its text wins over what is found.

    Raises:
        InputError: more tags or lines than ``max_elements``.
    """
    return _clean(document.text, document.url, document.media_type, document.stated, max_elements)


def _clean(
    text: str,
    url: str | None,
    media_type: str | None,
    stated: Mapping[str, Any],
    max_elements: int = MOST_ELEMENTS,
) -> Article:
    fields = from_stated(stated)
    if url:
        fields.state("url", url, "given")
    html = media_type in {"text/html", "application/xhtml+xml"} or (
        media_type != "text/plain" and any(_looks_like_html(text[:size]) for size in _PREFIXES)
    )
    refuse_if_endless(text, html=html, most=max_elements)
    if html:
        blocks, quality = read_page(text, fields)
    else:
        blocks = read_plain(text, fields)
        quality = judge_quality(blocks, "", None)
    fields.state("site", _host(fields.url), "url")
    fields.state("published_at", _dated(fields.url), "url")
    drop_brand(fields)
    return _article(text, blocks, fields, quality, exact=not html)


# A page says so at its very beginning, as a rule; what a short prefix shows, a long one shows too.
_PREFIXES = (2048, 65_536)


def _looks_like_html(prefix: str) -> bool:
    return looks_like_html(prefix.encode("utf-8", "replace"))


def _host(url: str | None) -> str | None:
    """Return the host of the document's address: the site, where it does not give itself a name."""
    try:
        plain = _PLAIN_HOST.match(url) if url else None
        return plain[1] if plain else urlsplit(url).hostname if url else None
    except ValueError:  # an address that only looks like one
        return None


def _dated(url: str | None) -> dt.date | None:
    """Return the day that the document's address gives as a path: /2025/04/01/."""
    found = _DAY_IN_PATH.search(url or "")
    day = parse_date("-".join(found.groups())) if found else None
    return day if isinstance(day, dt.date) else None


def _article(
    text: str, blocks: list[Block], fields: Fields, quality: Quality, *, exact: bool
) -> Article:
    body = "\n\n".join(block.text for block in blocks if block.cut is None)
    return Article(
        text=body,
        title=fields.title,
        authors=fields.authors,
        published_at=fields.published_at,
        modified_at=fields.modified_at,
        url=fields.url,
        site=fields.site,
        language=fields.language,
        summary=fields.summary,
        removals=_removals(text, blocks, exact=exact),
        quality=quality,
        provenance=fields.provenance,
    )


def _removals(text: str, blocks: list[Block], *, exact: bool) -> list[Removal]:
    """Cut blocks as passages of the source; neighbours cut by one rule are one passage.

    In plain text a passage is the source between its offsets, to the letter; in HTML it is what a
    reader would see there, and one that the markup hides from the search has the offsets -1.
    """
    groups: list[list[Block]] = []
    before: Block | None = None
    for block in blocks:
        if block.cut is not None:
            joins = (
                before is not None
                and 0 <= before.start < before.end <= block.start
                and before.cut == block.cut
                and block.cut.stage is not Stage.FIELD
                and bool(groups)
                and groups[-1][-1] is before
            )
            if joins:
                groups[-1].append(block)
            else:
                groups.append([block])
        before = block
    return [
        Removal(
            rule=group[0].cut.rule if group[0].cut else "",
            stage=group[0].cut.stage.value if group[0].cut else "",
            start=group[0].start,
            end=group[-1].end if group[0].start >= 0 else -1,
            text=text[group[0].start : group[-1].end]
            if exact
            else "\n".join(block.text for block in group),
        )
        for group in groups
    ]
