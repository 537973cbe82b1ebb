"""RSS 0.9 to 2.0, RSS 1.0 and Atom 0.3 to 1.0, as small records. No input or output of its own.

A feed states of each entry what its program thought fit; what is taken is what readers of feeds
agree on (RSS Advisory Board's profile, RFC 4287). ``pubDate`` and ``published`` are publication,
``updated`` never stands in for it. An e-mail address is no author's name, and the author of a feed
none of its entries': it is the site more often than a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import IO, Any
from urllib.parse import urljoin

from lxml import etree

from dedupe.acquire.dates import read_date
from dedupe.acquire.feed_fields import (
    ENTRIES,
    authors_of,
    children_of,
    content_of,
    damage_of,
    inherited,
    is_permanent,
    link_of,
    markup_of,
    one_line,
    plain_line,
    text_of,
    web_only,
)
from dedupe.acquire.xml_stream import Elements, local_name, name_of
from dedupe.article import Stated
from dedupe.errors import InputError

ROOTS = frozenset(("rss", "feed", "RDF"))
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed says of one article. What it does not say is None (authors: empty).

    ``content_html`` or ``content_text`` is the full text, where the feed has it;
    ``summary_html`` is a teaser, or all that there is. ``damaged`` says what is wrong with it.
    """

    url: str | None = None
    id: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: Stated = None
    updated: Stated = None
    summary_html: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    language: str | None = None
    damaged: str | None = None

    def stated(self) -> dict[str, Any]:
        """The fields as ``Document.stated`` has them, without the summary."""
        read = {
            "title": self.title,
            "authors": list(self.authors),
            "published_at": self.published,
            "modified_at": self.updated,
            "language": self.language,
        }
        return {name: value for name, value in read.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as a whole. ``fault`` says why entries are missing at its end, if they are."""

    title: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = field(default=())
    fault: str | None = None


def parse_feed(raw: bytes, *, charset: str | None = None, url: str | None = None) -> Feed:
    """Return the feed that ``raw`` is: RSS or Atom, by its root element.

    Args:
        raw: the whole document.
        charset: what the transport declared, if anything.
        url: the address of the feed, against which relative links are resolved.

    Raises:
        InputError: this is no feed; the message begins with ``binary``, ``encoding`` or
            ``malformed``, and a colon.
    """
    parser = FeedParser(BytesIO(raw), charset=charset, url=url, max_bytes=len(raw) + 1)
    entries: list[Entry] = []
    fault = None
    try:
        entries.extend(parser)
    except InputError as error:
        if not parser.is_feed:
            raise
        fault = str(error).partition(": ")[2]
    known = parser.language
    return Feed(
        title=parser.title,
        language=known,
        entries=tuple(
            e if e.language or not known else replace(e, language=known) for e in entries
        ),
        fault=fault,
    )


class FeedParser:
    """The entries of a feed, one by one, in the memory that one of them takes.

    ``title`` and ``language`` of the feed are those met so far: by rule they stand before the
    entries.

    Raises:
        InputError: as ``xml_stream.Elements``, and ``malformed`` for XML that is no feed.
    """

    def __init__(
        self, stream: IO[bytes], *, charset: str | None, url: str | None, max_bytes: int
    ) -> None:
        self._elements = Elements(stream, ENTRIES, charset=charset, max_bytes=max_bytes)
        self._url = url
        self._begun = False
        self.title: str | None = None
        self.language: str | None = None

    @property
    def is_feed(self) -> bool:
        """Whether the root, as far as it was read, is a feed's."""
        root = self._elements.root
        return root is not None and local_name(root) in ROOTS

    def __iter__(self) -> Iterator[Entry]:
        try:
            for element in self._elements:
                if not self.is_feed:
                    break
                self._read_head()
                atom = local_name(element) == "entry"
                yield self._entry(element, _ATOM if atom else _RSS)
        finally:
            self._read_head()
        if not self.is_feed:
            raise InputError(f"malformed: XML, but no feed: its root is {self._root_name()}")

    def _root_name(self) -> str:
        root = self._elements.root
        return local_name(root) if root is not None else "missing"

    def _read_head(self) -> None:
        """Read the title and language of the feed, once: what was read is forgotten."""
        root = self._elements.root
        if root is None or self._begun:
            return
        self._begun = True
        head = root if local_name(root) == "feed" else next(children_of(root, {"channel"}), None)
        if head is None:
            return
        for child in children_of(head, {"title", "atom:title", "language", "dc:language"}):
            if name_of(child).endswith("title"):
                self.title = self.title or plain_line(text_of(child))
            else:
                self.language = self.language or one_line(text_of(child))
        self.language = self.language or head.get(_XML_LANG) or root.get(_XML_LANG)

    def _entry(self, element: etree._Element, form: _Form) -> Entry:
        fields: dict[str, list[etree._Element]] = {}
        for child in element:
            fields.setdefault(name_of(child), []).append(child)
        base = urljoin(self._url or "", inherited(element, _XML_BASE) or "")

        def first(names: Iterable[str], read: Callable[[etree._Element], Any]) -> Any:  # noqa: ANN401
            for name in names:
                for child in fields.get(name, ()):
                    if found := read(child):
                        return found
            return None

        content = first(form.content, content_of) or (None, None)
        entry = Entry(
            url=web_only(first(form.link, lambda e: link_of(e, base))),
            id=first(form.id, lambda e: one_line(text_of(e))),
            title=first(form.title, lambda e: plain_line(markup_of(e))),
            authors=authors_of(fields, form.authors),
            published=first(form.published, lambda e: read_date(text_of(e))),
            updated=first(form.updated, lambda e: read_date(text_of(e))),
            summary_html=first(form.summary, markup_of),
            content_html=content[0],
            content_text=content[1],
            language=first(("dc:language",), lambda e: one_line(text_of(e)))
            or inherited(element, _XML_LANG)
            or self.language,
            damaged=damage_of(element),
        )
        if entry.url is None and entry.id and is_permanent(fields):
            return replace(entry, url=web_only(entry.id))
        return entry


@dataclass(frozen=True, slots=True)
class _Form:
    """Under which names a form of feed has each field; the first that says something counts."""

    link: tuple[str, ...]
    id: tuple[str, ...]
    title: tuple[str, ...]
    authors: tuple[str, ...]
    published: tuple[str, ...]
    updated: tuple[str, ...]
    summary: tuple[str, ...]
    content: tuple[str, ...]


_RSS = _Form(
    link=("feedburner:origLink", "link", "atom:link"),
    id=("guid",),
    title=("title", "atom:title", "dc:title"),
    authors=("dc:creator", "author", "atom:author"),
    published=("pubDate", "dc:date", "dcterms:created", "dcterms:issued", "atom:published"),
    updated=("dcterms:modified", "atom:updated"),
    summary=("description", "dc:description", "atom:summary"),
    content=("content:encoded", "xhtml:body", "xhtml:div", "atom:content"),
)
_ATOM = _Form(
    link=("feedburner:origLink", "atom:link", "link"),
    id=("atom:id", "id"),
    title=("atom:title", "title"),
    authors=("atom:author", "author"),
    published=("atom:published", "atom:issued", "atom:created", "published"),
    updated=("atom:updated", "atom:modified", "updated"),
    summary=("atom:summary", "summary"),
    content=("atom:content", "content"),
)
