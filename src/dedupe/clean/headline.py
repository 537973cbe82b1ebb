"""Which line of a plain text is its title.

A title shares its words with the body it heads, stands right above it (or, scraped last, right below
it), is not a sentence with a full stop, and is often printed twice. Headlines of other articles fail
the first test, sections and labels are too short.
"""

from __future__ import annotations

from collections import Counter

from dedupe.clean.blocks import Block, Role
from dedupe.clean.region import best_stretch
from dedupe.clean.words import fold, tokens

_LEAST_WORDS, _MOST_WORDS = 3, 35
_REACH = 40
_BELOW = 3
_SCORE = 1.5
_CONTENT_LETTERS = 4


def is_title(block: Block, title: str | None) -> bool:
    """Whether a block says the title and nothing else (a site's name after it aside)."""
    if not title or block.words > _MOST_WORDS + 10:
        return False
    folded = fold(title)
    if not folded:
        return False
    return block.folded == folded or (
        block.folded.startswith(folded + " ")
        and len(block.folded) - len(folded) <= 25
        and any(mark in block.text[len(title) - 1 :] for mark in "|-–—")
    )


def choose_title(blocks: list[Block], stated: str | None) -> Block | None:
    """Return the block that is the title; None where no line is one."""
    stretch = best_stretch(blocks)
    if stretch is None:
        return _without_prose(blocks, stated)
    first, last = stretch
    if stated:
        same = [b for b in blocks if is_title(b, stated) and b.position <= last + _BELOW]
        above = [b for b in same if b.position <= first]
        return above[-1] if above else same[0] if same else None
    body = set()
    for block in blocks[first : last + 1]:
        if block.cut is None and block.prose:
            body.update(tokens(block.text))
    times = Counter(block.folded for block in blocks)
    above = [b for b in blocks[max(0, first - _REACH) : first + 1] if _may_be(b)]
    if blocks[first] in above and blocks[first].prose and not _heads(blocks, first):
        above.remove(blocks[first])
    found = _best(above, body, times, first) or _lone(above, blocks)
    if found is not None or first > 1:
        return found
    below = [b for b in blocks[last + 1 : last + 1 + _BELOW] if _may_be(b)]
    return _best(below, body, times, last)


def _may_be(block: Block) -> bool:
    return (
        block.cut is None
        and _LEAST_WORDS <= block.words <= _MOST_WORDS
        and block.role is not Role.ITEM
        and not block.text.rstrip("\"»”’ ").endswith((".", ":", ";", ","))
    )


def _heads(blocks: list[Block], first: int) -> bool:
    after = blocks[first + 1] if first + 1 < len(blocks) else None
    return after is not None and blocks[first].words <= _MOST_WORDS - 5


def _lone(candidates: list[Block], blocks: list[Block]) -> Block | None:
    """Return the one line that can be a title, where it opens the page right above the prose.

    A headline may tell the story in other words than the body; with no rival above or beside it,
    its place says enough.
    """
    live = [block for block in blocks if block.cut is None]
    if len(candidates) != 1 or len(live) < 3 or candidates[0] is not live[0]:  # noqa: PLR2004
        return None
    unended = not live[0].ends
    return live[0] if unended and all(block.prose and block.ends for block in live[1:3]) else None


def _best(
    candidates: list[Block], body: set[str], times: Counter[str], near: int
) -> Block | None:
    scored = []
    for block in candidates:
        words = {word for word in tokens(block.text) if len(word) >= _CONTENT_LETTERS} or set(
            tokens(block.text)
        )
        shared = len(words & body)
        if shared * 3 < len(words):
            continue
        score = min(shared, 10) - 0.8 * len(words - body) + 2 * (times[block.folded] > 1)
        scored.append((score - 0.1 * abs(near - block.position), block.position, block))
    if not scored:
        return None
    score, _, block = max(scored, key=lambda item: (item[0], item[1]))
    return block if score >= _SCORE else None


def _without_prose(blocks: list[Block], stated: str | None) -> Block | None:
    if stated:
        return next((block for block in blocks if is_title(block, stated)), None)
    live = [block for block in blocks if block.cut is None]
    if len(live) >= 2 and _may_be(live[0]) and live[1].ends:
        return live[0]
    return None
