"""The one block model: HTML and plain text both become a list of these, and all rules read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

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


_SEPARATORS = "|▪•›·"
_MENU = 4
_MOSTLY_LINK = 0.6
_PROSE_WORDS = 10
_LONG_WORDS = 28


@dataclass(slots=True, eq=False)
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
    marks: tuple[str, ...] = ()
    """Names of the rules that matched, whether or not they led to a cut."""
    words: int = -1
    """Length in words; counted unless whoever makes the block has."""
    prose: bool = field(init=False)
    """Whether it reads as running text rather than as a label, a headline or a link."""
    _folded: str | None = field(init=False, default=None)
    _folded_words: list[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Measure the text once; nothing changes it later."""
        if self.words < 0:
            self.words = count_words(self.text)
        self.prose = (
            self.words >= _PROSE_WORDS
            and self.links <= _MOSTLY_LINK
            and (self.words >= _LONG_WORDS or ends_sentence(self.text))
            and sum(map(self.text.count, _SEPARATORS)) < _MENU
        )

    @property
    def folded(self) -> str:
        """The text as the rule tables see it."""
        if self._folded is None:
            self._folded = fold(self.text)
        return self._folded

    @property
    def folded_words(self) -> list[str]:
        """The words of ``folded``; a single empty one if there are none."""
        if self._folded_words is None:
            self._folded_words = self.folded.split(" ")
        return self._folded_words

    @property
    def ends(self) -> bool:
        """Whether it ends like a sentence."""
        return ends_sentence(self.text)

    def drop(self, rule: str, stage: Stage) -> None:
        """Cut the block; the first reason stands."""
        if self.cut is None:
            self.cut = Cut(rule, stage)


def kept(blocks: list[Block]) -> list[Block]:
    """Return the blocks that nothing has cut so far, in order."""
    return [block for block in blocks if block.cut is None]
