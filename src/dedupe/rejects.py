"""Inputs that go no further: those that cannot become an article, and those that were here before.

Both are outcomes, not errors: every input ends in exactly one of document, reject or unchanged, and
a reject is a row that says which input it was and why.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dedupe.article import Document


class Reason(StrEnum):
    """Why an input did not become an article: a closed list; ``detail`` has the particulars."""

    EMPTY = "empty"
    """No bytes at all, or nothing but white space."""

    BINARY = "binary"
    """The bytes are no text: an image, an archive, an executable."""

    ENCODING = "encoding"
    """Text, but no encoding explains the bytes."""

    TOO_LARGE = "too-large"
    """Larger than ``Settings.max_bytes``; it was not read."""

    TOO_COMPLEX = "too-complex"
    """More HTML tags or lines than ``Settings.max_elements``; it was not parsed."""

    UNREADABLE = "unreadable"
    """The system refuses it: permission denied, vanished, a link that leads nowhere."""

    UNSUPPORTED = "unsupported"
    """A form that no reader takes: a device, a socket, an archive, a spreadsheet."""

    DAMAGED = "damaged"
    """Compressed data or an archive that is cut short or corrupt; what was whole was read."""

    BOMB = "bomb"
    """It expands beyond a limit: a ratio, bytes, members or depth; what came before was read."""

    UNSAFE = "unsafe"
    """A member of an archive whose name leads out of the archive."""

    MALFORMED = "malformed"
    """A row or file of JSON that is broken, or that holds neither text nor html."""

    READER_FAILED = "reader-failed"
    """A reader broke on it, or a user's reader cannot be loaded; ``detail`` names the error."""

    NOT_FETCHED = "not-fetched"
    """A link without a text, in a feed, a sitemap or a list, and nobody followed it."""

    FETCH_FAILED = "fetch-failed"
    """No answer that can be used: no such host, no connection, TLS, too slow, broken off, a circle.
    """

    HTTP_STATUS = "http-status"
    """A server's answer that is no page: 404, 403, 429, 503, a redirect in an archive."""

    ROBOTS = "robots"
    """The host's robots.txt disallows it, or could not be read for now."""

    BLOCKED_ADDRESS = "blocked-address"
    """Not a public address, not the web: refused unless ``Settings.allow_hosts`` admits it."""

    NO_TEXT = "no-text"
    """Cleaned, and fewer words were left than ``Settings.min_words``."""

    NOT_ARTICLE = "not-article"
    """Cleaned, and it turned out an index, a live ticker, a paywall or a mere banner."""

    FAILED = "failed"
    """A stage broke on it; ``detail`` names the error. Always a defect worth reporting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An input that did not become an article.

    ``id`` and ``raw_hash`` together are asked of ``seen`` like a document's: the same file, broken
    in the same way, is unchanged the next time, and two empty files are two rejects.
    """

    source: str
    reason: Reason
    detail: str
    bytes: int
    id: str
    raw_hash: str

    @classmethod
    def of_input(
        cls, source: str, reason: Reason, detail: str, *, size: int, raw_hash: str | None = None
    ) -> Self:
        """A reject known by its source and its content, or its reason where that is unread."""
        known_by = raw_hash or _digest(f"{reason}\0{size}")
        identity = _digest(f"{source}\0{known_by}")
        return cls(
            source=source, reason=reason, detail=detail, bytes=size, id=identity, raw_hash=known_by
        )

    @classmethod
    def of_document(cls, document: Document, reason: Reason, detail: str) -> Self:
        """A reject that was a document until it was cleaned: it keeps the document's identity."""
        return cls(
            source=document.source,
            reason=reason,
            detail=detail,
            bytes=document.bytes,
            id=document.id,
            raw_hash=document.raw_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """An input that was taken in before, or earlier in the same run, with the same content."""

    source: str
    id: str


def _digest(text: str) -> str:
    # ``person`` keeps these apart from the digests of documents.
    return hashlib.blake2b(text.encode(), digest_size=16, person=b"reject").hexdigest()
