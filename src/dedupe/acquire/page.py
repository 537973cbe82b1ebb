"""A file that is one document: a page of HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterator

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
    raw = b"" if file.size > max_bytes else file.stream.read(max_bytes + 1)
    if file.size > max_bytes or len(raw) > max_bytes:
        size = max(file.size, len(raw))
        detail = f"{size} bytes, more than max_bytes = {max_bytes}"
        yield Reject.of_input(file.source, Reason.TOO_LARGE, detail, size=size)
        return
    raw_hash = hash_bytes(raw)

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(file.source, reason, detail, size=len(raw), raw_hash=raw_hash)

    if not raw:
        yield reject(Reason.EMPTY, "0 bytes")
        return
    try:
        # Spaces first: in UTF-16 with nothing but white space the decoder sees control bytes.
        text, encoding = ("", "") if raw.isspace() else decode(raw, file.charset, media_type)
    except InputError as error:
        yield reject(*undecodable(error))
        return
    if not text.strip("\ufeff \t\r\n") or text.isspace():
        yield reject(Reason.EMPTY, "nothing but white space")
        return
    address = normalise_url(file.url) if file.url else None
    yield Document(
        id=hash_bytes(address.encode()) if address else raw_hash,
        source=file.source,
        media_type=media_type,
        text=text,
        raw_hash=raw_hash,
        bytes=len(raw),
        url=file.url if address else None,
        encoding=encoding,
    )


def undecodable(error: InputError) -> tuple[Reason, str]:
    """Split what ``decode`` raised into a reason and its detail."""
    kind, _, detail = str(error).partition(": ")
    return (Reason.BINARY if kind == "binary" else Reason.ENCODING), detail
