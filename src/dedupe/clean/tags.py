"""What the tags of HTML are to a walk over a page: text in a line, a block, a void, unseen."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborNode

INVISIBLE: Final = (
    "head", "svg", "script", "style", "noscript", "template", "iframe", "object", "embed", "canvas",
    "select", "textarea", "map", "audio", "video", "datalist", "progress", "meter",
)  # fmt: skip
ANY_INVISIBLE: Final = ",".join(INVISIBLE)
_BLOCK: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
        "button",
        "label",
        "legend",
        "option",
    ]
)
_VOID: Final = frozenset(
    [
        "br",
        "img",
        "input",
        "wbr",
        "source",
        "link",
        "meta",
        "area",
        "base",
        "col",
        "param",
        "track",
    ]
)
CELLS: Final = frozenset(("td", "th"))
_WHOLE: Final = frozenset(("nav", "footer", "button", "menu"))

TEXT, BREAK, NOTHING, LINE, OWN, TAKEN = range(6)
"""What a walk does with a node: a text; a line break; nothing; part of a line; a block of its own;
one that is taken whole."""
# Numbers of the parser's own for tags of HTML; those that a page invents have others in each page.
TAGS: dict[int, tuple[int, str]] = {}
_MOST_TAGS = 1_000


def kind_of(node: LexborNode, number: int) -> tuple[int, str]:
    """Return what the walk does with nodes of a tag, and its name; learnt once for each tag."""
    tag = node.tag or "-"
    kind = LINE
    if tag == "-text":
        kind = TEXT
    elif tag == "br":
        kind = BREAK
    elif tag in _VOID or tag in INVISIBLE or tag[0] in "-_!":
        kind = NOTHING
    elif tag in _BLOCK:
        kind = TAKEN if tag in _WHOLE else OWN
    if number < _MOST_TAGS:
        TAGS[number] = kind, tag
    return kind, tag
