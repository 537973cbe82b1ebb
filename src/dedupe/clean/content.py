"""Which part of a page is its article: prune by names, then follow the running text downwards.

From the body downwards, the child that holds nearly all of what is left is entered, until no
single child does; a part that calls itself the article's body is entered earlier. Names are
evidence, text is proof: an element that holds most of the page's running text is never cut for
its name, and a rule that takes most of it is not believed on that page.
"""

from __future__ import annotations

from collections import defaultdict

from dedupe.clean.blocks import Block, Cut, Role, Stage
from dedupe.clean.boxes import Box
from dedupe.clean.lexicon import words
from dedupe.clean.walk import Walk

_SPARED = 0.5
_COMMENTS_SPARED = 0.97
_DOUBTED = 0.45
_DOMINANT = 0.82
_NAMED = {4: 0.25, 3: 0.4, 2: 0.5, 1: 0.82}
_LABEL_WEIGHT = 0.15
_LEAST_PROSE = 250
_CLIMBS = 4
_CONSENT_WORDS = words("consent", "subject")
_HEADLINE_WORDS = 4
_CARDS, _CARD_WORDS, _CARD_LINKED = 3, 60, 0.9
_LEAST_WORDS = 80
_SMALL = 0.25
_LEAD_LETTERS, _LEAD_NOISE = 120, 0.35
# What a name is believed with: this share of links, or fewer letters than this.
_KIND = {
    "navigation": (0.25, 250),
    "share-bar": (0.5, 500),
    "related-list": (0.2, 250),
    "side-column": (0.12, 350),
    "byline-box": (2.0, 1500),
    "caption-box": (2.0, 1500),
}
_NOT_CARDS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "td", "tr"))
_BELIEVED = frozenset(("consent-platform", "comment-section"))
_LEAVES = frozenset(("p", "ul", "ol", "blockquote", "table", "dl"))


def weigh(block: Block) -> float:
    """Return how much a block speaks for its surroundings being the article."""
    letters = len(block.text) * (1 - block.links)
    if block.prose:
        return letters
    return letters * _LABEL_WEIGHT if block.role is not Role.CODE else letters * 0.5


def prune(walk: Walk) -> None:
    """Decide for every box whether it is cut, and cut its blocks."""
    boxes, blocks = walk.boxes, walk.blocks
    total_up(boxes, blocks)
    whole = boxes[0].prose
    distrusted: set[str] = set()
    for _ in range(3):
        taken: dict[str, float] = defaultdict(float)
        for index, box in enumerate(boxes):
            above = boxes[box.parent].cut if box.parent >= 0 else None
            if above is not None:
                box.cut = above
                continue
            cut = box.said.cut if box.letters else None
            if (
                cut is None
                or cut.rule in distrusted
                or (index == 0 and not box.said.always)
                or _spare(box, cut, whole)
                or not _supported(walk, index, cut, whole)
            ):
                box.cut = None
            else:
                box.cut = cut
                taken[cut.rule] += box.prose
        left = whole - sum(taken.values())
        doubtful = {
            rule
            for rule, weight in taken.items()
            if rule not in _BELIEVED
            and weight > _LEAST_PROSE
            and weight > _DOUBTED * whole
            and weight > left
        }
        if left < _LEAST_PROSE and not doubtful and taken:
            rule, weight = max(taken.items(), key=lambda item: item[1])
            if rule not in _BELIEVED and weight > 2 * max(left, 50):
                doubtful = {rule}
        if not doubtful:
            break
        distrusted |= doubtful
    for block in blocks:
        cut = boxes[block.zone].cut
        if cut is not None and block.cut is None:
            block.cut = cut


def _supported(walk: Walk, index: int, cut: Cut, whole: float) -> bool:
    """Whether the text under a box is of the kind that its name says."""
    box = walk.boxes[index]
    density = box.linked / box.letters if box.letters else 1.0
    if cut.rule == "consent-platform":
        return box.prose < _SMALL * whole or _speaks_of_consent(walk, index)
    least_linked, most_letters = _KIND.get(cut.rule, (0.0, 0))
    return density >= least_linked or box.letters < most_letters


def _speaks_of_consent(walk: Walk, index: int) -> bool:
    end = past(walk, index)
    texts = [block.text.lower() for block in walk.blocks if index <= block.zone < end]
    said = sum(any(word in text for word in _CONSENT_WORDS) for text in texts)
    return said * 6 >= len(texts)


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


def _spare(box: Box, cut: Cut, whole: float) -> bool:
    if box.said.always and cut.rule != "hidden":
        return False
    least = _COMMENTS_SPARED if cut.rule == "comment-section" else _SPARED
    return box.prose > least * whole and box.prose > _LEAST_PROSE


def total_up(boxes: list[Box], blocks: list[Block]) -> None:
    """Sum the weight of the blocks that are not cut into their boxes and all boxes above."""
    for box in boxes:
        box.prose, box.letters, box.linked = 0.0, 0, 0.0
    for block in blocks:
        if block.cut is None:
            box = boxes[block.zone]
            box.prose += weigh(block)
            box.letters += len(block.text)
            box.linked += block.links * len(block.text)
    for box in reversed(boxes):
        if box.parent >= 0:
            above = boxes[box.parent]
            above.prose += box.prose
            above.letters += box.letters
            above.linked += box.linked


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
            and box.prose > 3 * _LEAST_PROSE
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
        end, outer_end = past(walk, main), past(walk, parent)
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
        prose = sum(len(block.text) * (1 - block.links) for block in added if block.prose)
        noise = sum(len(b.text) * (0.5 + b.links) for b in added if not b.prose)
        if prose < _LEAD_LETTERS or noise > _LEAD_NOISE * prose:
            return main
        main = parent
    return main


def _of_another_article(boxes: list[Box], zone: int, top: int) -> bool:
    while zone > top:
        if boxes[zone].tag == "article":
            return True
        zone = boxes[zone].parent
    return False


def past(walk: Walk, top: int) -> int:
    """Return the index past the last box under ``top``: boxes stand in the order of the page."""
    boxes = walk.boxes
    for index in range(top + 1, len(boxes)):
        if boxes[index].parent < top:
            return index
    return len(boxes)


def cut_outside(walk: Walk, main: int) -> None:
    """Cut every block that does not stand under the main box."""
    end = past(walk, main)
    first = next((b.position for b in walk.blocks if main <= b.zone < end), 0)
    for block in walk.blocks:
        if block.cut is None and not main <= block.zone < end:
            rule = "before-article" if block.position < first else "after-article"
            block.cut = Cut(rule, Stage.OUTSIDE)
