"""The block-level elements of a page: where each hangs, what its markup says of it, its weight.

Half of a page's boxes hold no text or stand in a box that is cut, so names and attributes are read
only when somebody asks.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from dedupe.clean.blocks import Cut, Stage
from dedupe.clean.markup import CHROME_TAGS, ROLES, hidden, read_names

HIDING: Final = frozenset(("style", "hidden", "aria-hidden"))
_HIDDEN: Final = Cut("hidden", Stage.CHROME)
_ARTICLES: Final = frozenset(("article", "main"))


class Said(NamedTuple):
    """What the tag, the names and the attributes of an element say about it."""

    cut: Cut | None
    always: bool
    """Whether the cut holds even against most of the page's text."""
    body: int
    """How clearly they say "body of the article", 0 to 4."""


class Box:
    """A block-level element: where it hangs, what its names say, how much text it holds."""

    __slots__ = (
        "_said",
        "cut",
        "depth",
        "letters",
        "linked",
        "node",
        "parent",
        "prose",
        "tag",
    )

    def __init__(self, tag: str, parent: int, depth: int, node: LexborNode | None = None) -> None:
        """Make a box that nothing is known of but its place."""
        self.tag = tag
        self.parent = parent
        self.depth = depth
        self.node = node
        self.cut: Cut | None = None
        self.prose = 0.0
        self.letters = 0
        self.linked = 0.0
        self._said: Said | None = None

    @property
    def names(self) -> str:
        """The id and the class names as written."""
        of = self.node.attributes if self.node is not None else {}
        return f"{of.get('id') or ''} {of.get('class') or ''}"

    @property
    def said(self) -> Said:
        """What the markup says of the box, whatever its text says."""
        if self._said is None:
            self._said = _read(self.tag, self.node.attributes if self.node is not None else {})
        return self._said

    def say(self, cut: Cut | None, body: int, *, always: bool) -> None:
        """Let the box say this and nothing else."""
        self._said = Said(cut, always, body)


def _read(tag: str, attributes: dict[str, str | None]) -> Said:
    cut: Cut | None = None
    always, body = False, 0
    if attributes:
        identity, classes = attributes.get("id") or "", attributes.get("class") or ""
        if identity or classes:
            cut, always, body = read_names(identity, classes)
        if not HIDING.isdisjoint(attributes) and hidden(attributes):
            cut, always = _HIDDEN, True
        role = attributes.get("role")
        if role and cut is None:
            cut = ROLES.get(role)
        if attributes.get("itemprop") == "articleBody":
            body = 4
            cut = None if cut is not _HIDDEN else cut
    if cut is None:
        cut = CHROME_TAGS.get(tag)
    if not body and tag in _ARTICLES:
        body = 2
    return Said(cut, always, body)
