"""Plain text to blocks: one for a line, or for a hard-wrapped paragraph, with exact offsets."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

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
    blocks: list[Block] = []
    group: list[tuple[int, int, int]] = []
    offset, gap = 0, True
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        stripped = line.strip()
        if not stripped.isascii():
            stripped = stripped.strip(_INVISIBLE).strip()
        if stripped:
            start = offset + (0 if line.startswith(stripped) else line.index(stripped))
            group.append((start, start + len(stripped), number))
        elif group:
            blocks += _paragraphs(text, group, gap=gap)
            group, gap = [], True
        offset += len(line)
    if group:
        blocks += _paragraphs(text, group, gap=gap)
    for position, block in enumerate(blocks):
        block.position = position
    return blocks


def _paragraphs(text: str, group: list[tuple[int, int, int]], *, gap: bool) -> list[Block]:
    if len(group) > 1 and _is_wrapped([text[start:end] for start, end, _ in group]):
        start, end = group[0][0], group[-1][1]
        joined = " ".join(text[s:e] for s, e, _ in group)
        return [_block(joined, start, end, group[0][2], gap=gap)]
    return [
        _block(text[start:end], start, end, number, gap=gap and index == 0)
        for index, (start, end, number) in enumerate(group)
    ]


def _is_wrapped(lines: list[str]) -> bool:
    """Whether these lines are one paragraph, broken at a fixed width by a mail or a terminal."""
    if _runs_on(lines):
        return True
    if len(lines) < _WRAP_LINES:
        return False
    lengths = [len(line) for line in lines[:-1]]
    widest = max(lengths)
    if not _WRAP_LEAST <= widest <= _WRAP_MOST or len(lines[-1]) > widest:
        return False
    if min(lengths) < 0.7 * widest or median(lengths) < 0.85 * widest:
        return False
    return sum(ends_sentence(line) for line in lines[:-1]) <= 0.4 * len(lengths)


def _runs_on(lines: list[str]) -> bool:
    """Whether sentences run on over the breaks: a line stops short, the next begins in lower case.

    Agency copy is wrapped like this with several paragraphs in one run, so that its lines are of
    any length. Menus and lists of headlines begin each line anew.
    """
    if len(lines) < 2 or median(len(line) for line in lines[:-1]) < _RUN_ON_LEAST:  # noqa: PLR2004
        return False
    breaks = [
        not ends_sentence(line) and following[:1].islower() for line, following in pairwise(lines)
    ]
    return sum(breaks) >= _RUN_ON_SHARE * len(breaks)


def _block(text: str, start: int, end: int, number: int, *, gap: bool) -> Block:
    bullet = None if text[0].isalnum() else _BULLET.match(text)
    role = Role.ITEM if bullet and bullet.end() < len(text) else Role.PARAGRAPH
    if role is Role.ITEM and bullet and text[0] not in "-–":
        text = text[bullet.end() :]
    return Block(text=text, role=role, start=start, end=end, path=f"line {number}", gap=gap)
