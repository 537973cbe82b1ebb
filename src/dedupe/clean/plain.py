"""Plain text: which lines are the article, which are its fields, which are neither."""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role, Stage, kept
from dedupe.clean.closing import cut_closing
from dedupe.clean.dates import find_date
from dedupe.clean.discussion import cut_discussion
from dedupe.clean.fieldlines import read_field_lines
from dedupe.clean.fields import Fields
from dedupe.clean.headline import choose_title, is_title
from dedupe.clean.judge import judge
from dedupe.clean.language import detect_language
from dedupe.clean.lead import cut_key_points
from dedupe.clean.lines import read_lines
from dedupe.clean.region import best_stretch
from dedupe.clean.repeats import cut_repeats
from dedupe.clean.words import tokens

_GLUED = re.compile(
    r"(?:date|publi[eé]e? le|published|author|auteur|titre|title|source|url)\s{0,2}[:=]?\s{1,2}"
    r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?)\s{1,3}(?=\S)",
    re.IGNORECASE,
)

_LABEL_WORDS = 3


def read_plain(text: str, fields: Fields) -> list[Block]:
    """Return the blocks of a plain text with everything cut that is not body; fill ``fields``."""
    blocks = read_lines(text)
    if not blocks:
        return blocks
    if fields.language is None:
        fields.state("language", detect_language(_sample(blocks)), "text")
    _unglue(blocks, fields)
    judge(blocks, html=False)
    cut_discussion(blocks)
    title = choose_title(blocks, fields.title)
    if title is not None:
        fields.state("title", title.text, "text")
        title.role, title.cut = Role.TITLE, None
        title.drop("title", Stage.FIELD)
    elif fields.title is None:
        title = None
    for block in blocks:
        if block.cut is None and is_title(block, fields.title):
            block.drop("title-repeat", Stage.REPEAT)
    at = title.position if title is not None else None
    read_field_lines(blocks, fields, at, _body_start(blocks), cut_all=True)
    cut_key_points(blocks, fields, html=False)
    standfirst = cut_repeats(_after(blocks, title))
    _cut_outside(blocks)
    cut_closing(kept(blocks), fields.authors)
    if standfirst is not None:
        standfirst.role = Role.STANDFIRST
        fields.state("summary", standfirst.text, "standfirst")
    return blocks


_REJOINED_WORDS = 40
_REJOINED_SHARE = 0.45


def _sample(blocks: list[Block]) -> str:
    longest = sorted(blocks, key=lambda block: -len(block.text))[:8]
    return " ".join(block.text[:1500] for block in longest)


def _after(blocks: list[Block], title: Block | None) -> list[Block]:
    """Return the blocks in which repeats are sought: those below the title, where it leads."""
    if title is None:
        return blocks
    below = [block for block in blocks if block.position > title.position]
    return below if sum(b.prose for b in below) * 2 >= sum(b.prose for b in blocks) else blocks


def _unglue(blocks: list[Block], fields: Fields) -> None:
    """Cut a field that an export glued to the first sentence: ``date 2025-01-31 The sentence``."""
    first = blocks[0]
    match = _GLUED.match(first.text)
    if match is None:
        return
    found = find_date(match[1])
    if found is None:
        return
    fields.state("published_at", found.moment, "text")
    prefix = Block(
        text=first.text[: match.end()].strip(),
        role=Role.PARAGRAPH,
        start=first.start,
        end=first.start + len(first.text[: match.end()].rstrip()),
        path=first.path,
        gap=first.gap,
    )
    prefix.drop("glued-field", Stage.FIELD)
    rest = Block(
        text=first.text[match.end() :],
        role=first.role,
        start=first.start + match.end(),
        end=first.end,
        path=first.path,
    )
    blocks[:1] = [prefix, rest]
    for position, block in enumerate(blocks):
        block.position = position


def _body_start(blocks: list[Block]) -> int:
    stretch = best_stretch(blocks)
    return stretch[0] if stretch else len(blocks)


def _cut_outside(blocks: list[Block]) -> None:
    stretch = best_stretch(blocks)
    if stretch is None:
        _cut_without_prose(blocks)
        return
    first, last = stretch
    while last + 1 < len(blocks) and _continues(blocks[last + 1]):
        last += 1
    first, last = _rejoined(blocks, first, last)
    for index, block in enumerate(blocks):
        if index < first:
            block.drop("before-article", Stage.OUTSIDE)
        elif index > last:
            block.drop("after-article", Stage.OUTSIDE)


def _rejoined(blocks: list[Block], first: int, last: int) -> tuple[int, int]:
    """Widen the stretch over a table or list to running text beyond it that tells the same story.

    A table of prices weighs as much as a menu, so text on its far side can lie outside; but it
    shares its words with the body, and the teasers of a side-bar do not.
    """
    far = [
        block
        for block in kept(blocks)
        if not first <= block.position <= last
        and block.prose
        and block.ends
        and block.words >= _REJOINED_WORDS
    ]
    if far:
        near = range(first, last + 1)
        body = {word for b in kept(blocks) if b.position in near for word in _content(b)}
    for block in far:
        if first <= block.position <= last:
            continue  # an earlier one, farther off, took it in
        own = _content(block)
        if len(own & body) >= _REJOINED_SHARE * len(own):
            first, last = min(first, block.position), max(last, block.position)
    return first, last


def _content(block: Block) -> set[str]:
    return {word for word in tokens(block.text) if len(word) > _LABEL_WORDS}


def _continues(block: Block) -> bool:
    return (
        block.cut is None
        and block.ends
        and block.words > _LABEL_WORDS
        and not (block.gap and block.text.endswith("?"))
    )


def _cut_without_prose(blocks: list[Block]) -> None:
    """A flash of a line or two: what is left and reads as a sentence is the body."""
    labels = [block for block in kept(blocks) if block.words < _LABEL_WORDS and not block.ends]
    if len(labels) == len(kept(blocks)):
        return  # there is nothing else: a word or two is all that this document says
    for block in labels:
        block.drop("label", Stage.LINE)
