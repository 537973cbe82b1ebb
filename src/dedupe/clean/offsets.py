"""Where a page's blocks stand in its source, found after the fact.

The parser keeps no positions. So the source's own text runs (between tags, outside scripts and
comments) are strung together without white space, with references resolved, and each block is looked up
there, in order. Spans begin and end exactly at the block's first and last character; tags and white
space between them belong to the span.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape

from dedupe.clean.blocks import Block

# One alternation, each branch linear: comments and raw-text elements whole, tags, then text runs.
_SKIP = re.compile(
    r"<!--.*?-->|<(script|style|noscript|template|svg|iframe|select|textarea|head)\b.*?</\1\s{0,9}>"
    r"|<[a-zA-Z/!?][^>]{0,20000}>",
    re.S | re.I,
)
_SPACE = re.compile(r"[\s\u200b\u00ad\ufeff|]+")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_HEAD, _TAIL = 48, 24


class Source:
    """The text of a page's source, searchable, with the way back to its offsets."""

    def __init__(self, html: str) -> None:
        """Index the text runs of ``html``."""
        self._html = html
        self._starts: list[int] = []
        self._at: list[int] = []
        pieces: list[str] = []
        length = position = 0
        for match in _SKIP.finditer(html):
            if match.start() > position:
                length = self._run(position, match.start(), pieces, length)
            position = match.end()
        if position < len(html):
            self._run(position, len(html), pieces, length)
        self._text = "".join(pieces)

    def _run(self, start: int, end: int, pieces: list[str], length: int) -> int:
        raw = self._html[start:end]
        if raw.isspace():
            return length
        text = _SPACE.sub("", unescape(raw) if "&" in raw else raw)
        if text:
            self._starts.append(length)
            self._at.append(start)
            pieces.append(text)
            length += len(text)
        return length

    def locate(self, blocks: list[Block]) -> None:
        """Give each block its span; a block that cannot be found keeps -1."""
        cursor = 0
        for block in blocks:
            key = _SPACE.sub("", block.text)
            if not key:
                continue
            at = self._text.find(key, cursor)
            if at < 0:
                at = self._text.find(key[:_HEAD], cursor)
                end = self._text.find(key[-_TAIL:], at) if at >= 0 else -1
                if at < 0 or end < 0 or end + _TAIL - at > 2 * len(key) + 50:
                    continue
                end += len(key[-_TAIL:])
            else:
                end = at + len(key)
            block.start = self._offset(at)
            block.end = self._offset(end - 1) + 1
            block.end = self._past_reference(block.end)
            cursor = end

    def _offset(self, index: int) -> int:
        """Return where in the source the character at ``index`` of the strung text stands."""
        run = bisect_right(self._starts, index) - 1
        position, count = self._at[run], index - self._starts[run]
        html = self._html
        while True:
            character = html[position]
            if character.isspace() or character in "\u200b\u00ad\ufeff|":
                position += 1
                continue
            width, shown = 1, 1
            if character == "&":
                match = _REFERENCE.match(html, position)
                if match:
                    resolved = _SPACE.sub("", unescape(match[0]))
                    width, shown = len(match[0]), len(resolved)
            if count < shown:
                return position
            count -= shown
            position += width

    def _past_reference(self, end: int) -> int:
        """Move an end that fell on the first character of a reference behind it."""
        match = _REFERENCE.match(self._html, end - 1)
        return match.end() if match else end
