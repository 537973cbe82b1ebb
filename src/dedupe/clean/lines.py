"""Plain text to blocks: one for a line, or for a hard-wrapped paragraph, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

from dedupe.clean.blocks import Block, Role
from dedupe.clean.words import ends_sentence

_BULLET = re.compile(r"^(?:[•▪●◦‣∙·*■□►▶]|[-–]\s(?=\S))\s*")
_WRAP_LEAST, _WRAP_MOST = 45, 110
_WRAP_LINES = 3
_RUN_ON_LEAST = 40
_RUN_ON_SHARE = 0.2
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def read_lines(text: str) -> list[Block]:
    """Return the blocks of a plain text; ``start`` and ``end`` are exact, blank lines are gaps."""
    lines = text.splitlines(keepends=True)
    stripped = list(map(str.strip, lines))
    if not text.isascii() and any(mark in text for mark in _INVISIBLE):
        stripped = [line.strip(_INVISIBLE).strip() for line in stripped]
    starts = [0, *accumulate(map(len, lines))]
    blocks: list[Block] = []
    first = 0
    stripped.append("")
    while first < len(lines):
        last = stripped.index("", first)
        if last > first:
            for block in _paragraphs(lines, stripped, starts, first, last):
                block.position = len(blocks)
                blocks.append(block)
        first = last + 1
    return blocks


def _paragraphs(
    lines: list[str], stripped: list[str], starts: list[int], first: int, last: int
) -> Iterator[Block]:
    """The blocks of the lines ``first`` up to ``last``, which no blank line parts."""
    group = stripped[first:last]
    if len(group) > 1 and _is_wrapped(group):
        start = starts[first] + lines[first].index(group[0])
        end = starts[last - 1] + lines[last - 1].index(group[-1]) + len(group[-1])
        yield _block(" ".join(group), start, end, first + 1, gap=True)
        return
    for at, line in enumerate(group, first):
        start = starts[at] + lines[at].index(line)
        yield _block(line, start, start + len(line), at + 1, gap=at == first)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether these lines are one paragraph, broken at a fixed width by a mail or a terminal."""
    lengths = list(map(len, lines[:-1]))
    ordered = sorted(lengths)
    middle = (ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2
    if middle >= _RUN_ON_LEAST and _runs_on(lines):
        return True
    if len(lines) < _WRAP_LINES:
        return False
    widest = max(lengths)
    if not _WRAP_LEAST <= widest <= _WRAP_MOST or len(lines[-1]) > widest:
        return False
    if min(lengths) < 0.7 * widest or middle < 0.85 * widest:
        return False
    return sum(map(ends_sentence, lines[:-1])) <= 0.4 * len(lengths)


def _runs_on(lines: list[str]) -> bool:
    """Whether sentences run on over the breaks: a line stops short, the next begins in lower case.

    Agency copy is wrapped like this with several paragraphs in one run, so that its lines are of
    any length. Menus and lists of headlines begin each line anew.
    """
    wanted = _RUN_ON_SHARE * (len(lines) - 1)
    found = 0
    for line, following in pairwise(lines):
        if following[0].islower() and not ends_sentence(line):
            found += 1
            if found >= wanted:
                return True
    return False


def _block(text: str, start: int, end: int, number: int, *, gap: bool) -> Block:
    bullet = None if text[0].isalnum() else _BULLET.match(text)
    role = Role.ITEM if bullet and bullet.end() < len(text) else Role.PARAGRAPH
    if role is Role.ITEM and bullet and text[0] not in "-–":
        text = text[bullet.end() :]
    return Block(text=text, role=role, start=start, end=end, path=f"line {number}", gap=gap)
