"""Pages saved as MHTML, and newsletters as ``.eml``: the one document in a MIME message.

Markup goes before text, as everywhere; attachments and forwarded messages are not looked into. The
subject and date of a mail are its title and publication, as it was sent to its readers; those of
MHTML are a browser's, the date when somebody saved the page, and the page states its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, TypeAlias

from dedupe.acquire.dates import read_date
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import page_of
from dedupe.acquire.url_list import web_address
from dedupe.article import Document
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

_BODIES = ("text/html", "application/xhtml+xml", "text/plain")

_PLACES = frozenset(("snapshot-content-location", "content-location", "archived-at"))

Part: TypeAlias = "Message[Any, Any]"


def read_mail(file: Opened, media_type: str, settings: Settings) -> Iterator[Document | Reject]:
    """Give the page that a message holds, or the reason why there is none.

    Images that follow the page may lie beyond ``max_bytes``; they are not read.
    """
    limit = settings.max_bytes
    raw = file.read_up_to(limit + 1)
    size = max(file.size, len(raw))

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(file.source, reason, detail, size=size)

    if not raw.strip():
        yield reject(Reason.EMPTY, "nothing but white space" if raw else "0 bytes")
        return
    message = message_from_bytes(raw)
    leaves = list(_leaves(message))
    page, kind, content = _page(leaves)
    if page is None:
        kinds = ", ".join(dict.fromkeys(kind for _, kind in leaves)) or "no part"
        yield reject(Reason.UNSUPPORTED, f"a message without HTML or text: {kinds}")
        return
    if len(raw) > limit and page is leaves[-1][0]:
        yield reject(Reason.TOO_LARGE, f"{size} bytes, more than max_bytes = {limit}")
        return
    is_mail = "multipart/related" not in {media_type, message.get_content_type()} or (
        message["Message-ID"] is not None
    )
    yield page_of(
        content,
        file.source,
        "text/plain" if kind == "text/plain" else "text/html",
        url=_address(message, page),
        charset=_charset(page),
        stated=_stated(message) if is_mail else None,
    )


def _leaves(message: Part) -> Iterator[tuple[Part, str]]:
    """The parts that hold something and their types, in order, without attached messages."""
    kind = message.get_content_type()
    if kind == "message/rfc822":
        return
    children = message.get_payload()
    if message.is_multipart() and isinstance(children, list):
        for child in children:
            if isinstance(child, Message):
                yield from _leaves(child)
    elif message.get_content_disposition() != "attachment":
        yield message, kind


def _page(leaves: list[tuple[Part, str]]) -> tuple[Part | None, str, bytes]:
    """The part that is the page, its type and what it holds."""
    for wanted in _BODIES:
        for part, kind in leaves:
            if kind == wanted and (content := _payload(part)).strip():
                return part, kind, content
    return None, "", b""


def _payload(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Part) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, ValueError):
        return None


def _address(message: Part, page: Part) -> str | None:
    """Return where the page is on the web: as the browser noted it, or the list's archive."""
    there = {name.lower() for part in (message, page) for name in part}
    if there.isdisjoint(_PLACES):  # as in most; the library looks for each name among all
        return None
    stated = (
        message["Snapshot-Content-Location"],
        page["Content-Location"],
        message["Content-Location"],
        message["Archived-At"],  # RFC 5064
    )
    found = (web_address(str(value).strip().strip("<>")) for value in stated if value)
    return next(filter(None, found), None)


def _stated(message: Part) -> dict[str, Any]:
    read = {"title": _line(message["Subject"]), "published_at": read_date(_line(message["Date"]))}
    return {name: value for name, value in read.items() if value}


def _line(header: object) -> str | None:
    if header is None:
        return None
    text = str(header)
    if text.isascii() and "=?" not in text:  # nothing in it is encoded
        return " ".join(text.split()) or None
    with suppress(HeaderParseError, MessageError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.encode("utf-8", "replace").decode().split()) or None
