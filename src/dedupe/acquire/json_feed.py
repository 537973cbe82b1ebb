"""JSON Feed 1.0 and 1.1: the same records as of RSS and Atom."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from dedupe.acquire.dates import read_date
from dedupe.acquire.feed import Entry, Feed
from dedupe.decoding import decode
from dedupe.errors import InputError

VERSION = "jsonfeed.org/version/"


def parse_json_feed(raw: bytes, *, charset: str | None = None, url: str | None = None) -> Feed:
    """Return the feed that ``raw`` is.

    Args:
        raw: the whole document.
        charset: what the transport declared, if anything.
        url: the address of the feed, against which relative links are resolved.

    Raises:
        InputError: this is no JSON Feed; the message begins with ``binary``, ``encoding`` or
            ``malformed``, and a colon.
    """
    try:
        found = json.loads(decode(raw, charset, "application/json")[0])
    except RecursionError:
        raise InputError("malformed: nested too deeply") from None
    except ValueError as error:
        raise InputError(f"malformed: not JSON: {error}") from None
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or VERSION not in str(found.get("version")):
        raise InputError("malformed: JSON, but no JSON Feed")
    language = _line(found.get("language"))
    return Feed(
        title=_line(found.get("title")),
        language=language,
        entries=tuple(_entry(item, url or "", language) for item in items),
    )


def _entry(item: Any, base: str, language: str | None) -> Entry:  # noqa: ANN401
    if not isinstance(item, dict):
        return Entry(damaged="not an object")
    summary = _text(item.get("summary"))
    address = _line(item.get("url")) or _line(item.get("external_url"))
    return Entry(
        url=_absolute(base, address),
        id=_line(item.get("id")),
        title=_line(item.get("title")),
        authors=_authors(item),
        published=read_date(item.get("date_published")),
        updated=read_date(item.get("date_modified")),
        summary_html=summary.replace("&", "&amp;").replace("<", "&lt;") if summary else None,
        content_html=_text(item.get("content_html")),
        content_text=_text(item.get("content_text")),
        language=_line(item.get("language")) or language,
    )


def _absolute(base: str, address: str | None) -> str | None:
    if address is None:
        return None
    try:
        joined = urljoin(base, address)
    except ValueError:
        return None
    return joined if joined.lower().startswith(("http://", "https://")) else None


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    listed = item.get("authors")
    people = listed if isinstance(listed, list) else [item.get("author")]  # version 1.0
    names = (_line(person.get("name")) for person in people if isinstance(person, dict))
    return tuple(dict.fromkeys(name for name in names if name))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _line(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
