"""Which boxes of a page are cut for what their names say.

Names are evidence, text is proof: an element that holds most of the page's running text is never
cut for its name, and a rule that takes most of it is not believed on that page.
"""

from __future__ import annotations

from collections import defaultdict

from dedupe.clean.blocks import Block, Cut, Role
from dedupe.clean.boxes import Box
from dedupe.clean.lexicon import words
from dedupe.clean.walk import Walk

LEAST_PROSE = 250
"""Letters of running text from which a box may be an article's."""
_SPARED = 0.5
_COMMENTS_SPARED = 0.97
_DOUBTED = 0.45
_LABEL_WEIGHT = 0.15
_CONSENT_WORDS = words("consent", "subject")
_SMALL = 0.25
_FELLOW = 0.25
# What a name is believed with: this share of links, or fewer letters than this.
_KIND = {
    "navigation": (0.25, 250),
    "share-bar": (0.5, 500),
    "related-list": (0.2, 250),
    "side-column": (0.12, 350),
    "byline-box": (2.0, 1500),
    "caption-box": (2.0, 1500),
}
_BELIEVED = frozenset(("consent-platform", "comment-section"))


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
    vindicated = _vindicated(walk, whole)
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
                or (vindicated and box.names in vindicated and not box.said.always)
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
            and weight > LEAST_PROSE
            and weight > _DOUBTED * whole
            and weight > left
        }
        if left < LEAST_PROSE and not doubtful and taken:
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


def _vindicated(walk: Walk, whole: float) -> set[str]:
    """The names that say "not the article" of a box which clearly is.

    A body in several boxes, all called `sidebar-grid`, is one body: where the text of one speaks
    against the name, the name is not believed of its fellows, whatever few lines they hold.
    """
    return {
        box.names
        for index, box in enumerate(walk.boxes)
        if box.prose > max(LEAST_PROSE, _FELLOW * whole)
        and (cut := box.said.cut) is not None
        and cut.rule in _KIND
        and not _supported(walk, index, cut, whole)
    }


def _supported(walk: Walk, index: int, cut: Cut, whole: float) -> bool:
    """Whether the text under a box is of the kind that its name says."""
    box = walk.boxes[index]
    density = box.linked / box.letters if box.letters else 1.0
    if cut.rule == "consent-platform":
        return box.prose < _SMALL * whole or _speaks_of_consent(walk, index)
    least_linked, most_letters = _KIND.get(cut.rule, (0.0, 0))
    return density >= least_linked or box.letters < most_letters


def _speaks_of_consent(walk: Walk, index: int) -> bool:
    end = walk.past(index)
    texts = [block.text.lower() for block in walk.blocks if index <= block.zone < end]
    said = sum(any(word in text for word in _CONSENT_WORDS) for text in texts)
    return said * 6 >= len(texts)


def _spare(box: Box, cut: Cut, whole: float) -> bool:
    if box.said.always and cut.rule != "hidden":
        return False
    least = _COMMENTS_SPARED if cut.rule == "comment-section" else _SPARED
    return box.prose > least * whole and box.prose > LEAST_PROSE


def total_up(boxes: list[Box], blocks: list[Block]) -> None:
    """Sum the weight of the blocks that are not cut into their boxes and all boxes above."""
    count = len(boxes)
    prose, letters, linked = [0.0] * count, [0] * count, [0.0] * count
    for block in blocks:
        if block.cut is None:
            zone, length = block.zone, len(block.text)
            prose[zone] += weigh(block)
            letters[zone] += length
            linked[zone] += block.links * length
    for index in range(count - 1, -1, -1):
        box = boxes[index]
        box.prose, box.letters, box.linked = prose[index], letters[index], linked[index]
        above = box.parent
        if above >= 0 and box.letters:
            prose[above] += box.prose
            letters[above] += box.letters
            linked[above] += box.linked
