"""What shows nothing, taken out of a page before it is parsed: scripts, styles, comments, drawings.

They are half of a page's letters, and each costs a node, its removal and a look from whatever reads
the source after. One pass finds them as the parser would: what begins inside of one belongs to it.
Where it may be wrong (markup inside a tag, a script that writes scripts), it leaves the rest of the
page to the parser; and it takes out only what stands after a tag or a blank, so that no two pieces
join into something else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Final

# Markup that does not lead out of a drawing, as <p> or <div> does.
_DRAWN = (
    r"(?:path|g|use|rect|circle|line|poly(?:gon|line)|ellipse|defs|clippath|mask|symbol|stop|title|"
    r"desc|text|tspan|style|filter|fe[a-z]+|(?:linear|radial)gradient|animate[a-z]*|pattern|image)"
)

_DRAWING = rf"svg(?=[\s>])[^<>]*+(?<!/)>(?:[^<]++|</?{_DRAWN}(?=[\s>/]))*+</svg(?=[\s>/])[^<>]*+>"
DRAWING: Final = re.compile(f"<{_DRAWING}", re.IGNORECASE)
"""A drawing with nothing in it that the parser takes out of it."""


def _raw(name: str, first: int = 1) -> str:
    """The pattern of an element up to its end tag or the page's end, its first letters aside."""
    return (
        rf"{name[first:]}(?=[\s/>])[^>]*+>?+"
        rf"(?:[^<]++|<(?!/{name}[\s/>]))*+(?:</{name}[^>]*+>?+)?+"
    )


# What a group takes stays: what is text to the parser, and drawings that it takes apart, in which
# a script is no script.
_UNSEEN: Final = re.compile(
    rf"<(?:s(?:{_raw('script')}|{_raw('style')}|{_DRAWING[1:]}|({_raw('svg')}))"
    r"|!--(?:-?>|(?:[^-]++|-(?!->|-!>))*+(?:--!?>)?+)"
    rf"|(t(?:{_raw('textarea')}|{_raw('title')})"
    rf"|{_raw('iframe', 0)}|{_raw('xmp', 0)}|no(?:{_raw('noembed', 2)}|{_raw('noframes', 2)})))",
    re.IGNORECASE,
)
# Linked data is read; its type may be written with a reference.
_LINKED_DATA = re.compile(r"ld(?:\+|&#(?:x2b|43);)json", re.IGNORECASE)
_START_TAG = 1_000


class Shown:
    """A page's source without what shows nothing, and the way back to the whole."""

    __slots__ = ("_cuts", "_lengths", "html")

    def __init__(self, html: str) -> None:
        """Take what shows nothing out of ``html``."""
        pieces: list[str] = []
        lengths = [0]
        taken = position = 0
        for found in _UNSEEN.finditer(html):
            start, end = found.span()
            before = html[start - 1] if start else ">"
            if before != ">":
                if before in "\"'=" or (before.isspace() and _in_a_tag(html, start)):
                    break
                if not before.isspace():
                    continue
            if found.lastindex:
                continue
            if html[start + 2] in "cC":
                last = min(end, start + _START_TAG)
                if html.find("json", start, last) > 0 and _LINKED_DATA.search(html, start, last):
                    continue
                if html.find("<!--", start, end) > 0 and "<script" in html[start + 1 : end].lower():
                    break
            pieces.append(html[position:start])
            taken += end - start
            lengths.append(taken)
            position = end
        # Where in the rest something is missing, and how much up to there.
        self._cuts = list(accumulate(map(len, pieces)))
        self._lengths = lengths
        pieces.append(html[position:])
        self.html = "".join(pieces)

    def origin(self, position: int) -> int:
        """Return where the character at ``position`` of ``html`` stands in the whole source."""
        return position + self._lengths[bisect_right(self._cuts, position)]


def _in_a_tag(html: str, position: int) -> bool:
    """Whether the last bracket before ``position`` opens a tag."""
    return html.rfind("<", 0, position) > html.rfind(">", 0, position)
