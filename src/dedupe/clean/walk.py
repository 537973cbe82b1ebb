"""A page to blocks: one walk over lexbor's tree, every visible text in exactly one block.

Lexbor parses like a browser and three times as fast as libxml2 on the pages measured. The walk
keeps flat lists instead of a second tree: boxes (block-level elements, each knowing its parent)
and blocks (each knowing its box). Nested 10,000 deep or wide, it stays one loop.
"""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from dedupe.clean.blocks import Block, Role
from dedupe.clean.boxes import HIDING, Box
from dedupe.clean.markup import CHROME_TAGS, hidden, read_names
from dedupe.clean.tags import (
    ANY_INVISIBLE,
    BREAK,
    CELLS,
    LINE,
    TAGS,
    TAKEN,
    TEXT,
    kind_of,
)
from dedupe.clean.words import squash

_ROLE: Final = {
    "h1": Role.HEADING, "h2": Role.HEADING, "h3": Role.HEADING, "h4": Role.HEADING,
    "h5": Role.HEADING, "h6": Role.HEADING, "li": Role.ITEM, "dd": Role.ITEM,
    "blockquote": Role.QUOTE, "pre": Role.CODE,
    "figcaption": Role.CAPTION, "tr": Role.ROW, "caption": Role.CAPTION,
}  # fmt: skip
# Deeper than anybody writes by hand; what is nested deeper belongs to the box at that depth.
_DEEPEST = 200
_INHERITED: Final = frozenset((Role.ITEM, Role.QUOTE, Role.CAPTION))


# An element that is open during the walk: its place, whether it is a block, whether its text is a
# link's, the role of text in it, whether its text is hidden.
_Open = tuple["_Place", bool, bool, Role, bool]


class _Place:
    """A block-level element on the way; it becomes a box if it turns out to hold text."""

    __slots__ = ("above", "box", "depth", "node", "tag")

    def __init__(self, box: int, above: _Place | None, tag: str, node: LexborNode | None) -> None:
        self.box = box
        self.above = above
        self.tag = tag
        self.node = node
        self.depth: int = above.depth + 1 if above is not None else 0


def _top(body: LexborNode | None) -> Box:
    """Return the box of the whole page; its names say little of what is in it."""
    box = Box("body", -1, 0)
    attributes = body.attributes if body is not None else {}
    named = read_names(attributes.get("id") or "", attributes.get("class") or "")[2]
    box.say(None, min(named, 1), always=False)
    return box


class Walk:
    """The boxes and blocks of one page."""

    def __init__(self, page: LexborHTMLParser) -> None:
        """Walk over ``page``, past what never shows text; navigation and footers are one block."""
        self.boxes: list[Box] = [_top(page.body)]
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        if page.body is not None:
            self._walk(page.body)

    def past(self, top: int) -> int:
        """Return the index past the last box under ``top``: boxes stand in the page's order."""
        for index in range(top + 1, len(self.boxes)):
            if self.boxes[index].parent < top:
                return index
        return len(self.boxes)

    def _walk(self, body: LexborNode) -> None:  # noqa: C901, PLR0912, PLR0915 - one hot loop
        top: _Open = (_Place(0, None, "body", None), True, False, Role.PARAGRAPH, False)
        above: list[tuple[LexborNode, _Open]] = []
        parts = self._parts
        known = TAGS.get
        breaks = 0
        node = body.first_child
        while node is not None or above:
            if node is None:
                if top[1] and parts:
                    self._flush(top)
                node, top = above.pop()
                node = node.next
                continue
            number = node.tag_id
            kind, tag = known(number) or kind_of(node, number)
            if kind == TEXT:
                text = node.text_content
                # Most text is the space between elements: it counts only within a line.
                if text and not top[4]:
                    blank = text.isspace()
                    if parts or not blank or top[3] is Role.CODE:
                        if breaks and parts and not blank:
                            if breaks > 1:
                                self._flush(top)
                            else:
                                parts.append("\n" if top[3] is Role.CODE else " ")
                            breaks = 0
                        parts.append(text)
                        if top[2]:
                            self._linked += len(text.strip())
            elif kind >= LINE:
                if kind == LINE:
                    inner = self._inline(node, tag, top)
                else:
                    breaks = 0
                    if parts:
                        self._flush(top)
                    if kind == TAKEN:
                        self._whole(node, tag, top)
                        node = node.next
                        continue
                    inner = None
                child = node.first_child
                if child is not None:
                    above.append((node, top))
                    node, top = child, inner or _block(node, tag, top)
                    continue
            elif kind == BREAK and parts:
                breaks += 1
            node = node.next
        if parts:
            self._flush(top)

    def _whole(self, node: LexborNode, tag: str, top: _Open) -> None:
        """Take an element of pure chrome as one block, without looking into it."""
        for unseen in node.css(ANY_INVISIBLE):
            unseen.decompose()
        text = squash(node.text(separator=" "))
        if not text:
            return
        place = _block(node, tag, top)[0]
        if place is top[0]:
            return
        block = Block(text, Role.PARAGRAPH, -1, -1, 1.0, len(self.blocks))
        block.zone = self._settle(place)
        self.boxes[-1].say(CHROME_TAGS[tag], self.boxes[-1].said.body, always=True)
        self.blocks.append(block)

    def _settle(self, place: _Place) -> int:
        """Return the index of the box at ``place``; it and those around it are made if need be."""
        missing: list[_Place] = []
        while place.box < 0 and place.above is not None:
            missing.append(place)
            place = place.above
        box = place.box
        for place in reversed(missing):
            self.boxes.append(Box(place.tag, box, place.depth, place.node))
            box = place.box = len(self.boxes) - 1
        return box

    def _inline(self, node: LexborNode, tag: str, top: _Open) -> _Open:
        if tag in CELLS and self._parts:
            self._parts.append(" | ")
        unseen = top[4]
        attributes = None if unseen else node.attributes
        if attributes:
            if not HIDING.isdisjoint(attributes) and hidden(attributes):
                unseen = True
            elif "class" in attributes or "id" in attributes:
                cut, always, _ = read_names(
                    attributes.get("id") or "", attributes.get("class") or ""
                )
                unseen = always and cut is not None
        return (top[0], False, top[2] or tag == "a", top[3], unseen)

    def _flush(self, top: _Open) -> None:
        raw = "".join(self._parts)
        self._parts.clear()
        linked, self._linked = self._linked, 0
        words = raw.split()
        if not words:
            return
        role = top[3]
        text = raw.strip("\n").rstrip() if role is Role.CODE else " ".join(words)
        if role is Role.ROW:
            text = text.strip("| ")
            if not text:
                return
        # What is ASCII and not a row has as many words as it has pieces between blanks.
        count = len(words) if role is not Role.ROW and text.isascii() else -1
        block = Block(text, role, links=min(1.0, linked / len(text)), words=count)
        block.position, block.zone = len(self.blocks), self._settle(top[0])
        self.blocks.append(block)


def _block(node: LexborNode, tag: str, top: _Open) -> _Open:
    place, _, linked, above, _ = top
    if place.depth >= _DEEPEST:
        return (place, True, linked, above, False)
    role = _ROLE.get(tag)
    if role is None:
        role = above if above in _INHERITED else Role.PARAGRAPH
    return (_Place(-1, place, tag, node), True, linked, role, False)
