"""What an element of a feed says: as a line, as markup, as an address, as names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from dedupe.acquire.xml_stream import local_name, name_of

ENTRIES = frozenset(("item", "entry"))
_NAMED_ADDRESS = re.compile(r"\s*[^\s()<>@]+@[^\s()<>@]+\s*\(([^()]+)\)\s*")
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|blockquote)\b", re.IGNORECASE)
_MARKUP = re.compile(r"</(?:p|div|a|li|ul|h[1-6]|strong|em|b|i|span|blockquote)>|<(?:br|p)\s?/?>")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, its blocks parted by a line break."""
    if "<" not in markup and "&" not in markup:
        return markup
    tree = LexborHTMLParser(_BLOCK.sub(r"\n\g<0>", markup))
    return tree.body.text() if tree.body is not None else ""


def children_of(element: etree._Element, names: set[str]) -> Iterator[etree._Element]:
    """Give the children that have one of these names, with the usual prefix."""
    return (child for child in element if name_of(child) in names)


def text_of(element: etree._Element) -> str:
    """Return all text inside an element, whatever lies around it."""
    return "".join(element.itertext())


def one_line(text: str) -> str | None:
    """Return ``text`` without the white space around and inside it; None for nothing."""
    return " ".join(text.split()) or None


def plain_line(markup: str | None) -> str | None:
    """Return the text of a piece of HTML on one line."""
    return one_line(plain_text(markup)) if markup else None


def markup_of(element: etree._Element) -> str | None:
    """Return the HTML that an element holds: escaped, as plain text, or as XHTML."""
    html, text = content_of(element)
    if text is not None:
        return text.replace("&", "&amp;").replace("<", "&lt;")
    return html


def content_of(element: etree._Element) -> tuple[str | None, str | None]:
    """Return what an element holds as HTML, or else as plain text."""
    kind = (element.get("type") or "").lower()
    if len(element):  # markup of its own: XHTML, or HTML that nobody escaped
        for node in element.iterdescendants():
            try:
                node.tag = local_name(node)
            except ValueError:  # a recovering parser lets names pass that are none
                node.tag = "span"
        etree.cleanup_namespaces(element)
        parts = [etree.tostring(child, encoding="unicode", method="html") for child in element]
        whole = (element.text or "") + "".join(parts)
        return (whole if whole.strip() else None), None
    body = element.text or ""
    if not body.strip():
        return None, None
    if kind in {"text", "text/plain"}:
        return None, body
    if not kind and name_of(element).startswith("atom:") and not _MARKUP.search(body):
        return None, body  # text is Atom's default, which those who write HTML forget
    return (body, None) if kind in {"", "html", "xhtml", "text/html", "escaped"} else (None, None)


def link_of(element: etree._Element, base: str) -> str | None:
    """Return the address that an element links to, unless it is another than the entry's own."""
    rel = element.get("rel") or "alternate"
    address = element.get("href") or (element.text or "")
    if rel != "alternate" or not address.strip():
        return None
    try:
        return str(urljoin(base, address.strip()))
    except ValueError:
        return None


def web_only(address: str | None) -> str | None:
    """Return ``address`` if it is an absolute http(s) URL."""
    return address if address and _WEB.fullmatch(address) else None


def is_permanent(fields: dict[str, list[etree._Element]]) -> bool:
    """Whether the ``guid`` of an RSS item may be its address, which is so unless denied."""
    return all((guid.get("isPermaLink") or "true") == "true" for guid in fields.get("guid", ()))


def authors_of(fields: dict[str, list[etree._Element]], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the authors, from the first of ``names`` that has any."""
    for name in names:
        found = [author_of(element) for element in fields.get(name, ())]
        if known := tuple(dict.fromkeys(author for author in found if author)):
            return known
    return ()


def author_of(element: etree._Element) -> str | None:
    """Return the name that an element has as Atom, ``mail (Name)`` or plain text have it."""
    named = next(children_of(element, {"atom:name", "name"}), None)
    if named is not None:
        return one_line(text_of(named))
    text = plain_text(text_of(element))
    if found := _NAMED_ADDRESS.fullmatch(text):
        return one_line(str(found[1]))
    return None if "@" in text else one_line(text)


def inherited(element: etree._Element, attribute: str) -> str | None:
    """Return an attribute of an element or the nearest one around it."""
    while True:
        if value := element.get(attribute):
            return str(value)
        above = element.getparent()
        if above is None:
            return None
        element = above


def damage_of(element: etree._Element) -> str | None:
    """Say what is wrong with an entry, if it cannot be trusted."""
    if any(local_name(child) in ENTRIES for child in element.iterdescendants()):
        return "its markup does not close, and has swallowed the entry after it"
    return None
