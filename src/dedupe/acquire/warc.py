"""WARC and WET: the pages of a crawl, as Common Crawl and others keep them.

A document is a ``response``, ``resource`` or ``conversion`` record whose payload is HTML or plain
text. Its address is ``WARC-Target-URI``; the date of the crawl is no date of publication, and is
not read. What an answer of a server is else (an error, a redirect, an image) is a reject; records
about the crawl (``warcinfo``, ``request``, ``metadata``, name look-ups, robots.txt) are neither.
A ``revisit`` says that a page was as it had been before: unchanged.

``file.warc.gz#5296`` is the record at this offset of the file, as indexes of archives (CDX) have
it; where the file was compressed as a whole, and offsets lead nowhere, it is the record's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from dedupe.acquire.identity import hash_bytes
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import page_of
from dedupe.acquire.warc_payload import decode_payload
from dedupe.acquire.warc_stream import WarcStream
from dedupe.article import Document
from dedupe.media_types import sniff_media_type
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]+)", re.IGNORECASE)
_ROBOTS = re.compile(r"https?://[^/]+/robots\.txt(?:[?#].*)?", re.IGNORECASE)
_PAGES = ("text/html", "text/plain")
# 203 is 200 through a proxy; 206 is how some crawlers store what they asked for in one range.
_FULL = (200, 203, 206)
_NO_PAGES = frozenset(("dns", "urn", "metadata", "filedesc", "warcinfo", "screenshot"))

Found = Document | Reject | Unchanged


def read_warc(file: Opened, media_type: str, settings: Settings) -> Iterator[Found]:
    """Give the documents of an archive, compressed or not; what is damaged costs only itself."""
    del media_type
    from fastwarc.warc import ArchiveIterator

    if not file.head:
        yield Reject.of_input(file.source, Reason.EMPTY, "0 bytes", size=file.size)
        return
    stream = WarcStream(file.stream)
    start: int | None = 0
    while start is not None:
        last, cut = start, False
        try:
            for record in ArchiveIterator(cast("Any", stream), parse_http=False):
                last = record.stream_pos
                stream.forget(last)
                found = _Record(record, file.source, last if stream.begins_at(last) else None)
                if (outcome := found.read(settings.max_bytes)) is not None:
                    yield outcome
                cut = found.cut
            if not cut and not stream.ends_whole(last):
                yield _damage(file, f"it ends within the record after {last}")
            start = None
        except OSError as error:
            if stream.broken:
                raise
            start = stream.go_on_after(last)
            where = "the rest was not read" if start is None else f"reading went on at {start}"
            yield _damage(file, f"damaged after {last} ({_first_line(error)}); {where}")


def _damage(file: Opened, detail: str) -> Reject:
    # Several in one file are several rejects.
    known_by = hash_bytes(detail.encode())
    return Reject.of_input(file.source, Reason.DAMAGED, detail, size=file.size, raw_hash=known_by)


def _first_line(error: OSError) -> str:
    return str(error).partition("\n")[0][:100]


class _Record:
    """One record, and what becomes of it."""

    def __init__(self, record: WarcRecord, source: str, offset: int | None) -> None:
        self._record = record
        self._headers = _by_name(record.headers)
        place = self._header("warc-record-id") if offset is None else str(offset)
        self._source = f"{source}#{place}"
        self.cut = False
        """Whether the file ended before the record did."""

    def read(self, max_bytes: int) -> Found | None:
        """Return the document, or why it is none; None for a record that claims to be none."""
        kind = self._header("warc-type").lower()
        uri = self._header("warc-target-uri")
        if "content-length" not in self._headers:
            self.cut = True
            return self._reject(Reason.DAMAGED, "cut off within the header of the record", 0)
        if kind == "revisit":
            return Unchanged(source=self._source, id=hash_bytes(uri.encode()))
        if kind not in {"response", "resource", "conversion"} or _is_about_crawl(uri):
            self._consume()
            return None
        if self._headers.get("warc-segment-number"):
            return self._reject(Reason.UNSUPPORTED, "a page in segments of several records", 0)
        return self._page(uri, max_bytes)

    def _page(self, uri: str, max_bytes: int) -> Found:
        record = self._record
        is_http = record.is_http
        if is_http:
            record.parse_http(auto_decode="none", quirks_mode=True)
        stated = record.content_length
        raw = record.reader.read(max_bytes + 1) if stated else b""
        if len(raw) <= max_bytes and len(raw) < stated:
            self.cut = True
            detail = f"cut off: {len(raw)} of {stated} bytes are there"
            return self._reject(Reason.DAMAGED, detail, len(raw))
        if is_http and (refused := _refused(record.http_headers)):
            return self._reject(Reason.HTTP_STATUS, refused, stated, raw)
        ended = self._header("warc-truncated").lower()
        if ended not in {"", "length"}:
            return self._reject(Reason.DAMAGED, f"the crawler got a part only ({ended})", stated)
        http = _by_name(record.http_headers) if is_http else {}
        coding = (http.get("transfer-encoding") or "", http.get("content-encoding") or "")
        if any(coding) and len(raw) <= max_bytes:
            raw = decode_payload(raw, *coding, max_bytes + 1)
        if len(raw) > max_bytes:
            detail = f"{max(stated, len(raw))} bytes, more than max_bytes = {max_bytes}"
            return self._reject(Reason.TOO_LARGE, detail, max(stated, len(raw)))
        declared = http.get("content-type") if is_http else self._header("content-type")
        declared = declared or self._header("warc-identified-payload-type")
        media_type = sniff_media_type(None, raw, declared) or "text/plain"
        if media_type not in _PAGES:
            detail = f"the payload is {media_type}, neither HTML nor text"
            return self._reject(Reason.UNSUPPORTED, detail, len(raw), raw)
        charset = _CHARSET.search(declared or "")
        return page_of(
            raw, self._source, media_type, url=uri, charset=charset[1] if charset else None
        )

    def _header(self, name: str) -> str:
        return (self._headers.get(name) or "").strip().strip("<>")

    def _consume(self) -> None:
        """Read past the record: only so it shows whether all of it is there."""
        stated = self._record.content_length
        self.cut = self._record.reader.consume(stated) < stated if stated else False

    def _reject(self, reason: Reason, detail: str, size: int, raw: bytes | None = None) -> Reject:
        known_by = None if raw is None else hash_bytes(raw)
        return Reject.of_input(self._source, reason, detail, size=size, raw_hash=known_by)


def _by_name(headers: Any) -> dict[str, str]:  # noqa: ANN401 - FastWARC's headers
    """The first header of each name, in lower case: the library looks for each among all."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), value)
    return found


def _is_about_crawl(uri: str) -> bool:
    return uri.partition(":")[0].lower() in _NO_PAGES or _ROBOTS.fullmatch(uri) is not None


def _refused(http: Any) -> str | None:  # noqa: ANN401 - FastWARC's headers, or a mapping
    """Say why an answer of a server is no page; None if it is one."""
    status = http.status_code
    if status in _FULL:
        return None
    if status is None:
        return "no answer in HTTP"
    leads = http.get("Location")
    return f"{status} {http.reason_phrase or ''}".strip() + (f", leads to {leads}" if leads else "")
