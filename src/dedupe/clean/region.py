"""Where in a list of lines the article stands: the stretch with the most running text.

Every line gets a value, running text a positive one, labels and links a negative one; the article is
the contiguous stretch of the largest sum (Kadane's algorithm, linear). Noise inside the stretch is
left to the rules, noise around it falls away without any word list.
"""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role

_MOST = 60
_PRICE = 6
_SHORT = -4
_NOISE = -6
_TAIL = -45


def value(block: Block, seen: set[str]) -> int:
    """Return what a block adds to the stretch that holds it."""
    if "end-of-article" in block.marks:
        return _TAIL
    if block.cut is not None:
        return 0 if block.cut.stage.value == "repeat" else _NOISE
    if block.prose:
        return max(4, min(block.words, _MOST) - _PRICE)
    if block.role is Role.ITEM and block.words > 3:
        return -1
    if block.ends and block.words > 2:
        return -1
    return _SHORT if block.folded not in seen else 2 * _SHORT


def best_stretch(blocks: list[Block]) -> tuple[int, int] | None:
    """Return first and last index of the stretch with the largest sum; None without any prose."""
    best, current, start = 0, 0, 0
    found: tuple[int, int] | None = None
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if current <= 0:
            current, start = 0, index
        current += value(block, seen)
        seen.add(block.folded)
        if current > best:
            best, found = current, (start, index)
    return found
