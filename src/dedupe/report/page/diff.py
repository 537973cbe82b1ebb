"""Two texts side by side, word by word, in bounded time and length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from dedupe.report.page.markup import Child, Html, el, visible

WORDS = 700
"""Words compared on each side, after what both begin and end with is set aside."""
CONTEXT = 14
"""Equal words shown on either side of a difference; more are counted instead of shown."""
ROWS = 30
"""Rows shown."""
LONGEST = 60
"""Characters shown of one word."""

_SPACE = re.compile(r"\s+")

Kind: TypeAlias = Literal["same", "left", "right"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand on both sides, or on one."""

    kind: Kind
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A passage with its differences; ``skipped`` equal words come before it, unshown."""

    skipped: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """The rows, the equal words after them, and what the bounds left out."""

    rows: tuple[Row, ...]
    skipped: int
    unread: int
    """Words on both sides together that were not compared."""

    @property
    def equal(self) -> bool:
        """No difference at all."""
        return not self.rows and not self.unread


def diff(left: str, right: str) -> Diff:
    """The differences between two texts, words compared as they are written."""
    a, b = (tuple(word for word in _SPACE.split(side) if word) for side in (left, right))
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    cut_a, cut_b = inner_a[:WORDS], inner_b[:WORDS]
    unread = len(inner_a) - len(cut_a) + len(inner_b) - len(cut_b)
    pieces = [Piece("same", a[:head])] if head else []
    pieces += _pieces(cut_a, cut_b)
    if tail and not unread:
        pieces.append(Piece("same", a[len(a) - tail :]))
    rows, rest = _rows(pieces)
    shown = rows[:ROWS]
    for row in rows[ROWS:]:
        unread += sum(len(piece.words) for piece in row.pieces)
    return Diff(tuple(shown), rest + (tail if unread else 0), unread)


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """How many words both begin with."""
    for at, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return at
    return min(len(a), len(b))


def _pieces(a: tuple[str, ...], b: tuple[str, ...]) -> list[Piece]:
    if not a or not b:
        return [Piece(kind, side) for kind, side in (("left", a), ("right", b)) if side]  # type: ignore[arg-type]
    pieces: list[Piece] = []
    for tag, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", a[a0:a1]))
            continue
        if a1 > a0:
            pieces.append(Piece("left", a[a0:a1]))
        if b1 > b0:
            pieces.append(Piece("right", b[b0:b1]))
    return pieces


def _rows(pieces: list[Piece]) -> tuple[list[Row], int]:
    """Pieces grouped around their differences, and the equal words after the last."""
    rows: list[Row] = []
    current: list[Piece] = []
    skipped = 0
    for at, piece in enumerate(pieces):
        words = piece.words
        if piece.kind != "same":
            current.append(piece)
            continue
        first, last = at == 0, at == len(pieces) - 1
        before = () if first else words[:CONTEXT]
        after = () if last else words[max(len(before), len(words) - CONTEXT) :]
        between = len(words) - len(before) - len(after)
        if between == 0:
            current.append(piece)
            continue
        if current:
            rows.append(Row(skipped, (*current, Piece("same", before))))
        current = [Piece("same", after)] if after else []
        skipped = between
    if any(piece.kind != "same" for piece in current):
        rows.append(Row(skipped, tuple(current)))
        skipped = 0
    return rows, skipped


def side_by_side(found: Diff, left: str, right: str, caption: str) -> Html:
    """The diff as a table of two columns, ``left`` and ``right`` being their headings."""
    if found.equal:
        return el("p", "The two texts have the same words in the same order.", class_="quiet")
    body: list[Html] = []
    for row in found.rows:
        body += _gap(row.skipped)
        body.append(
            el("tr", el("td", _side(row, "left", "del")), el("td", _side(row, "right", "ins")))
        )
    body += _gap(found.skipped)
    if found.unread:
        body.append(_note(f"{found.unread:,} more words are not shown"))
    return el(
        "table",
        el("caption", caption),
        el("thead", el("tr", el("th", left, scope="col"), el("th", right, scope="col"))),
        el("tbody", body),
        class_="diff",
    )


def _side(row: Row, kind: Kind, tag: str) -> Child:
    def parts() -> Iterator[Child]:
        for piece in row.pieces:
            words = " ".join(visible(word[:LONGEST]) for word in piece.words)
            if not words:
                continue
            if piece.kind == "same":
                yield words + " "
            elif piece.kind == kind:
                yield el(tag, words)
                yield " "

    shown = list(parts())
    return el("bdi", shown) if shown else el("span", "nothing here", class_="none")


def _gap(words: int) -> list[Html]:
    return [_note(f"{words:,} equal {'word' if words == 1 else 'words'}")] if words else []


def _note(said: str) -> Html:
    return el("tr", el("td", said, colspan=2, class_="gap"))
