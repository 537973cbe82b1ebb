"""Which part of a page is its article: follow the running text downwards.

From the body downwards, the child that holds nearly all of what is left is entered, until no
single child does; a part that calls itself the article's body is entered earlier, together with
its fellows of the same name.
"""

from __future__ import annotations

from collections import defaultdict

from dedupe.clean.blocks import Block, Cut, Stage
from dedupe.clean.boxes import Box
from dedupe.clean.prune import LEAST_PROSE, total_up
from dedupe.clean.walk import Walk

_DOMINANT = 0.82
_NAMED = {4: 0.25, 3: 0.4, 2: 0.5, 1: 0.82}
_CLIMBS = 4
_BODY = 3
_OF_ITS_OWN = frozenset(("article", "h1"))
_HEADLINE_WORDS = 4
_CARDS, _CARD_WORDS, _CARD_LINKED = 3, 60, 0.9
_LEAST_WORDS = 80
_LEAD_LETTERS, _LEAD_NOISE = 120, 0.35
_NOT_CARDS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "td", "tr"))
_LEAVES = frozenset(("p", "ul", "ol", "blockquote", "table", "dl"))


def cut_teasers(walk: Walk) -> None:
    """Cut lists of other articles' cards: siblings that are a linked headline and a line or two.

    A list of recommendations with text of its own under each linked heading is an article.
    """
    boxes, blocks = walk.boxes, walk.blocks
    words = [0] * len(boxes)
    heads = [0] * len(boxes)
    for block in blocks:
        if block.cut is None:
            words[block.zone] += block.words
            if block.links > _CARD_LINKED and block.words >= _HEADLINE_WORDS:
                heads[block.zone] += 1
    cards: dict[int, list[int]] = defaultdict(list)
    for index in range(len(boxes) - 1, 0, -1):
        box = boxes[index]
        if heads[index] == 1 and words[index] <= _CARD_WORDS and box.tag not in _NOT_CARDS:
            cards[box.parent].append(index)
        words[box.parent] += words[index]
        heads[box.parent] += heads[index]
    chosen = {index for siblings in cards.values() if len(siblings) >= _CARDS for index in siblings}
    if not chosen or words[0] - sum(words[index] for index in chosen) < _LEAST_WORDS:
        return
    inside = [False] * len(boxes)
    for index, box in enumerate(boxes):
        inside[index] = index in chosen or (box.parent >= 0 and inside[box.parent])
    for block in blocks:
        if inside[block.zone]:
            block.drop("teaser-list", Stage.RELATED)


def find_main(walk: Walk, title: Block | None) -> int:
    """Return the index of the box that holds the article; the body if nothing narrower does.

    Args:
        walk: the pruned page.
        title: the visible heading that says the page's stated title, if one does.
    """
    boxes = walk.boxes
    total_up(boxes, walk.blocks)
    children: dict[int, list[int]] = {}
    for index, box in enumerate(boxes):
        if box.parent >= 0 and box.prose > 0 and box.cut is None:
            children.setdefault(box.parent, []).append(index)
    current = _holder_of(boxes, title)
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
        if boxes[best].prose < _DOMINANT * weight or boxes[best].tag in _LEAVES:
            return current
        current = best


def _holder_of(boxes: list[Box], title: Block | None) -> int:
    """Return the innermost box around the title that calls itself an article and has a text.

    Sites that load one article after another put each into a box of its own; the page's title tells
    which of them the page is about.
    """
    if title is None or title.cut is not None:
        return 0
    index = title.zone
    while index > 0:
        box = boxes[index]
        if (
            box.tag == "article"
            and box.prose > 3 * LEAST_PROSE
            and box.prose > 0.1 * boxes[0].prose
        ):
            return index
        index = box.parent
    return 0


def _named_below(
    boxes: list[Box], children: dict[int, list[int]], current: int, weight: float
) -> int | None:
    """Return the descendant whose name says body most clearly, if it holds its share."""
    best: int | None = None
    stack = list(children.get(current, []))
    while stack:
        index = stack.pop()
        box = boxes[index]
        if box.prose < 0.25 * weight:
            continue
        body = box.said.body
        if body and box.prose >= _NAMED[body] * weight:
            key = (body, box.prose, -index)
            if best is None or key > (boxes[best].said.body, boxes[best].prose, -best):
                best = index
        stack.extend(children.get(index, []))
    return best


def widen(walk: Walk, main: int) -> int:
    """Return ``main`` or a box above it, as long as what is added is running text, not links.

    The lead often stands in a box of its own before the rest, the last part behind a gallery.
    """
    boxes = walk.boxes
    for _ in range(_CLIMBS):
        parent = boxes[main].parent
        if parent < 0:
            return main
        end, outer_end = walk.past(main), walk.past(parent)
        added = [
            block
            for block in walk.blocks
            if block.cut is None
            and block.words > 1
            and (parent <= block.zone < main or end <= block.zone < outer_end)
        ]
        if not added:
            main = parent
            continue
        if any(_of_another_article(boxes, block.zone, parent) for block in added):
            return main
        if any(boxes[block.zone].tag == "h1" for block in added if block.zone >= end):
            return main
        prose = sum(len(block.text) * (1 - block.links) for block in added if block.prose)
        noise = sum(len(b.text) * (0.5 + b.links) for b in added if not b.prose)
        if prose < _LEAD_LETTERS or noise > _LEAD_NOISE * prose:
            return main
        main = parent
    return main


def with_fellows(walk: Walk, main: int) -> int:
    """Return the box that holds ``main`` and the later boxes of the same name, its continuation.

    A body interrupted by a gallery or a paywall's markers stands in several boxes of one name.
    Where one story is loaded after another, each has a heading of its own above: that is no body.
    """
    boxes = walk.boxes
    if boxes[main].said.body < _BODY:
        return main
    names, fellow = boxes[main].names, main
    for index in range(walk.past(main), len(boxes)):
        box = boxes[index]
        if box.tag in _OF_ITS_OWN or box.parent < 0:
            break
        if box.prose > LEAST_PROSE and box.cut is None and box.names == names:
            fellow = index
    while not main <= fellow < walk.past(main):
        main = boxes[main].parent
    return main


def _of_another_article(boxes: list[Box], zone: int, top: int) -> bool:
    while zone > top:
        if boxes[zone].tag == "article":
            return True
        zone = boxes[zone].parent
    return False


def cut_outside(walk: Walk, main: int) -> None:
    """Cut every block that does not stand under the main box."""
    end = walk.past(main)
    first = next((b.position for b in walk.blocks if main <= b.zone < end), 0)
    for block in walk.blocks:
        if block.cut is None and not main <= block.zone < end:
            rule = "before-article" if block.position < first else "after-article"
            block.cut = Cut(rule, Stage.OUTSIDE)
