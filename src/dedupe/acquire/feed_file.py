"""Feeds that lie in a file: each entry is a document, or a link to one.

An entry is a document if it has a full text: ``content:encoded``, Atom's ``content``,
``content_html`` or ``content_text``. A description is one if nothing else can be: the entry has no
address to read on at (RSS 2.0 calls such an item complete in itself), or it runs to a thousand
characters, which no teaser does. Every other entry is a ``Link`` with what the feed states of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dedupe.acquire.feed import Entry, FeedParser
from dedupe.acquire.feed_fields import plain_line, plain_text
from dedupe.acquire.identity import hash_bytes, hash_row
from dedupe.acquire.json_feed import parse_json_feed
from dedupe.acquire.link import Link
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import refusal
from dedupe.acquire.urls import normalise_url
from dedupe.article import Document
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

FULL_TEXT = 1_000
"""Characters from which a description is taken for the article itself."""

_DAMAGE_TOLERATED = 0.02
_REPLACED = "\ufffd"

Found = Document | Reject | Link


def read_feed(file: Opened, media_type: str, settings: Settings) -> Iterator[Found]:
    """Give a document, a link or a reject for each entry of an RSS or Atom feed, in order."""
    del media_type
    limit = settings.max_bytes
    parser = FeedParser(file.stream, charset=file.charset, url=file.url, max_bytes=limit)
    return _read(file, parser)


def read_json_feed(file: Opened, media_type: str, settings: Settings) -> Iterator[Found]:
    """Give a document, a link or a reject for each entry of a JSON Feed, in order."""
    del media_type
    raw = file.stream.read(settings.max_bytes + 1)
    if len(raw) > settings.max_bytes:
        detail = f"more than max_bytes = {settings.max_bytes} in one piece"
        yield Reject.of_input(file.source, Reason.TOO_LARGE, detail, size=max(file.size, len(raw)))
        return
    try:
        feed = parse_json_feed(raw, charset=file.charset, url=file.url)
    except InputError as error:
        size = len(raw)
        yield Reject.of_input(file.source, *refusal(error), size=size, raw_hash=hash_bytes(raw))
        return
    yield from _read(file, feed.entries)


def _read(file: Opened, entries: Iterable[Entry]) -> Iterator[Found]:
    number = 0
    try:
        for number, entry in enumerate(entries, start=1):
            yield read_entry(entry, f"{file.source}#{number}")
    except InputError as error:
        source = f"{file.source}#{number + 1}" if number else file.source
        yield Reject.of_input(source, *refusal(error), size=file.size)
    else:
        if not number:
            yield Reject.of_input(file.source, Reason.EMPTY, "no entries", size=file.size)


def read_entry(entry: Entry, source: str) -> Found:
    """Return the document that an entry is, the link that it is instead, or why it is neither."""
    body, media_type = _body(entry)
    known_by = hash_row([entry.url, entry.id, entry.title, body])
    size = len(body.encode("utf-8", "replace"))

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(source, reason, detail, size=size, raw_hash=known_by)

    if entry.damaged:
        return reject(Reason.MALFORMED, entry.damaged)
    stated = entry.stated()
    if body is not entry.summary_html and (teaser := plain_line(entry.summary_html)):
        stated["summary"] = teaser
    if not body:
        if entry.url:
            return Link(url=entry.url, source=source, changed=entry.updated, stated=stated)
        return reject(Reason.EMPTY, "an entry with neither text nor a link")
    replaced = body.count(_REPLACED)
    if replaced > max(2, _DAMAGE_TOLERATED * len(body)):
        return reject(Reason.ENCODING, f"{replaced} characters could not be decoded")
    address = normalise_url(entry.url) if entry.url else None
    return Document(
        id=hash_bytes(address.encode()) if address else known_by,
        source=source,
        media_type=media_type,
        text=body,
        raw_hash=known_by,
        bytes=size,
        url=entry.url if address else None,
        stated=stated,
    )


def _body(entry: Entry) -> tuple[str, str]:
    """Return the full text of an entry and its form; nothing where it has none."""
    for text, media_type in ((entry.content_html, "text/html"), (entry.content_text, "text/plain")):
        if text and text.strip():
            return text, media_type
    summary = entry.summary_html or ""
    if summary.strip() and (not entry.url or len(plain_text(summary)) >= FULL_TEXT):
        return summary, "text/html"
    return "", "text/html"
