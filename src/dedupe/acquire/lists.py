"""Files that are lists of addresses: sitemaps, indexes of them, and URL lists.

Each address becomes a ``Link`` for whoever fetches. A list of any length is read in the memory of
one entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import TextIOWrapper

from dedupe.acquire.link import Link
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import refusal
from dedupe.acquire.sitemap import SitemapParser
from dedupe.acquire.url_list import is_comment, web_address
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

# No address is longer: browsers and servers stop at 2,000 to 8,000 characters.
_LONGEST = 65_536


def read_sitemap(file: Opened, media_type: str, settings: Settings) -> Iterator[Link | Reject]:
    """Give a link for each address of a sitemap, and for each sitemap of an index."""
    del media_type
    parser = SitemapParser(file.stream, charset=file.charset, max_bytes=settings.max_bytes)
    number = 0
    try:
        for number, found in enumerate(parser, start=1):
            yield Link(
                url=found.url,
                source=f"{file.source}#{number}",
                kind="sitemap" if found.is_sitemap else "page",
                listed_in=file.source,
                changed=found.lastmod,
                stated=found.stated(),
            )
    except InputError as error:
        yield Reject.of_input(file.source, *refusal(error), size=file.size)
        return
    if parser.unreadable:
        detail = f"{parser.unreadable} entries hold no http(s) address"
        yield Reject.of_input(file.source, Reason.MALFORMED, detail, size=file.size)
    elif not number and parser.is_sitemap:
        yield Reject.of_input(file.source, Reason.EMPTY, "no addresses", size=file.size)


def read_url_list(file: Opened, media_type: str, settings: Settings) -> Iterator[Link | Reject]:
    """Give a link for each line; what is neither an address nor a comment is a reject."""
    del settings
    try:
        head = file.head[: file.head.rfind(b"\n") + 1] or file.head
        encoding = decode(head, file.charset, media_type)[1] if head.strip() else "utf-8"
    except InputError as error:
        yield Reject.of_input(file.source, *refusal(error), size=file.size)
        return
    lines = TextIOWrapper(file.stream, encoding, errors="replace")
    number = found = 0
    try:
        while line := lines.readline(_LONGEST):
            number += 1
            source = f"{file.source}#{number}"
            if url := web_address(line):
                found += 1
                yield Link(url=url, source=source, listed_in=file.source)
            elif not is_comment(line):
                size = len(line)
                while not line.endswith("\n") and (line := lines.readline(_LONGEST)):
                    size += len(line)
                found += 1
                detail = "no http(s) address, in a list of them"
                yield Reject.of_input(source, Reason.MALFORMED, detail, size=size)
    finally:
        lines.detach()  # the stream is closed by whoever opened it
    if not found:
        yield Reject.of_input(file.source, Reason.EMPTY, "no addresses", size=file.size)
