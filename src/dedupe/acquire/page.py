"""A file that is one document: a page of HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dedupe.acquire.identity import hash_bytes
from dedupe.acquire.opened import Opened
from dedupe.acquire.urls import normalise_url
from dedupe.article import Document
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings


def read_page(file: Opened, media_type: str, settings: Settings) -> Iterator[Document | Reject]:
    """Give the one document that ``file`` is, or the reason why it is none."""
    max_bytes = settings.max_bytes
    # Read to one byte more than allowed, whatever size was stated: files grow, and some state 0.
    raw = b"" if file.size > max_bytes else file.read_up_to(max_bytes + 1)
    if file.size > max_bytes or len(raw) > max_bytes:
        size = max(file.size, len(raw))
        detail = f"{size} bytes, more than max_bytes = {max_bytes}"
        yield Reject.of_input(file.source, Reason.TOO_LARGE, detail, size=size)
        return
    yield page_of(raw, file.source, media_type, url=file.url, charset=file.charset)


def page_of(
    raw: bytes,
    source: str,
    media_type: str,
    *,
    url: str | None = None,
    charset: str | None = None,
    stated: Mapping[str, Any] | None = None,
) -> Document | Reject:
    """Return the document that the bytes of a page are, or the reason why they are none.

    Args:
        raw: the page as it was sent, no larger than allowed.
        source: where it was found.
        media_type: ``text/html`` or ``text/plain``.
        url: the address it came from, which is its identity; without one it is its content.
        charset: what the transport declared.
        stated: what was stated beside it, as ``Document.stated`` has it.
    """
    raw_hash = hash_bytes(raw)

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(source, reason, detail, size=len(raw), raw_hash=raw_hash)

    if not raw:
        return reject(Reason.EMPTY, "0 bytes")
    try:
        # Spaces first: in UTF-16 with nothing but white space the decoder sees control bytes.
        text, encoding = ("", "") if raw.isspace() else decode(raw, charset, media_type)
    except InputError as error:
        return reject(*undecodable(error))
    if not text.strip("\ufeff \t\r\n") or text.isspace():
        return reject(Reason.EMPTY, "nothing but white space")
    address = normalise_url(url) if url else None
    return Document(
        id=hash_bytes(address.encode()) if address else raw_hash,
        source=source,
        media_type=media_type,
        text=text,
        raw_hash=raw_hash,
        bytes=len(raw),
        url=url if address else None,
        encoding=encoding,
        stated={} if stated is None else stated,
    )


def refusal(error: InputError) -> tuple[Reason, str]:
    """Split what a parser raised, ``reason: detail``, where the reason is one of ours."""
    kind, _, detail = str(error).partition(": ")
    return Reason(kind), detail


def undecodable(error: InputError) -> tuple[Reason, str]:
    """Split what ``decode`` raised into a reason and its detail."""
    kind, _, detail = str(error).partition(": ")
    return (Reason.BINARY if kind == "binary" else Reason.ENCODING), detail
