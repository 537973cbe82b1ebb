"""Lines that hold fields, not text: the date line, the byline, the site's address.

They are read near the title, where a page introduces itself, and only if the line holds nothing
else: a date in a sentence is an event's, a name in a sentence is somebody's the article is
about.
"""

from __future__ import annotations

import datetime as dt
import re

from dedupe.clean.blocks import Block, Stage
from dedupe.clean.bylines import is_agency, only_names, read_byline, read_credit
from dedupe.clean.dates import Found, find_date
from dedupe.clean.fields import Fields
from dedupe.clean.lexicon import words
from dedupe.clean.words import fold

_DOMAIN = re.compile(r"^(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12})/?$", re.IGNORECASE)
_PARTS = re.compile(r"[|•·—–()\[\]\n]|\s-\s|,\s(?=\d)")
_DIGIT = re.compile(r"\d")
_LABELS = frozenset(words("fields", "date_labels"))
_MOST_WORDS = 30
_MOST_ODD = 3
_MOST_BESIDE_NAMES = 12
_LONGEST = 250
_HEAD_REACH = 14


def read_field_lines(
    blocks: list[Block], fields: Fields, title: int | None, body: int, *, cut_all: bool
) -> None:
    """Read date lines, bylines and a site's address around the title, and cut them.

    Args:
        blocks: the document's blocks in order.
        fields: filled with what is found.
        title: index of the title among the blocks, if known.
        body: index of the first block of the body.
        cut_all: also cut date lines elsewhere (plain text, where nothing else tells them apart).
    """
    near = _near(title, body, len(blocks))
    dated: list[int] = []
    for index in near:
        block = blocks[index]
        if (block.cut and block.cut.stage is Stage.FIELD and block.cut.rule == "title") or (
            block.words > _MOST_WORDS or len(block.text) > _LONGEST
        ):
            continue
        domain = _DOMAIN.match(block.text)
        if domain:
            fields.state("site", domain[1].lower() if cut_all else None, "text")
            block.drop("site-line", Stage.FIELD)
        elif _read_date_line(block, fields):
            dated.append(index)
        elif not block.prose or block.words < _HEAD_REACH:
            found = authors_in(block.text)
            if found:
                state_authors(fields, found)
                block.drop("byline", Stage.FIELD)
    beside = frozenset(near)
    for at in dated:
        for index in [i for i in (at - 1, at + 1, at - 2) if i in beside and i != title]:
            _bare_names(blocks[index], fields)
    if cut_all:
        _cut_date_lines(blocks)


def _cut_date_lines(blocks: list[Block]) -> None:
    for block in blocks:
        if block.cut is None and block.words <= _MOST_WORDS and date_line(block.text, None):
            block.drop("date-line", Stage.FIELD)


def _near(title: int | None, body: int, count: int) -> list[int]:
    """Return the indexes where a document introduces itself, from the title on, then above it."""
    if title is None or title > body + 3:
        return [*range(min(count, body + 2))]
    after = range(title, min(count, max(body + 4, title + 2), title + 40))
    before = range(max(0, title - _HEAD_REACH), title)
    return [*after, *reversed(before)]


def _bare_names(block: Block, fields: Fields) -> None:
    if block.cut is None or block.cut.stage is Stage.OUTSIDE or block.cut.rule == "byline-box":
        credit = read_credit(block.text)
        found = [credit] if credit else only_names(block.text)
        if found:
            state_authors(fields, found)
            if fields.authors == found:
                block.drop("byline", Stage.FIELD)


def _read_date_line(block: Block, fields: Fields) -> bool:
    parsed = date_line(block.text, fields.language)
    if parsed is None:
        return False
    found, authors = parsed
    fields.state("published_at", found.moment, "text")
    _more_precise(fields, found.moment)
    state_authors(fields, authors)
    block.drop("date-line", Stage.FIELD)
    return True


def state_authors(fields: Fields, found: list[str]) -> None:
    """State the authors of a visible byline; it completes a head that names only some of them."""
    known = {fold(name) for name in fields.authors}
    more = bool(known) and known < {fold(name) for name in found}
    if more and fields.provenance.get("authors") in {"json-ld", "meta"}:
        fields.authors = []
    fields.state("authors", found, "byline")


def date_line(text: str, language: str | None) -> tuple[Found, list[str]] | None:
    """Return the date and the authors of a line that holds a date and little else."""
    if _DIGIT.search(text) is None:
        return None
    first = find_date(text, language)
    if first is None:
        return None
    rest = text
    found: Found | None = first
    for _ in range(4):
        if found is None:
            break
        rest = rest[: found.start] + " | " + rest[found.end :]
        found = find_date(rest, language)
    authors: list[str] = []
    odd = 0
    for part in map(str.strip, _PARTS.split(rest)):
        words = fold(part).split()
        unknown = [word for word in words if word not in _LABELS]
        if not unknown:
            continue
        named = _authors_of_part(part)
        if named:
            authors += [name for name in named if name not in authors]
        else:
            odd += len(unknown)
    labelled = any(word in _LABELS for word in fold(rest).split())
    if (
        odd == 0
        or (odd <= _MOST_ODD and (labelled or authors))
        or (authors and odd <= _MOST_BESIDE_NAMES)
    ):
        return first, authors
    return None


def _authors_of_part(part: str) -> list[str]:
    credit = read_credit(part)
    if credit:
        return [credit]
    found = read_byline(part)
    if found:
        return found
    return (
        [part.strip()]
        if is_agency(part)
        else only_names(part)
        if "," in part or " et " in part
        else []
    )


def authors_in(text: str) -> list[str]:
    """Return the authors that a line states by a byline's words."""
    for part in re.split(r"\s\|\s|\s[·•–—-]\s", text)[:6]:
        credit = read_credit(part)
        if credit:
            return [credit]
        found = read_byline(part)
        if found:
            return found
    return []


def _more_precise(fields: Fields, moment: dt.date) -> None:
    """A second date line of the same day may add the time."""
    day = fields.published_at
    if (
        fields.provenance.get("published_at") == "text"
        and day is not None
        and not isinstance(day, dt.datetime)
        and isinstance(moment, dt.datetime)
        and moment.date() == day
    ):
        fields.published_at = moment
