"""Passages that stand twice in one document: one copy stays, the right one.

A scraper reads a body twice (two containers, a page and its print view), a theme prints the
standfirst again as first paragraph, a navigation copies the title. Word n-grams of every kept
block go into one dictionary, so the search is linear in the text. What repeats on purpose
survives: short lines (refrains, dialogue), whole quotations that stand alone, table rows, code,
and sentences of one pattern with other figures or names.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.words import is_quotation, letters, tokens

_GRAM = 4
_LEAST_WORDS = 9
_LONG = 6
_LEAST_GRAMS = 5
_REST = 0.95
_ODD = 0.2
_FEW, _FEW_GRAMS, _MANY_WORDS = 4, 60, 120
_UNSPACED = 2
_NAME = re.compile(r"\b[A-Z]\w{2,}")
_NEAR = 0.72
_KNOWN = _NEAR  # of the words by which its n-grams begin
_REFRAIN_WORDS = 25
_RUN = 3
_TOP = 2
_TEASER_END = ("…", "...", "[…]", "[...]", "(…)", "(...)")


@dataclass(slots=True)
class _Twin:
    """How much of a block stands in an earlier one."""

    of: int
    share: float
    exact: bool
    copies: int = 1
    """How many later blocks repeat that same earlier one."""


def cut_repeats(blocks: list[Block]) -> Block | None:
    """Cut repeated passages in place; return a cut standfirst, whose twin is in the body."""
    live = [block for block in blocks if block.cut is None and block.role is not Role.CODE]
    twins = _find(live) if len(live) > 1 else {}
    if not twins:
        return None
    standfirst: Block | None = None
    copies = Counter(twin.of for twin in twins.values())
    for twin in twins.values():
        twin.copies = copies[twin.of]
    stretched = _stretches(live, twins)
    for later, twin in twins.items():
        if not _is_repeat(live, twins, stretched, later):
            continue
        first, second = live[twin.of], live[later]
        if second.cut is not None:
            continue
        if first.cut is not None:
            # The first copy went as a standfirst: its twin in the body stays, further copies go.
            if first.cut.rule == "standfirst-repeat" and later > _TOP:
                second.drop("exact-repeat" if twin.exact else "near-repeat", Stage.REPEAT)
            continue
        if twin.of == 0 and later <= _TOP and (later - 1) not in twins and (later + 1) not in twins:
            first.drop("standfirst-repeat", Stage.REPEAT)
            standfirst = first
        elif _is_teaser(first, second):
            first.drop("teaser-repeat", Stage.REPEAT)
        else:
            rule = "exact-repeat" if twin.exact else "near-repeat"
            second.drop(rule, Stage.REPEAT)
    return standfirst


def _find(  # noqa: C901, PLR0912, PLR0915 - one pass, so that it stays linear
    live: list[Block],
) -> dict[int, _Twin]:
    """Return for each block that mostly stands in an earlier block: which, and how much of it."""
    where: dict[tuple[str, ...], int] = {}
    exact: dict[str, int] = {}
    words: list[list[str]] = []
    twins: dict[int, _Twin] = {}
    met: set[str] = set()
    waiting: list[tuple[int, list[str]]] = []
    teased, spaced = False, True
    for index, block in enumerate(live):
        if index == len(live) - 1 < _FEW and block.words >= _MANY_WORDS and spaced:
            few = [*where, *(gram for _, passed in waiting for gram in _sample(passed))]
            if _shares_nothing(block, few, max(map(len, exact), default=0)):
                break
        row = _words(block)
        words.append(row)
        if not row:
            continue
        spaced = spaced and row is block.folded_words
        key = block.folded if row is block.folded_words else " ".join(row)
        of = exact.setdefault(key, index)
        if of != index and tokens(live[of].text) == tokens(block.text):
            twins[index] = _Twin(of, 1.0, exact=True)
            continue
        if len(row) < _LEAST_WORDS:
            continue
        # A twin has most n-grams in common with earlier blocks, so most of the words that they
        # begin with too; where these are new, n-grams need not be counted yet.
        heads = row[: 1 - _GRAM]
        long = [word for word in heads if len(word) >= _LONG]
        heads = long if len(long) >= _LEAST_GRAMS else heads
        known = sum(map(met.__contains__, heads))
        if index < len(live) - 1:
            met.update(heads)
        if known < _KNOWN * len(heads) and not teased:
            teased = block.text.rstrip().endswith(_TEASER_END)
            waiting.append((index, row))
            continue
        teased = teased or block.text.rstrip().endswith(_TEASER_END)
        for earlier, passed in waiting:
            for gram in _sample(passed):
                where.setdefault(gram, earlier)
        waiting.clear()
        grams = _sample(row)
        if where.keys().isdisjoint(grams):
            where.update(dict.fromkeys(grams, index))
            continue
        votes: dict[int, int] = {}
        for gram in grams:
            at = where.setdefault(gram, index)
            if at != index:
                votes[at] = votes.get(at, 0) + 1
        if votes:
            total = sum(votes.values())
            of, most = max(votes.items(), key=lambda item: (item[1], -item[0]))
            if most >= _NEAR * len(grams) or total >= _REST * len(grams):
                if _same_facts(live[of], block):
                    twins[index] = _Twin(of, total / len(grams), exact=False)
            elif most >= _NEAR * len(_sample(words[of])) and _is_teaser(live[of], block):
                twins[index] = _Twin(of, most / len(grams), exact=False)
    return twins


def _shares_nothing(block: Block, grams: list[tuple[str, ...]], longest: int) -> bool:
    """Whether a block certainly holds none of a few n-grams, told without cutting it into words.

    Agency copy is a lead and one block with all the rest. An n-gram of a text is, letter by letter,
    a part of the text without its spaces. The block is also longer than ``longest`` letters.
    """
    if len(grams) > _FEW_GRAMS:
        return False
    found = letters(block.text)
    if found is None or len(found) <= longest:
        return False
    return not any("".join(gram).replace("#", "") in found for gram in grams)


def _sample(row: list[str]) -> list[tuple[str, ...]]:
    """Return the n-grams that begin with a long word: a third of all, the same in equal texts."""
    every = zip(*(row[i:] for i in range(_GRAM)), strict=False)
    grams = [gram for gram in every if len(gram[0]) >= _LONG]
    if len(grams) >= _LEAST_GRAMS:
        return grams
    return list(zip(*(row[i:] for i in range(_GRAM)), strict=False))


def _words(block: Block) -> list[str]:
    """Return a block's words for the search, figures masked; the facts are compared later."""
    words = block.folded_words
    return tokens(block.text) if len(words) * _UNSPACED < block.words else words


def _same_facts(left: Block, right: Block) -> bool:
    """Whether two near-equal passages differ in no figure and no name, and in few words.

    What the shorter one leaves out does not count: a passage may be part of another.
    """
    a, b = set(tokens(left.text)), set(tokens(right.text))
    odd = b - a
    if any(any(c.isdigit() for c in word) for word in odd):
        return False
    names = tokens(" ".join(_NAME.findall(right.text, 1)))
    if not a.issuperset(names):
        return False
    return len(odd) <= max(2, _ODD * len(b))


def _is_repeat(live: list[Block], twins: dict[int, _Twin], stretched: set[int], later: int) -> bool:
    block, twin = live[later], twins[later]
    if block.role is Role.ROW:
        return False
    if later in stretched:
        return True
    if block.words < _LEAST_WORDS:
        return False
    if is_quotation(block.text) and block.words <= 2 * _REFRAIN_WORDS:
        return False
    if twin.exact and block.words < _REFRAIN_WORDS:
        return (block.prose or block.ends) and twin.copies == 1
    return True


def _stretches(live: list[Block], twins: dict[int, _Twin]) -> set[int]:
    """Return the indexes in stretches that are repeated in order and hold running text."""
    found: set[int] = set()
    stretch: list[int] = []
    for index in range(len(live) + 1):
        twin = twins.get(index)
        if twin is not None and stretch and twin.of - twins[stretch[-1]].of in {0, 1, 2}:
            stretch.append(index)
            continue
        if stretch:
            prose = any(live[i].prose and live[i].words >= _REFRAIN_WORDS // 2 for i in stretch)
            if prose and len(stretch) >= _RUN:
                found.update(stretch)
            elif prose:
                found.update(i for i in stretch if len(stretch) > 1 and _is_heading(live[i]))
        stretch = [index] if twin is not None else []
    return found


def _is_heading(block: Block) -> bool:
    """Whether the block heads what follows it rather than saying something itself."""
    return block.role is Role.HEADING or (not block.ends and block.words < _LEAST_WORDS)


def _is_teaser(first: Block, second: Block) -> bool:
    """Whether the earlier copy is the cut-off beginning of the later one."""
    return first.text.rstrip().endswith(_TEASER_END) and second.words > first.words
