"""Which line of a plain text is its title.

A title shares its words with the body it heads, stands above the byline or right above the body
(or, scraped last, right below it), is not a sentence with a full stop, and is often printed
twice. Headlines of other articles fail the first test, sections and labels are too short.
"""

from __future__ import annotations

from collections import Counter

from dedupe.clean.blocks import Block, Role
from dedupe.clean.captions import is_caption
from dedupe.clean.fieldlines import authors_in, date_line
from dedupe.clean.region import best_stretch
from dedupe.clean.words import fold, tokens

_LEAST_WORDS, _MOST_WORDS = 3, 35
_REACH = 60
_BELOW = 3
_SCORE = 1.0
_CONTENT_LETTERS = 4
_SITE_LETTERS = 25
_LINE_WORDS = 30
_SHORT = 5
_STANDFIRST_WORDS = 18
_NEAR, _FAR = 4, 8


def is_title(block: Block, title: str | None, folded: str | None = None) -> bool:
    """Whether a block says the title and nothing else (a site's name after it aside).

    ``folded`` saves folding the title again for every block.
    """
    if not title or len(block.text) > 2 * len(title) + 30:
        return False
    folded = folded or fold(title)
    if not folded:
        return False
    return block.folded == folded or (
        block.folded.startswith(folded + " ")
        and len(block.folded) - len(folded) <= _SITE_LETTERS
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
    above = [b for b in blocks[max(0, first - _REACH) : first + 1] if _may_be(b)]
    if blocks[first] in above and not _heads(blocks, first):
        above.remove(blocks[first])
    below = [b for b in blocks[last + 1 : last + 1 + _BELOW] if first <= 1 and _may_be(b)]
    if not above and not below:
        return None
    body = set()
    for block in blocks[first : last + 1]:
        if block.cut is None and block.prose:
            body.update(tokens(block.text))
    times = Counter(block.folded for block in blocks)
    introduced = _introduction(blocks, first)
    found = _best(above, body, times, introduced) or _lone(above, blocks)
    return found or _best(below, body, times, None)


def _lone(candidates: list[Block], blocks: list[Block]) -> Block | None:
    """Return the one line that can be a title, where it opens the page right above the prose.

    A headline may tell the story in other words than the body; with no rival above or beside it,
    its place says enough.
    """
    live = [block for block in blocks if block.cut is None]
    if len(candidates) != 1 or len(live) < 3 or candidates[0] is not live[0] or live[0].ends:  # noqa: PLR2004
        return None
    return live[0] if all(block.prose and block.ends for block in live[1:3]) else None


def _introduction(blocks: list[Block], first: int) -> int | None:
    """Return the index of the byline or date line that stands above or at the head of the body."""
    for index in range(min(first + 2, len(blocks) - 1), max(-1, first - _REACH), -1):
        block = blocks[index]
        if block.words <= _LINE_WORDS and (date_line(block.text, None) or authors_in(block.text)):
            return index
    return None


def _may_be(block: Block) -> bool:
    text = block.text.rstrip('"»”’ ')
    return (
        (block.cut is None or block.cut.rule.startswith(("under-", "prompt-opening", "newsletter")))
        and _LEAST_WORDS <= block.words <= _MOST_WORDS
        and block.role is not Role.ITEM
        and (not text.endswith((".", ":", ";", ",")) or text.endswith("..."))
        and not is_caption(block.text)
        and date_line(block.text, None) is None
        and not authors_in(block.text)
    )


def _heads(blocks: list[Block], first: int) -> bool:
    after = blocks[first + 1] if first + 1 < len(blocks) else None
    return after is not None and blocks[first].words <= _MOST_WORDS - 5


def _best(
    candidates: list[Block],
    body: set[str],
    times: Counter[str],
    introduced: int | None,
) -> Block | None:
    scored = []
    ranks = {id(block): len(candidates) - at for at, block in enumerate(candidates)}
    for block in candidates:
        words = {word for word in tokens(block.text) if len(word) >= _CONTENT_LETTERS} or set(
            tokens(block.text)
        )
        shared = len(words & body)
        if not shared or shared * 4 < len(words):
            continue
        score = min(shared, 10) - 0.5 * len(words - body) + 2 * (times[block.folded] > 1)
        score -= 0.1 * ranks[id(block)] + (1.5 if block.words < _SHORT else 0)
        score -= 0.25 * max(0, block.words - 16)
        if introduced is not None:
            gap = sum(b.position <= introduced for b in candidates if b.position >= block.position)
            gap = gap if block.position < introduced else -1
            score += _by_place(gap)
        if block.position <= 1:
            score += 1
        scored.append((score, block.position, block))
    if not scored:
        return None
    score, _, block = max(scored, key=lambda item: (item[0], item[1]))
    if score < _SCORE:
        return None
    at = next(i for i, b in enumerate(candidates) if b is block)
    above = candidates[at - 1] if at else None
    # A standfirst shares more words with the body than the title above it does.
    standfirst = block.ends or block.words > _STANDFIRST_WORDS
    if above is not None and standfirst and not above.ends and above.words >= _SHORT:
        adjacent = above.position == block.position - 1
        return above if adjacent and set(tokens(above.text)) & body else block
    return block


def _by_place(gap: int) -> int:
    """Return what it is worth to stand ``gap`` candidates above the byline."""
    if gap < 0:
        return -3
    return 3 if 0 < gap <= _NEAR else 1 if 0 < gap <= _FAR else 0


def _without_prose(blocks: list[Block], stated: str | None) -> Block | None:
    if stated:
        return next((block for block in blocks if is_title(block, stated)), None)
    live = [block for block in blocks if block.cut is None]
    if len(live) > 1 and _may_be(live[0]) and live[1].ends:
        return live[0]
    return None
