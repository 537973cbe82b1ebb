"""Pages that the fast way finds nothing in, read again with BeautifulSoup.

Some pages carry their article where browsers with scripts never show it (``noscript``,
``template``), some as HTML inside JSON-LD, some in markup so broken that a tree built by the
browser's rules hides it. BeautifulSoup over the plain ``html.parser`` keeps all of that as text,
slowly, which does not matter for the few pages that get here.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from dedupe.clean.blocks import Block, Role
from dedupe.clean.bounds import bounded, nests_deeper, without_surrogates
from dedupe.clean.words import squash

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

# Beyond these BeautifulSoup takes seconds: it is quadratic in depth, html.parser in loose ends.
_LARGEST, _MOST_TAGS, _DEEPEST = 1_000_000, 6_000, 300
_LEAST_WORDS = 40
_SILENT = ["script", "style", "svg", "iframe", "select", "nav", "footer", "button", "form", "head"]
_ROLES = {
    "h1": Role.HEADING,
    "h2": Role.HEADING,
    "h3": Role.HEADING,
    "h4": Role.HEADING,
    "li": Role.ITEM,
    "blockquote": Role.QUOTE,
    "pre": Role.CODE,
    "p": Role.PARAGRAPH,
}


def fragment_text(markup: str) -> str:
    """Return the text of a fragment of HTML, a block a line; plain text as it is."""
    if "<" not in markup:
        return markup
    soup = _soup(markup)
    if soup is not None:
        return "\n".join(block.text for block in _blocks(soup))
    return LexborHTMLParser(bounded(without_surrogates(markup))).text(separator="\n")


def read_again(html: str, stated: str) -> list[Block]:
    """Return the blocks of a page of which the fast way kept nothing; none if there is no text.

    Args:
        html: the page.
        stated: the body that its JSON-LD states, as text; it is taken if the page shows nothing.
    """
    blocks: list[Block] = []
    soup = _soup(html)
    if soup is not None:
        for hidden in soup(_SILENT):
            if not hidden.decomposed:
                hidden.decompose()
        blocks = _blocks(soup)
    if sum(block.words for block in blocks if block.prose) < _LEAST_WORDS:
        return stated_blocks(stated)
    return _numbered(blocks)


def stated_blocks(stated: str) -> list[Block]:
    """Return the body that a page's JSON-LD states as blocks; none if it is next to nothing."""
    lines = [squash(line) for line in stated.splitlines()]
    blocks = [Block(line, Role.PARAGRAPH) for line in lines if line]
    return _numbered(blocks) if sum(block.words for block in blocks) >= _LEAST_WORDS else []


def _numbered(blocks: list[Block]) -> list[Block]:
    for position, block in enumerate(blocks):
        block.position = position
    return blocks


def _affordable(markup: str) -> bool:
    return (
        len(markup) <= _LARGEST
        and markup.count("<") <= _MOST_TAGS
        and not nests_deeper(markup, _DEEPEST)
    )


def _soup(markup: str) -> BeautifulSoup | None:
    """``markup`` parsed; None where that would take seconds, or where it cannot be."""
    if not _affordable(markup):
        return None
    # Few pages need it, and importing it takes as long as ten of them.
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
    from bs4.exceptions import ParserRejectedMarkup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        try:
            return BeautifulSoup(markup, "html.parser")
        except ParserRejectedMarkup:  # html.parser asserts on some broken declarations
            return None


def _blocks(soup: BeautifulSoup) -> list[Block]:
    from bs4 import Tag

    found = soup.find_all(list(_ROLES))
    if not found:
        lines = (squash(line) for line in soup.get_text("\n").splitlines())
        return [Block(line, Role.PARAGRAPH) for line in lines if line]
    blocks = []
    for tag in found:
        if isinstance(tag, Tag) and tag.find(list(_ROLES)) is None:
            text = squash(tag.get_text(" "))
            if text:
                blocks.append(Block(text, _ROLES[tag.name]))
    return blocks
