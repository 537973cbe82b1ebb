"""XML from strangers: element by element, in bounded memory, repaired where that is safe.

What publishers' programs get wrong most is put right before the parser sees it: a bare ``&``, the
named entities of HTML, control characters, white space before the declaration. All else is left to
the recovery of libxml2. Nothing is expanded and nothing is loaded: a document that declares
entities of its own is refused, whatever they are for.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from html.entities import html5
from typing import IO

from lxml import etree

from dedupe.decoding import decode, stated_encoding
from dedupe.errors import InputError

_CHUNK_BYTES = 65_536
# A reference is at most so long: "&CounterClockwiseContourIntegral;" is HTML's longest.
_REFERENCE = 40
_ILLEGAL = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)
# XML's own names are right as they are, and by far the most: no function is called for them.
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|(\w{1,34};))?"
)
_UTF8_CHARACTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# Hardly any text in another encoding has so many of them by chance.
_BEYOND_CHANCE = 2
_CDATA, _CDATA_END = "<![CDATA[", "]]>"

NAMESPACES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
"""Name spaces by the prefix that is usual for them."""


def name_of(element: etree._Element) -> str:
    """Return ``prefix:name`` under the usual prefix, ``name`` where there is none."""
    tag = element.tag
    if not isinstance(tag, str):  # a comment, a processing instruction
        return ""
    if "}" not in tag:
        return tag
    space, _, local = tag.rpartition("}")
    if not space:
        return local  # a prefix that nothing declares is part of the name already
    prefix = NAMESPACES.get(space[1:], element.prefix or "")
    return f"{prefix}:{local}" if prefix else local


def local_name(element: etree._Element) -> str:
    """Return the name without its name space."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2] if "}" in tag or ":" in tag else tag


class Elements:
    """The elements of a document whose local name is one of ``names``, each at its end.

    What was given is emptied when the next is asked for. ``root`` is the local name of the root
    element, once the first was asked for.

    Raises:
        InputError: ``binary: ...`` and ``encoding: ...`` as ``decode``; ``malformed: ...`` where
            this is no XML or declares entities; ``damaged: ...`` where it ends before its end or
            cannot be read on; ``too-large: ...`` where more
            than ``max_bytes`` lie between the ends of two elements. What was given stands.
    """

    def __init__(
        self,
        stream: IO[bytes],
        names: frozenset[str],
        *,
        charset: str | None = None,
        max_bytes: int,
    ) -> None:
        self._stream = stream
        self._names = names
        self._charset = charset
        self._max_bytes = max_bytes
        self.root: etree._Element | None = None

    def __iter__(self) -> Iterator[etree._Element]:  # noqa: C901 - a loop with its ways out
        parser = _parser()
        ended, size = False, 0
        for text in _repaired(_decoded(self._stream, self._charset)):
            try:
                parser.feed(text.encode("utf-8", "replace"))
            except etree.XMLSyntaxError:
                break
            size += len(text)
            for event, element in parser.read_events():
                if event == "start":
                    if self.root is None:
                        _refuse_entities(element)
                        self.root = element
                elif element is self.root:
                    ended = True
                elif local_name(element) in self._names:
                    yield element
                    _forget(element)
                    size = 0
            if size > self._max_bytes:
                raise InputError(f"too-large: more than max_bytes = {self._max_bytes} in one entry")
        if self.root is None:
            raise InputError("malformed: not XML")
        if not ended:
            raise InputError(f"damaged: {_why(parser)}; the rest was not read")


def _parser() -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # no text beyond 10 MB, no more than 256 elements in each other
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _refuse_entities(root: etree._Element) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise InputError("malformed: it declares entities of its own, which are never expanded")


def _forget(element: etree._Element) -> None:
    """Empty ``element`` and drop what stood before it: nobody will look at it again."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _why(parser: etree.XMLPullParser) -> str:
    fatal = [entry for entry in parser.feed_error_log if "RESOURCE_LIMIT" in entry.type_name]
    return (
        f"{fatal[-1].message.partition(',')[0]}"
        if fatal
        else "it ends before its last element does"
    )


def _decoded(stream: IO[bytes], charset: str | None) -> Iterator[str]:
    """Decode ``stream`` by what its first chunk tells; bytes that do not fit become U+FFFD."""
    head = stream.read(_CHUNK_BYTES)
    if not head.strip():
        raise InputError("empty: nothing but white space" if head else "empty: 0 bytes")
    # The chunk may end inside a character: that is no damage.
    lines = head[: head.rfind(b"\n") + 1] if len(head) == _CHUNK_BYTES and b"\n" in head else head
    stated = stated_encoding(head, charset)
    if lines.isascii() and b"\0" not in lines:  # nothing in it tells: what is declared counts
        encoding = stated or "utf-8"
    elif stated == "utf-8" and len(_UTF8_CHARACTER.findall(lines)) >= _BEYOND_CHANCE:
        encoding = stated  # a feed is of many hands: what is torn in it is its entry's fault
    else:
        encoding = decode(lines, charset, "application/xml")[1]
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    chunk = head
    while chunk:
        yield decoder.decode(chunk)
        chunk = stream.read(_CHUNK_BYTES)
    yield decoder.decode(b"", final=True)


def _repaired(pieces: Iterator[str]) -> Iterator[str]:
    """Repair what the parser would stumble over, outside of CDATA sections."""
    inside, rest, begun = False, "", False
    for piece in pieces:
        text = rest + piece.translate(_ILLEGAL)
        if not begun:
            text = text.lstrip("\ufeff \t\r\n")
            begun = bool(text)
        done: list[str] = []
        while True:
            before, mark, after = text.partition(_CDATA_END if inside else _CDATA)
            if not mark:
                break
            done += [before if inside else _AMPERSAND.sub(_reference, before), mark]
            inside, text = not inside, after
        cut = max(0, len(text) - _REFERENCE)
        if not inside:
            start = text.rfind("&", max(0, cut - _REFERENCE), cut)
            cut = start if start >= 0 and ";" not in text[start:cut] else cut
        ready, rest = text[:cut], text[cut:]
        done.append(ready if inside else _AMPERSAND.sub(_reference, ready))
        yield "".join(done)
    yield rest if inside else _AMPERSAND.sub(_reference, rest)


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return found[0] if code <= sys.maxunicode and code not in _ILLEGAL else ""
    # Names that HTML has are its characters; any other is text that looks like a reference.
    meant = html5.get(name) if name else None
    return meant.replace("&", "&amp;").replace("<", "&lt;") if meant else f"&amp;{found[0][1:]}"
