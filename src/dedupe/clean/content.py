"""Which part of a page is its article: prune by names, then follow the running text downwards.

From the body downwards, the child that holds nearly all of what is left is entered, until no single
child does; a part that calls itself the article's body is entered earlier. Names are evidence, text is
proof: an element that holds most of the page's running text is never cut for its name.
"""

from __future__ import annotations

from dedupe.clean.blocks import Block, Cut, Role, Stage
from dedupe.clean.walk import Box, Walk

_SPARED = 0.6
_COMMENTS_SPARED = 0.97
_DOMINANT = 0.82
_NAMED = {4: 0.25, 3: 0.45, 2: 0.5, 1: 0.82}
_LABEL_WEIGHT = 0.15


def weigh(block: Block) -> float:
    """Return how much a block speaks for its surroundings being the article."""
    letters = len(block.text) * (1 - block.links)
    if block.prose:
        return letters
    return letters * _LABEL_WEIGHT if block.role is not Role.CODE else letters * 0.5


def prune(walk: Walk) -> None:
    """Decide for every box whether it is cut, and cut its blocks."""
    boxes, blocks = walk.boxes, walk.blocks
    _total(boxes, blocks)
    whole = _uncut(boxes)
    for index, box in enumerate(boxes):
        above = boxes[box.parent].cut if box.parent >= 0 else None
        if above is not None:
            box.cut = above
        elif box.cut is not None and not box.always and index and _spare(box, whole):
            box.cut = None
    for block in blocks:
        cut = boxes[block.zone].cut
        if cut is not None and block.cut is None:
            block.cut = cut


def _total(boxes: list[Box], blocks: list[Block]) -> None:
    for box in boxes:
        box.prose = 0.0
    for block in blocks:
        if block.cut is None:
            boxes[block.zone].prose += weigh(block)
    for box in reversed(boxes):
        if box.parent >= 0:
            boxes[box.parent].prose += box.prose


def _uncut(boxes: list[Box]) -> float:
    """Return the page's weight without what is cut in any case."""
    lost = 0.0
    inside: set[int] = set()
    for index, box in enumerate(boxes):
        if box.parent in inside:
            inside.add(index)
        elif box.always and box.cut is not None:
            inside.add(index)
            lost += box.prose
    return max(1.0, boxes[0].prose - lost)


def _spare(box: Box, whole: float) -> bool:
    least = _COMMENTS_SPARED if box.cut and box.cut.rule == "comment-section" else _SPARED
    return box.prose > least * whole


def find_main(walk: Walk) -> int:
    """Return the index of the box that holds the article; the body if nothing narrower does."""
    boxes, blocks = walk.boxes, walk.blocks
    _total(boxes, blocks)
    children: dict[int, list[int]] = {}
    for index, box in enumerate(boxes):
        if box.parent >= 0 and box.prose > 0 and box.cut is None:
            children.setdefault(box.parent, []).append(index)
    current = 0
    while True:
        weight = boxes[current].prose
        named = _named_below(boxes, children, current, weight)
        if named is not None:
            current = named
            continue
        below = children.get(current, [])
        if not below:
            return current
        best = max(below, key=lambda index: boxes[index].prose)
        if boxes[best].prose < _DOMINANT * weight or boxes[best].tag in {"p", "ul", "ol", "blockquote"}:
            return current
        current = best


def _named_below(
    boxes: list[Box], children: dict[int, list[int]], current: int, weight: float
) -> int | None:
    """Return the heaviest descendant whose name says body, if it holds its share."""
    best: int | None = None
    stack = list(children.get(current, []))
    while stack:
        index = stack.pop()
        box = boxes[index]
        if box.prose < 0.25 * weight:
            continue
        if box.body and box.prose >= _NAMED[box.body] * weight:
            key = (box.body, box.prose, -index)
            if best is None or key > (boxes[best].body, boxes[best].prose, -best):
                best = index
        stack.extend(children.get(index, []))
    if best is not None and boxes[best].body < 3 and boxes[best].prose < _NAMED[2] * weight:
        return None
    return best


def cut_outside(walk: Walk, main: int) -> None:
    """Cut every block that does not stand under the main box."""
    boxes = walk.boxes
    inside = [False] * len(boxes)
    for index, box in enumerate(boxes):
        inside[index] = index == main or (box.parent >= 0 and inside[box.parent])
    first = next((b.position for b in walk.blocks if inside[b.zone]), 0)
    for block in walk.blocks:
        if block.cut is None and not inside[block.zone]:
            rule = "before-article" if block.position < first else "after-article"
            block.cut = Cut(rule, Stage.OUTSIDE)
