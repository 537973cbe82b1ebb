"""A row of JSON as a document: its text, its address, and the fields stated beside the text.

What a row states is taken as it stands or not at all. A field of the wrong type, a date in no known
form: left out, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dedupe.acquire.dates import read_date
from dedupe.acquire.identity import hash_bytes, hash_row
from dedupe.acquire.urls import normalise_url
from dedupe.article import Document
from dedupe.rejects import Reason, Reject

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMES = {"list": "an array", "str": "a string", "bool": "a boolean", "NoneType": "null"}

# Our field, and the names under which a row may have it; the first that says something counts.
_LINES = {
    "title": ("title",),
    "site": ("site",),
    "language": ("language", "lang"),
    "summary": ("summary", "description"),
}
_DATES = {"published_at": ("published_at", "date"), "modified_at": ("modified_at",)}
_AUTHORS = ("authors", "author")
# Markup first: it holds all that a text taken from it has, and more.
_BODIES = (("html", "text/html"), ("text", "text/plain"))


def read_row(row: object, source: str, *, size: int, encoding: str) -> Document | Reject:
    """Return the document that a parsed JSON value is, or the reason why it is none.

    Raises:
        RecursionError: the value is nested too deeply.
    """
    raw_hash = hash_row(row)

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(source, reason, detail, size=size, raw_hash=raw_hash)

    if not isinstance(row, dict):
        return reject(Reason.MALFORMED, f"{_kind(row)}, not an object")
    bodies = [(row[name], media_type) for name, media_type in _BODIES if row.get(name) is not None]
    texts = [(text, media_type) for text, media_type in bodies if isinstance(text, str)]
    if not texts:
        found = f"the text is {_kind(bodies[0][0])}" if bodies else "neither text nor html"
        return reject(Reason.MALFORMED, found)
    text, media_type = next((body for body in texts if body[0].strip()), ("", ""))
    if not text:
        return reject(Reason.EMPTY, "the text is empty")
    url = _line(row.get("url"))
    address = normalise_url(url) if url else None
    return Document(
        id=hash_bytes(address.encode()) if address else raw_hash,
        source=source,
        media_type=media_type,
        text=_encodable(text),
        raw_hash=raw_hash,
        bytes=size,
        url=url if address else None,
        encoding=encoding,
        stated=_stated(row),
    )


def _stated(row: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {
        field: next(filter(None, (_line(row.get(name)) for name in names)), None)
        for field, names in _LINES.items()
    }
    read |= {
        field: next(filter(None, (read_date(row.get(name)) for name in names)), None)
        for field, names in _DATES.items()
    }
    read["authors"] = next(filter(None, (_authors(row.get(name)) for name in _AUTHORS)), None)
    return {field: value for field, value in read.items() if value is not None}


def _line(value: object) -> str | None:
    """Return a one-line field without the white space around and inside it."""
    return " ".join(_encodable(value).split()) or None if isinstance(value, str) else None


def _authors(value: object) -> list[str]:
    """Return the names in a list, or in a string that separates them by semicolons.

    Commas and "and" are left alone: "Martin, Jean" is one person, and so are some firms.
    """
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list):
        value = [value]
    # schema.org writes a person as an object with a name.
    names = (_line(item.get("name") if isinstance(item, dict) else item) for item in value)
    return list(dict.fromkeys(name for name in names if name))


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can escape but no encoding can write."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _kind(value: object) -> str:
    return _NAMES.get(type(value).__name__, "an object" if isinstance(value, dict) else "a number")
