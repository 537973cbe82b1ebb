"""What stands under a body and is no part of it.

Some of it is about its makers: who else reported, who the author is, where to follow them. Some is
left of what the page's other rules took: headings with nothing under them.
"""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.lexicon import words
from dedupe.clean.words import fold

_OPENINGS = words("closing", "credit_openings")
_CREDITS = words("closing", "credits")
_VERBS = frozenset(words("closing", "verbs"))
_FOLLOW = words("closing", "follow")
_PLACES = frozenset(words("closing", "places"))
_REACH = 10
_LEAST_BODY = 3
_CREDIT_WORDS = 50
_MORE = 3
_FOLLOW_WORDS = 14
_LEADING_WORDS = 12


def cut_closing(live: list[Block], authors: list[str]) -> None:
    """Cut the credits and the author's life under a body, in place.

    An author who is spoken of further up is a person of the story, and stays.

    Args:
        live: the blocks kept so far, in order.
        authors: the authors that the document states.
    """
    first = max(_LEAST_BODY, len(live) - _REACH)
    for index in range(first, len(live)):
        block = live[index]
        if block.words <= _CREDIT_WORDS and _is_credit(block):
            block.drop("reporting-credit", Stage.FIELD)
        elif block.words <= _FOLLOW_WORDS and _asks_to_follow(block):
            block.drop("follow-prompt", Stage.PROMPT)
    for author in authors:
        name = fold(author).split()
        if len(name) > 1:
            _cut_life(live, first, name)


def _is_credit(block: Block) -> bool:
    folded = block.folded
    return folded.startswith(_OPENINGS) or any(credit in folded for credit in _CREDITS)


def _asks_to_follow(block: Block) -> bool:
    """Whether a line asks to follow somebody, and ends in the name of a network."""
    words = block.folded_words
    return words[-1] in _PLACES and len(words) > 2 and block.folded.startswith(_FOLLOW)  # noqa: PLR2004


def cut_loose_headings(live: list[Block]) -> None:
    """Cut, in place, what leads to more after the last text: headings, and lines with a colon.

    What they led to is gone.
    """
    for block in reversed(live[_LEAST_BODY:]):
        leads = block.words <= _LEADING_WORDS and block.text.endswith((":", "："))
        if not leads and (block.role is not Role.HEADING or block.ends):
            return
        block.drop("loose-heading", Stage.OUTSIDE)


def _cut_life(live: list[Block], first: int, name: list[str]) -> None:
    for index in range(first, len(live)):
        said = live[index].folded.split(" ", len(name) + 1)
        full = said[: len(name)] == name
        short = not full and said[0] == name[0]
        verb = said[len(name) : len(name) + 1] if full else said[1:2] if short else []
        if not verb or verb[0] not in _VERBS or not live[index].prose:
            continue
        if any(
            name[-1] in block.folded or (short and name[0] in block.folded)
            for block in live[:index]
            if block.prose
        ):
            return
        live[index].drop("author-life", Stage.FIELD)
        for block in live[index + 1 : index + 1 + _MORE]:
            if name[0] in block.folded.split() and block.role is not Role.HEADING:
                block.drop("author-life", Stage.FIELD)
        return
