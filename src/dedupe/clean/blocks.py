"""The one block model: HTML and plain text both become a list of these, and all rules read them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from dedupe.clean.words import count_words, ends_sentence, fold


class Role(StrEnum):
    """What a block is in its article."""

    TITLE = "title"
    STANDFIRST = "standfirst"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "list item"
    QUOTE = "quote"
    CAPTION = "caption"
    ROW = "table row"
    CODE = "code"


class Stage(StrEnum):
    """Why a passage is no part of the body: the closed list of ``Removal.stage``."""

    CONSENT = "consent"
    PROMPT = "prompt"
    CHROME = "chrome"
    RELATED = "related"
    REPEAT = "repeat"
    FIELD = "field"
    TEMPLATE = "template"
    OUTSIDE = "outside"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Cut:
    """A decision to leave a block out: the rule that took it and the stage it belongs to."""

    rule: str
    stage: Stage


_SEPARATORS = re.compile(r"[|▪•›·]")
_MENU = 4
_PROSE_WORDS = 10
_LONG_WORDS = 28


@dataclass(eq=False)
class Block:
    """A passage of the source that a reader sees as one: a paragraph, a heading, a list item.

    ``start`` and ``end`` are offsets into the decoded source; in HTML they are known only once
    ``offsets`` has found them (-1 before). ``links`` is the share of letters inside links. ``path``
    tells where it stood: the tags around it, or ``line 12``. ``cut`` is None while it is kept.
    """

    text: str
    role: Role
    start: int = -1
    end: int = -1
    links: float = 0.0
    position: int = 0
    path: str = ""
    gap: bool = False
    """Whether an empty line (or another container) parts it from the block before."""
    zone: int = 0
    """A number shared by the blocks of one innermost container."""
    cut: Cut | None = None
    marks: list[str] = field(default_factory=list)
    """Names of the rules that matched, whether or not they led to a cut."""

    @cached_property
    def words(self) -> int:
        """Length in words."""
        return count_words(self.text)

    @cached_property
    def folded(self) -> str:
        """The text as the rule tables see it."""
        return fold(self.text)

    @cached_property
    def ends(self) -> bool:
        """Whether it ends like a sentence."""
        return ends_sentence(self.text)

    @cached_property
    def prose(self) -> bool:
        """Whether it reads as running text rather than as a label, a headline or a link."""
        if self.links > 0.6 or len(_SEPARATORS.findall(self.text)) >= _MENU:
            return False
        return self.words >= _LONG_WORDS or (self.words >= _PROSE_WORDS and self.ends)

    def drop(self, rule: str, stage: Stage) -> None:
        """Cut the block; the first reason stands."""
        if self.cut is None:
            self.cut = Cut(rule, stage)


def kept(blocks: list[Block]) -> list[Block]:
    """Return the blocks that nothing has cut so far, in order."""
    return [block for block in blocks if block.cut is None]
