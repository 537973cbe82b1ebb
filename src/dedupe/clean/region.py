"""Where in a list of lines the article stands: the stretch with the most running text.

Every line gets a value, running text a positive one, labels and links a negative one; the
article is the contiguous stretch of the largest sum (Kadane's algorithm, linear). Noise inside
the stretch is left to the rules, noise around it falls away without any word list.
"""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role

_MOST = 60
_PRICE = 6
_SHORT = -4
_NOISE = -6
_TAIL = -45
_MOST_RUN = 6
_LABEL_WORDS = 3
_NEUTRAL = frozenset(("repeat", "related"))


def _value(block: Block) -> int | None:  # noqa: PLR0911 - one for each kind
    """Return what a block adds to the stretch that holds it; None for a label."""
    if "end-of-article" in block.marks:
        return _TAIL
    if block.cut is not None:
        if block.cut.stage.value in _NEUTRAL or block.cut.rule in {"embedded-post", "caption"}:
            return 0
        return _NOISE
    if block.prose:
        return max(4, min(block.words, _MOST) - _PRICE)
    if block.role is Role.ITEM and block.words > _LABEL_WORDS:
        return -1
    if block.words >= _LABEL_WORDS and (block.ends or block.text.endswith((";", ","))):
        return -1
    return None


def best_stretch(blocks: list[Block]) -> tuple[int, int] | None:
    """Return first and last index of the stretch with the largest sum; None without any prose.

    A heading between paragraphs costs little; one label after another (a feed, a menu, a list of
    headlines) costs more with each.
    """
    best, current, start, run = 0, 0, 0, 0
    found: tuple[int, int] | None = None
    seen: set[str] = set()
    noted = 0
    for index, block in enumerate(blocks):
        if current <= 0:
            current, start = 0, index
        gain = _value(block)
        if gain is None:
            # A label that was there before costs twice.
            seen.update(other.folded for other in blocks[noted:index])
            noted = index
            gain = (_SHORT if block.folded not in seen else 2 * _SHORT) * (1 + run)
        run = (
            min(run + 1, _MOST_RUN)
            if gain <= _SHORT and block.cut is None
            else 0
            if gain > 0
            else run
        )
        current += gain
        if current > best:
            best, found = current, (start, index)
    return found
