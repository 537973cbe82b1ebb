"""The body that a page states in its own JSON-LD, used as a witness.

Publishers write ``articleBody`` for machines; where it is there, it tells which of the visible
blocks are the body better than any names do. It is evidence only: it may be cut short or hold
more than the page shows, so the visible blocks stay the source of the text.
"""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.walk import Walk
from dedupe.clean.words import tokens

_GRAM = 4
_LEAST_WORDS = 60
_SHARED = 0.7
_COVERED = 0.85
_ENOUGH = 0.55
_MOST_OF = 0.6
_BEGINNING = 3


class Stated:
    """The word n-grams of a stated body, and which blocks agree with it."""

    def __init__(self, text: str) -> None:
        """Index ``text``, the stated body."""
        words = tokens(text)
        self.words = len(words)
        # By length: a short line is looked up whole.
        self._grams = [_grams(words, length) for length in range(_GRAM + 1)]

    @property
    def usable(self) -> bool:
        """Whether there is enough of it to bear witness."""
        return self.words >= _LEAST_WORDS

    def holds(self, block: Block) -> bool:
        """Whether the stated body holds a block."""
        words = tokens(block.text)
        if len(words) < _GRAM:
            return tuple(words) in self._grams[len(words)]
        grams = list(zip(*(words[i:] for i in range(_GRAM)), strict=False))
        return sum(gram in self._grams[_GRAM] for gram in grams) >= _SHARED * len(grams)

    def goes_on(self, shown: list[Block]) -> bool:
        """Whether what the page shows is no more than a beginning of the stated body."""
        words = sum(block.words for block in shown)
        if not words or not self.usable or words * _BEGINNING > self.words:
            return False
        return sum(block.words for block in shown if self.holds(block)) >= _SHARED * words

    def better(self, walk: Walk, main: int) -> int:
        """Return the box of the stated body, if ``main`` misses it or holds much besides."""
        held = [b for b in walk.blocks if b.words >= _GRAM and self.holds(b)]
        total = sum(block.words for block in held)
        if total < _ENOUGH * self.words:
            return main
        weight: dict[int, int] = {}
        for block in held:
            index = block.zone
            while index >= 0:
                weight[index] = weight.get(index, 0) + block.words
                index = walk.boxes[index].parent
        whole = [index for index, words in weight.items() if words >= 0.97 * total]
        narrow = max(whole, key=lambda index: (walk.boxes[index].depth, -index))
        if weight.get(main, 0) >= 0.97 * total and total < _MOST_OF * _prose_words(walk, main):
            return main  # the stated body is a beginning, or one entry of many
        for block in held:
            if block.cut is not None and block.cut == walk.boxes[block.zone].cut:
                block.cut = None
        return narrow

    def cut_strangers(self, live: list[Block]) -> None:
        """Cut blocks that a stated body, shown nearly whole, does not hold."""
        held = [self.holds(block) for block in live]
        shown = sum(block.words for block, here in zip(live, held, strict=True) if here)
        if shown < _COVERED * self.words:
            return
        others = sum(block.words for block, here in zip(live, held, strict=True) if not here)
        if others > shown:
            return
        for index, block in enumerate(live):
            if held[index] or block.role in {Role.ROW, Role.CODE}:
                continue
            after = held[index + 1] if index + 1 < len(live) else False
            if block.role is Role.HEADING and after and not block.links:
                continue  # stated bodies often leave headings out
            block.drop("not-in-stated-body", Stage.OUTSIDE)


def _grams(words: list[str], length: int) -> set[tuple[str, ...]]:
    return set(zip(*(words[i:] for i in range(length)), strict=False))


def _prose_words(walk: Walk, main: int) -> int:
    end = walk.past(main)
    return sum(b.words for b in walk.blocks if b.cut is None and b.prose and main <= b.zone < end)
