"""Readers' comments under a plain text, told by their stamps.

HTML names the box that holds them. Plain text does not, and what readers write is running text,
often more of it than the article has. But each comment bears the same line: who wrote it and when,
or what one presses to answer it. Three of these in a row, with no more text between two of them
than the article has above, are a discussion; nothing of the article comes after it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from dedupe.clean.blocks import Block, Stage
from dedupe.clean.lexicon import words

_STAMP_WORDS = 16
_LEAST_STAMPS = 3
_LEAST_BODY = 80
_MOST_BETWEEN = 250
_REACH = 12
_HEADING_REACH = 8
_HEADING_WORDS = 12
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:hH.]\s?[0-5]\d(?!\d)")
_REPLIES = frozenset(words("discussion", "replies"))
_HEADINGS = frozenset(words("discussion", "headings"))


def cut_discussion(blocks: list[Block]) -> None:
    """Cut a discussion and all below it, in place."""
    stamps = [at for at, block in enumerate(blocks) if _is_stamp(block)]
    if len(stamps) < _LEAST_STAMPS:
        return
    prose = [0]
    for block in blocks:
        prose.append(prose[-1] + (block.words if block.prose else 0))
    for number in range(len(stamps) - _LEAST_STAMPS + 1):
        chain = stamps[number : number + _LEAST_STAMPS]
        if any(later - earlier > _REACH for earlier, later in pairwise(chain)):
            continue
        longest = max(prose[later] - prose[earlier] for earlier, later in pairwise(chain))
        # Above it is the article, up to the line with its own date: not an entry of the same kind.
        body = prose[chain[0]] - (prose[stamps[number - 1]] if number else 0)
        if body >= max(_LEAST_BODY, longest) and longest <= _MOST_BETWEEN:
            for block in blocks[_beginning(blocks, chain[0]) :]:
                block.drop("comment-section", Stage.CHROME)
            return


def _is_stamp(block: Block) -> bool:
    if block.words > _STAMP_WORDS:
        return False
    if _YEAR.search(block.text) and _TIME.search(block.text):
        return True
    return block.folded in _REPLIES


def _beginning(blocks: list[Block], stamp: int) -> int:
    """Where the discussion begins whose first stamp this is: at its heading, or at a name."""
    for at in range(stamp - 1, max(0, stamp - _HEADING_REACH) - 1, -1):
        block = blocks[at]
        if block.words <= _HEADING_WORDS and not _HEADINGS.isdisjoint(block.folded_words):
            return at
    at = stamp
    while at > 0 and not blocks[at - 1].prose and not blocks[at - 1].ends:
        at -= 1
    return at
