"""A row of JSON as a document: its text, its address, and the fields stated beside the text.

What a row states is taken as it stands or not at all. A field of the wrong type, a date in no known
form: left out, never guessed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from dedupe.acquire.dates import read_date
from dedupe.acquire.fields import Path, Plan, bodies_asked, plan_of
from dedupe.acquire.identity import hash_bytes, hash_row
from dedupe.acquire.urls import normalise_url
from dedupe.article import Document
from dedupe.media_types import looks_like_html
from dedupe.rejects import Reason, Reject

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMES = {"list": "an array", "str": "a string", "bool": "a boolean", "NoneType": "null"}

_CELL = 2_000
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
# What a field given as an object has to say: schema.org's name, WordPress' rendered, ...
_SAID = ("name", "title", "main", "rendered", "content", "value", "original", "uri")


def read_row(
    row: object, source: str, *, size: int, encoding: str, fields: tuple[str, ...] = ()
) -> Document | Reject:
    """Return the document that a parsed JSON value is, or the reason why it is none.

    Args:
        row: any JSON value; a document is an object.
        source: the row's own.
        size: its bytes.
        encoding: of the file that it came from.
        fields: names that go before the usual ones, as ``Settings.fields`` has them.

    Raises:
        RecursionError: the value is nested too deeply.
    """
    raw_hash = hash_row(row)

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(source, reason, detail, size=size, raw_hash=raw_hash)

    if not isinstance(row, dict):
        return reject(Reason.MALFORMED, f"{_kind(row)}, not an object")
    plan = plan_of(row, fields)
    found, text, media_type = None, None, ""
    for path, markup in (*((p, True) for p in plan.html), *((p, False) for p in plan.text)):
        value = _at(row, path)
        if value is None:
            continue
        found = value if found is None else found
        body = _body(value)
        if body is not None and (text is None or not text.strip()):
            text, media_type = body, _media_type(body, path, markup=markup)
            if body.strip():
                break
    if text is None:
        detail = (
            f"neither {bodies_asked(fields)}" if found is None else f"the text is {_kind(found)}"
        )
        return reject(Reason.MALFORMED, detail)
    if not text.strip():
        return reject(Reason.EMPTY, "the text is empty")
    url, address = _address(row, plan)
    return Document(
        id=hash_bytes(address.encode()) if address else raw_hash,
        source=source,
        media_type=media_type,
        text=_encodable(text),
        raw_hash=raw_hash,
        bytes=size,
        url=url,
        encoding=encoding,
        stated=_stated(row, plan),
    )


def _at(row: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401 - any JSON value
    value: Any = row
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _body(value: object) -> str | None:
    """Return a text, or one in parts as Fundus has it: summary and sections of paragraphs."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    if isinstance(sections := value.get("sections"), list):
        parts = [{"paragraphs": value.get("summary")}, *sections]
        lists = [
            part.get(name)
            for part in parts
            if isinstance(part, dict)
            for name in ("headline", "paragraphs")
        ]
        lines = [line for part in lists if isinstance(part, list) for line in part]
        return "\n\n".join(line for line in lines if isinstance(line, str))
    said = (value.get(name) for name in ("content", "rendered", "value"))
    return next((text for text in said if isinstance(text, str)), None)


def _media_type(body: str, path: Path, *, markup: bool) -> str:
    """The form of a text: as its name says, and where that says nothing, as it looks."""
    if not markup and (path[-1] == "text" or "<" not in body):
        return "text/plain"
    boxed = body.lstrip().startswith("<") and body.rstrip().endswith(">")
    if markup or boxed or looks_like_html(body[:65_536].encode("utf-8", "replace")):
        return "text/html"
    return "text/plain"


def _address(row: Mapping[str, Any], plan: Plan) -> tuple[str | None, str | None]:
    """The first value that is an address, as it stands and normalised."""
    for path in plan.url:
        url = _line(_at(row, path))
        address = normalise_url(url) if url else None
        if address:
            return url, address
    return None, None


def _stated(row: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for field, paths in plan.lines:
        for path in paths:
            line = _said(_at(row, path))
            # A "source" may be a site, an address, or the name of a data set.
            if line and (path[-1] != "source" or _HOST.fullmatch(line)):
                read[field] = line
                break
    for path in plan.authors:
        if names := _authors(_at(row, path)):
            read["authors"] = names
            break
    for field, paths in plan.dates:
        for path in paths:
            if date := read_date(_at(row, path)):
                read[field] = date
                break
    return read


def _said(value: object) -> str | None:
    if isinstance(value, dict):
        return next(filter(None, (_line(value.get(name)) for name in _SAID)), None)
    return _line(value)


def _line(value: object) -> str | None:
    """Return a one-line field without the white space around and inside it."""
    return " ".join(_encodable(value).split()) or None if isinstance(value, str) else None


def _authors(value: object) -> list[str]:
    """Return the names in a list, or in a string that separates them by semicolons.

    Commas and "and" are left alone: "Martin, Jean" is one person, and so are some firms.
    """
    if isinstance(value, str):
        value = _listed(value) or value.split(";")
    if not isinstance(value, list):
        value = [value]
    # schema.org writes a person as an object with a name.
    names = (_line(item.get("name") if isinstance(item, dict) else item) for item in value)
    return list(dict.fromkeys(name for name in names if name))


def _listed(text: str) -> list[Any] | None:
    """A list that was written into one cell of a table, as JSON or as Python writes it."""
    if not (text.startswith("[") and text.endswith("]")) or len(text) > _CELL:
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can escape but no encoding can write."""
    try:
        text.encode()  # ten times as fast as looking for what is hardly ever there
    except UnicodeEncodeError:
        return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
    return text


def _kind(value: object) -> str:
    return _NAMES.get(type(value).__name__, "an object" if isinstance(value, dict) else "a number")
