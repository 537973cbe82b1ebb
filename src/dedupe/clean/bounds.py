"""What the markup of one page may cost, whatever it says.

A browser's parser is linear on what people write and quadratic, in time or in nodes, on what
somebody wrote to hurt it: elements nested without end, thousands of attributes on one tag,
formatting elements that are never closed and so are opened anew in every block. Browsers cap the
depth too (Chrome at 512). What goes beyond a bound is blanked out before the page is parsed, tag by
tag and to the letter, so that all text stays and all offsets hold.

The scan follows the tokeniser of the HTML standard (section 13.2.5), and its stack of open
elements as far as it decides depth; every quantifier is possessive, so it is linear.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from dedupe.errors import InputError
from dedupe.settings import Settings

DEEPEST: Final = 500
"""Elements that may be open at once."""
MOST_ATTRIBUTES: Final = 500
MOST_FORMATTING: Final = 8
"""Formatting elements (``b``, ``i``, ``font`` ...) that may be open at once."""
MOST_ELEMENTS: Final = Settings().max_elements

# Up to here a page costs little, whatever is in it, and nobody needs to look.
_FEW_TAGS, _FEW_LETTERS, _VERY_FEW_TAGS = 10_000, 120_000, 1_000
# Formatting is opened anew in every element at worst: so many nodes may come of a page, a letter.
_FEW_NODES, _FEW_OF_A_LETTER = 640_000, 8
_FEW_LONG_TAGS = 100
_FORMATS = re.compile(
    r"<(?=[bcefinstu])(?:b|big|code|em|font|i|s|small|strike|strong|tt|u|nobr)[\t\n\f\r />]",
    re.IGNORECASE,
)

_ATTRIBUTE = (
    r"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"""(?:"[^"]*+"?+|'[^']*+'?+|[^\t\n\f\r >"'][^\t\n\f\r >]*+)?+)?+"""
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(
    rf"<(/?)([a-zA-Z][^\t\n\f\r />]*+)(?:[\t\n\f\r /]++|{_ATTRIBUTE})*+>?+"
    r"|<!--"
)
_NAME = re.compile(r"</?([a-zA-Z][^\t\n\f\r />]*+)")
# Every tag of more than MOST_ATTRIBUTES, and more, begins with the one or has the other in it: no
# end for a long while, or one that stands in quotation marks.
_LONG_TAG = re.compile(r"<[a-zA-Z](?=[^>]{4000})")
_QUOTED_END = re.compile(r"""=(?=[\t\n\f\r ]*+(?:"[^">]*+>|'[^'>]*+>))""")
_REST = re.compile(
    r"""(?:<[a-zA-Z][^\t\n\f\r />]*+|=[\t\n\f\r ]*+(?:"[^"]*+"?+|'[^']*+'?+))"""
    rf"((?:[\t\n\f\r /]++|{_ATTRIBUTE})*+)"
)

_RAW: Final = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noframes"))
_ENDS: Final = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _RAW}
_COMMENT_END = re.compile("--!?>")
_FORMATTING: Final = frozenset(
    ("b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u", "nobr")
)
# They close themselves, or the one before them.
_FLAT: Final = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img"),
        *("input", "keygen", "link", "meta", "param", "source", "track", "wbr", "a"),
        *("html", "head", "body", "p", "li", "dd", "dt", "option", "colgroup"),
        *("tr", "td", "th", "tbody", "thead", "tfoot", "caption"),
    )
)
_VOID: Final = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr", "keygen", "basefont", "bgsound", "frame"),
    )
)
_MARKERS: Final = frozenset(("table", "template", "object", "applet", "marquee"))
# End tags that close whatever is open inside; all others stop at one of these.
_SPECIAL: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "button", "center", "details", "dialog"),
        *("dir", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form", "frameset"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "listing", "main", "menu"),
        *("nav", "ol", "pre", "search", "section", "select", "summary", "ul", *_MARKERS),
    )
)


def refuse_if_endless(text: str, *, html: bool, most: int = MOST_ELEMENTS) -> None:
    """Refuse a page of more tags, or a text of more lines, than ``most``.

    Raises:
        InputError: ``too-complex: ...``
    """
    if len(text) <= most:
        return
    if html:
        count, what = text.count("<"), "tags"
        if count > most:
            count -= text.count("</") + text.count("<!")
    else:
        count, what = len(text.splitlines()), "lines"
    if count > most:
        raise InputError(f"too-complex: {count:,} {what}, more than max_elements = {most:,}")


def _to_be_looked_at(html: str) -> bool:
    tags = html.count("<")
    if tags > _FEW_TAGS:
        return True
    nodes = min(_FEW_NODES, _FEW_OF_A_LETTER * len(html))
    if tags > _VERY_FEW_TAGS and tags * len(_FORMATS.findall(html)) > nodes:
        return True
    return len(html) > _FEW_LETTERS and _may_have_many_attributes(html)


def _may_have_many_attributes(html: str) -> bool:
    """Whether some tag may have more attributes than the bound, seen without reading every tag."""
    places = [found.start() for found in _LONG_TAG.finditer(html)]
    for found in _QUOTED_END.finditer(html):
        places.append(found.start())
        if len(places) > _FEW_LONG_TAGS:
            return True
    # Each is read as if it stood in a tag; where it does not, that counts too many at worst.
    for place in places:
        rest = _REST.match(html, place)
        if rest and len(_ATTRIBUTES.findall(html, rest.start(1), rest.end())) > MOST_ATTRIBUTES:
            return True
    return len(places) > _FEW_LONG_TAGS


def bounded(html: str) -> str:
    """Return ``html`` with the tags and attributes beyond the bounds blanked out; same length."""
    if not _to_be_looked_at(html):
        return html
    spans = _beyond(html)
    if not spans:
        return html
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += (html[position:start], " " * (end - start))
        position = end
    return "".join((*pieces, html[position:]))


_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(html: str) -> str:
    """Return ``html`` with lone surrogates, which no parser takes, replaced; offsets stay."""
    return _SURROGATE.sub("\ufffd", html)


def _beyond(html: str) -> list[tuple[int, int]]:
    """Return the spans of ``html`` that go beyond a bound, in order."""
    spans: list[tuple[int, int]] = []
    open_elements = _Open()
    position: int | None = 0
    while position is not None:
        position = _scan(html, position, open_elements, spans)
    return spans


def _scan(
    html: str, position: int, open_elements: _Open, spans: list[tuple[int, int]]
) -> int | None:
    """Read tags up to text that holds none; return where that ends, None at the end of it all."""
    for tag in _TAG.finditer(html, position):
        start, end = tag.span()
        if tag[2] is None:
            closing = _COMMENT_END.search(html, start + 2)
            return closing.end() if closing else None
        name = tag[2].lower()
        if tag[1]:
            if name not in _FLAT:
                open_elements.close(name)
            continue
        if end - start > 2 * MOST_ATTRIBUTES:
            spans += _attributes_beyond(html, tag.end(2), end)
        if name in _RAW:
            closing = _ENDS[name].search(html, end)
            return closing.start() if closing else None
        if name not in _FLAT and not open_elements.open(name):
            spans.append((start, end))
    return None


def _attributes_beyond(html: str, start: int, end: int) -> list[tuple[int, int]]:
    last = end - (html[end - 1] == ">")
    for number, attribute in enumerate(_ATTRIBUTES.finditer(html, start, last), 1):
        if number > MOST_ATTRIBUTES:
            return [(attribute.start(), last)]
    return []


class _Open:
    """The elements that are open, as far as they nest."""

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._markers: Counter[str] = Counter()
        # One for each marker: what is inside a table cannot close what is outside of it.
        self._scopes: list[Counter[str]] = [Counter()]
        self._formatting = 0

    def open(self, name: str) -> bool:
        """Take a start tag in; False if it goes beyond a bound."""
        if name in _FORMATTING:
            if self._formatting >= MOST_FORMATTING:
                return False
            self._formatting += 1
            self._scopes[-1][name] += 1
            return True
        if len(self._stack) >= DEEPEST:
            return False
        self._stack.append(name)
        if name in _MARKERS:
            self._markers[name] += 1
            self._scopes.append(Counter())
        else:
            self._scopes[-1][name] += 1
        return True

    def close(self, name: str) -> None:
        """Take an end tag in."""
        if name in _MARKERS:
            while self._markers[name] and self._pop() != name:
                pass
        elif not self._scopes[-1][name]:
            return
        elif name in _FORMATTING:
            self._scopes[-1][name] -= 1
            self._formatting -= 1
        elif name in _SPECIAL:
            while self._pop() != name:
                pass
        else:
            self._close_up_to_a_special(name)

    def _close_up_to_a_special(self, name: str) -> None:
        for above, other in enumerate(reversed(self._stack)):
            if other == name:
                for _ in range(above + 1):
                    self._pop()
                return
            if other in _SPECIAL:
                return

    def _pop(self) -> str:
        name = self._stack.pop()
        if name in _MARKERS:
            self._markers[name] -= 1
            # Formatting that nobody closed in the table goes on outside of it.
            inner = self._scopes.pop()
            for left in _FORMATTING & inner.keys():
                self._scopes[-1][left] += inner[left]
        else:
            self._scopes[-1][name] -= 1
        return name


def nests_deeper(markup: str, most: int) -> bool:
    """Whether a parser that closes nothing by itself nests ``markup`` deeper than ``most``."""
    stack: list[str] = []
    counts: Counter[str] = Counter()
    for tag in _NAME.finditer(markup):
        name = tag[1].lower()
        if markup[tag.start() + 1] != "/":
            if name not in _VOID:
                stack.append(name)
                counts[name] += 1
                if len(stack) > most:
                    return True
        elif counts[name]:
            last = ""
            while last != name:
                last = stack.pop()
                counts[last] -= 1
    return False
