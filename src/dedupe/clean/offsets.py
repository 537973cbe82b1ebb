"""Where a page's blocks stand in its source, found after the fact.

The parser keeps no positions. So the source's own text runs (between tags, outside scripts and
comments) are strung together without white space, with references resolved, and each block is
looked up there, in order. A span begins and ends exactly at the block's first and last
character; tags and white space between them belong to the span.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from html import unescape
from itertools import accumulate

from dedupe.clean.blocks import Block
from dedupe.clean.unseen import DRAWING, Shown

# Where what is no text begins: comments and elements whose content is not shown.
_RAW = re.compile(
    r"<(?=[!hinst])"  # one look at a letter spares most tags nine comparisons
    r"(?:!--|(script|style|noscript|template|svg|iframe|select|textarea|head)(?=[\s>/]))",
    re.IGNORECASE,
)
_CLOSING = {
    name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>?" if name else "-->", re.IGNORECASE)
    for name in (
        *("script", "style", "noscript", "template", "iframe", "select", "textarea"),
        *("head", ""),
    )
}
# A text run: what stands between a ">" and the next "<" and is not white space alone.
_RUN = re.compile(r">\s*([^<\s][^<]*)")
_FIRST_RUN = re.compile(r"\s*([^<\s][^<]*)")
_UNSEEN = "\u200b\u00ad\ufeff"
# Parts the runs while they are strung together: no page shows it, no reference resolves to it.
_PART = "\x01"
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_HEAD, _TAIL = 48, 24
_PATIENCE = 500


class Source:
    """The text of a page's source, searchable, with the way back to its offsets."""

    def __init__(self, shown: Shown) -> None:
        """Index the text runs of a page."""
        html = shown.html
        self._origin = shown.origin
        if _PART in html:
            html = html.replace(_PART, " ")
        self._html = html
        runs = [run.span(1) for span in _text_spans(html) for run in _runs(html, *span)]
        # All runs are resolved and squeezed at once: a call for each run costs more than its text.
        strung = _PART.join([html[start:end] for start, end in runs])
        pieces = _squeeze(unescape(strung) if "&" in strung else strung).split(_PART)
        self._runs = runs
        self._starts = list(accumulate(map(len, pieces), initial=0))
        self._text = "".join(pieces)

    def locate(self, blocks: list[Block]) -> None:
        """Give each cut block its span; one that cannot be found keeps -1, and so do kept ones."""
        cursor = 0
        find = self._text.find
        # Each block that is not there costs a look through all the rest.
        patience = _PATIENCE * len(self._text)
        for block, key in zip(blocks, _keys(blocks), strict=True):
            if not key or patience < 0:
                continue
            at = find(key, cursor)
            if at < 0:
                patience -= len(self._text) - cursor
                at = find(key[:_HEAD], cursor)
                end = find(key[-_TAIL:], at) if at >= 0 else -1
                if at < 0 or end < 0 or end + _TAIL - at > 2 * len(key) + 50:
                    continue
                end += len(key[-_TAIL:])
            else:
                end = at + len(key)
            if block.cut is not None:
                block.start = self._origin(self._first(at))
                block.end = self._origin(self._past(end - 1) - 1) + 1
            cursor = end

    def _first(self, index: int) -> int:
        """Return where in the source the character at ``index`` of the strung text begins."""
        run = bisect_right(self._starts, index) - 1
        start, end = self._runs[run]
        count = index - self._starts[run]
        if count == 0:
            raw = self._html[start:end]
            return start + len(raw) - len(raw.lstrip())
        return self._step(start, count)[0]

    def _past(self, index: int) -> int:
        """Return where in the source the character at ``index`` of the strung text ends."""
        run = bisect_right(self._starts, index) - 1
        start, end = self._runs[run]
        after = self._starts[run + 1] if run + 1 < len(self._starts) else len(self._text)
        if index + 1 == after:
            return start + len(self._html[start:end].rstrip())
        return self._step(start, index - self._starts[run])[1]

    def _step(self, position: int, count: int) -> tuple[int, int]:
        """Return the span of the character that ``count`` shown ones precede."""
        html = self._html
        while True:
            character = html[position]
            if character.isspace() or character == "|" or character in _UNSEEN:
                position += 1
                continue
            width, shown = 1, 1
            if character == "&":
                match = _REFERENCE.match(html, position)
                if match:
                    width, shown = len(match[0]), len(_squeeze(unescape(match[0])))
            if count < shown:
                return position, position + width
            count -= shown
            position += width


def _keys(blocks: list[Block]) -> list[str]:
    """Return the texts of the blocks, squeezed all at once."""
    texts = [block.text for block in blocks]
    strung = _PART.join(texts)
    if strung.count(_PART) >= len(texts):
        strung = _PART.join(text.replace(_PART, " ") for text in texts)
    return _squeeze(strung).split(_PART) if texts else []


def _squeeze(text: str) -> str:
    """Return ``text`` without white space, invisible characters and the bars between cells."""
    # Most white space is a blank, which leaves little to split at.
    text = "".join(text.replace(" ", "").split()).replace("|", "")
    if not text.isascii():
        for unseen in _UNSEEN:
            text = text.replace(unseen, "")
    return text


def _runs(html: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    first = _FIRST_RUN.match(html, begin, end)
    if first:
        yield first
    yield from _RUN.finditer(html, begin, end)


def _text_spans(html: str) -> list[tuple[int, int]]:
    """Return the spans of ``html`` outside comments and elements that show no text."""
    spans: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    position = 0
    for found in _RAW.finditer(html):
        if found.start() < position:
            continue
        name = (found[1] or "").lower()
        if name == "svg":
            closing = DRAWING.match(html, found.start())
        else:
            closing = None if name in unclosed else _CLOSING[name].search(html, found.end())
        if closing is None:  # broken markup; what closes it for a browser is not known here
            unclosed.add(name)
            continue
        spans.append((position, found.start()))
        position = closing.end()
    spans.append((position, len(html)))
    return spans
