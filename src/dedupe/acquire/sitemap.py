"""Sitemaps (sitemaps.org 0.9), indexes of them, and Google's extension for news.

Names are read without their name space: publishers get that wrong more often than the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from lxml import etree

from dedupe.acquire.dates import read_date
from dedupe.acquire.url_list import web_address
from dedupe.acquire.xml_stream import Elements, local_name
from dedupe.article import Stated
from dedupe.errors import InputError

ROOTS = frozenset(("urlset", "sitemapindex"))
_NAMES = frozenset(("url", "sitemap"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of a sitemap, or one sitemap of an index (``is_sitemap``).

    ``title``, ``published``, ``publication`` and ``language`` come from the extension for news;
    ``lastmod`` is a change of any kind, and no publication.
    """

    url: str
    is_sitemap: bool = False
    lastmod: Stated = None
    title: str | None = None
    published: Stated = None
    publication: str | None = None
    language: str | None = None

    def stated(self) -> dict[str, Any]:
        """The fields as ``Document.stated`` has them."""
        read = {
            "title": self.title,
            "published_at": self.published,
            "site": self.publication,
            "language": self.language,
        }
        return {name: value for name, value in read.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A sitemap as a whole. ``fault`` says why addresses are missing at its end, if they are."""

    addresses: tuple[Address, ...] = field(default=())
    sitemaps: tuple[Address, ...] = field(default=())
    fault: str | None = None


def parse_sitemap(raw: bytes, *, charset: str | None = None) -> Sitemap:
    """Return the sitemap or index that ``raw`` is.

    Raises:
        InputError: this is none; the message begins with ``binary``, ``encoding`` or
            ``malformed``, and a colon.
    """
    parser = SitemapParser(BytesIO(raw), charset=charset, max_bytes=len(raw) + 1)
    found: list[Address] = []
    fault = None
    try:
        found.extend(parser)
    except InputError as error:
        if not parser.is_sitemap:
            raise
        fault = str(error).partition(": ")[2]
    return Sitemap(
        addresses=tuple(address for address in found if not address.is_sitemap),
        sitemaps=tuple(address for address in found if address.is_sitemap),
        fault=fault,
    )


class SitemapParser:
    """The addresses of a sitemap, one by one, in the memory that one of them takes.

    ``unreadable`` counts the entries passed so far that hold no http(s) address.

    Raises:
        InputError: as ``xml_stream.Elements``, and ``malformed`` for XML that is no sitemap.
    """

    def __init__(self, stream: IO[bytes], *, charset: str | None, max_bytes: int) -> None:
        self._elements = Elements(stream, _NAMES, charset=charset, max_bytes=max_bytes)
        self.unreadable = 0

    @property
    def is_sitemap(self) -> bool:
        """Whether the root, as far as it was read, is a sitemap's."""
        root = self._elements.root
        return root is not None and local_name(root) in ROOTS

    def __iter__(self) -> Iterator[Address]:
        for element in self._elements:
            if not self.is_sitemap:
                break
            if address := _address(element):
                yield address
            else:
                self.unreadable += 1
        if not self.is_sitemap:
            root = self._elements.root
            name = "missing" if root is None else local_name(root)
            raise InputError(f"malformed: XML, but no sitemap: its root is {name}")


def _address(element: etree._Element) -> Address | None:
    own = _lines(element)
    url = web_address(own.get("loc", ""))
    if url is None:
        return None
    news = next((_lines(child) for child in element if local_name(child) == "news"), {})
    paper: dict[str, str] = {}
    for child in element.iterdescendants():
        if local_name(child) == "publication":
            paper = _lines(child)
    return Address(
        url=url,
        is_sitemap=local_name(element) == "sitemap",
        lastmod=read_date(own.get("lastmod")),
        title=news.get("title"),
        published=read_date(news.get("publication_date")),
        publication=paper.get("name"),
        language=paper.get("language"),
    )


def _lines(element: etree._Element) -> dict[str, str]:
    """The children that say something, by local name; the first of a name counts."""
    found: dict[str, str] = {}
    for child in element:
        text = " ".join((child.text or "").split())
        if text:
            found.setdefault(local_name(child), text)
    return found
