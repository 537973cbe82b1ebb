"""Which reader takes which form: one line a media type.

A reader is a function over an open file. It gives the file's documents in order, one at a time, and
a reject in the place of each that is none; it holds no more than one document in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from dedupe.acquire.feed_file import read_feed, read_json_feed
from dedupe.acquire.json_file import read_json
from dedupe.acquire.json_lines import read_json_lines
from dedupe.acquire.link import Link
from dedupe.acquire.lists import read_sitemap, read_url_list
from dedupe.acquire.mail import read_mail
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import read_page
from dedupe.acquire.parquet import read_parquet
from dedupe.acquire.tabular import read_table
from dedupe.acquire.warc import read_warc
from dedupe.article import Document
from dedupe.rejects import Reject, Unchanged
from dedupe.settings import Settings

Found = Document | Reject | Link | Unchanged
"""What a reader gives: documents, rejects in the place of others; links to what is elsewhere; and
``Unchanged`` where the input itself says so."""

Wants = Literal["stream", "seekable", "compressed"]
"""What a reader needs of ``Opened.stream``.

``stream``: bytes from first to last, decompressed. ``seekable``: decompressed, and it can be seeked
(the file itself, or a temporary copy). ``compressed``: as it is stored; ``Opened.compression`` says
whether and how it is compressed.
"""


class Reader(Protocol):
    """Reads the documents of one open file, none larger than ``settings.max_bytes``."""

    def __call__(self, file: Opened, media_type: str, settings: Settings) -> Iterator[Found]:
        """Give the documents of ``file`` in order, and a reject in the place of each other.

        Args:
            file: at its first byte; closed by the caller.
            media_type: the form that was recognised.
            settings: the limits, and the names under which rows have their fields.

        Raises:
            CannotReadError: the rest cannot be read; what was given so far stands.
            OSError: the system refuses to go on; tried again where that can help.
        """


@dataclass(frozen=True, slots=True)
class Form:
    """A reader and what it wants."""

    read: Reader
    wants: Wants = "stream"


READERS: dict[str, Form] = {
    "text/plain": Form(read_page),
    "text/html": Form(read_page),
    "application/x-ndjson": Form(read_json_lines),
    "application/json": Form(read_json),
    "text/csv": Form(read_table),
    "text/tab-separated-values": Form(read_table),
    "application/warc": Form(read_warc, wants="compressed"),
    "application/rss+xml": Form(read_feed),
    "application/atom+xml": Form(read_feed),
    "application/feed+json": Form(read_json_feed),
    "application/x-sitemap+xml": Form(read_sitemap),
    "text/uri-list": Form(read_url_list),
    "multipart/related": Form(read_mail),
    "application/vnd.apache.parquet": Form(read_parquet, wants="seekable"),
    "message/rfc822": Form(read_mail),
}
"""The reader of each form, by media type as ``sniff_media_type`` names it."""

EXPECTED = frozenset(
    (
        "application/pdf",
        "application/x-7z-compressed",
        "application/xml",
    )
)
"""Forms that may well hold articles, and have no reader yet. All else that is not text is binary.
"""
