"""What a page turned out to be; flagged on strong evidence only, for a flag rejects it."""

from __future__ import annotations

import re

from dedupe.article import Quality
from dedupe.clean.blocks import Block, Stage, kept

_STUB_WORDS = 120
_BANNER_WORDS = 25
_INDEX_WORDS = 90
_INDEX_LINKS = 20
_ENTRIES = 6
_STAMP_WORDS = 12
_LINKED, _LABEL_WORDS = 0.8, 3
_CLOCK = re.compile(r"^\D{0,12}\d{1,2}\s?[:hH.]\s?\d{2}\b")


def judge_quality(  # noqa: PLR0911 - one return for each kind of page
    blocks: list[Block], types: str, free: object
) -> Quality:
    """Return the kind of page that these blocks make.

    Args:
        blocks: all blocks, the cut ones marked.
        types: the schema.org types that the page states, if any.
        free: its ``isAccessibleForFree``, if stated.
    """
    body = kept(blocks)
    words = sum(block.words for block in body)
    consent = sum(b.words for b in blocks if b.cut is not None and b.cut.stage is Stage.CONSENT)
    if words < _BANNER_WORDS and consent > _BANNER_WORDS and not any(b.prose for b in body):
        return Quality.BANNER
    if not words:
        return Quality.EMPTY
    if "LiveBlogPosting" in types:
        return Quality.LIVE
    stamped = sum(
        bool(_CLOCK.match(b.text)) and b.words < _STAMP_WORDS for b in blocks if _inside(b)
    )
    if stamped >= _ENTRIES and stamped * 6 > len(body):
        return Quality.LIVE
    walled = any("paywall" in block.marks for block in blocks)
    if words < _STUB_WORDS and (walled or str(free).lower() == "false"):
        return Quality.PAYWALL
    linked = sum(
        b.links > _LINKED and b.words > _LABEL_WORDS
        for b in blocks
        if b.cut is None or b.cut.rule in _LISTS
    )
    prose = sum(block.words for block in body if block.prose)
    if prose < _INDEX_WORDS and linked >= _INDEX_LINKS:
        return Quality.INDEX
    return Quality.ARTICLE


_LISTS = frozenset(("teaser-list", "link-line"))


def _inside(block: Block) -> bool:
    return block.cut is None or (block.cut.stage is Stage.FIELD and block.cut.rule == "date-line")
