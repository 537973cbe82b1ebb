"""Dates as documents write them, read without guessing.

Only a full date counts: day, month and year. A relative date ("Tuesday", "3 hours ago") states
nothing that survives the day. Of two readings of 03/04/2025 neither is taken in English, where
both are common; elsewhere the day comes first.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from dedupe.clean.lexicon import section
from dedupe.clean.words import fold

Moment = dt.datetime | dt.date

_MONTH = {
    name: number for number, names in enumerate(section("months").values(), 1) for name in names
}
_NAME = r"[^\W\d_]{3,10}"

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|st|nd|rd|th|º|ª|\.)?\s{{0,3}}(?:de\s|of\s)?\s{{0,2}}-?({_NAME})\.?,?-?"
    r"\s{0,3}(?:de\s|del\s)?\s{0,2}(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b({_NAME})\.?\s{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?\s{{0,2}},?\s{{1,3}}(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_TIME = re.compile(
    r"^[\s,|·•–—-]{0,6}(?:[àaà]s?|at|um|alle(?: ore)?|ore|om|a las|kl\.?|T)?[\s,]{0,2}"
    r"(\d{1,2})\s?[:hH.]\s?(\d{2})(?::(\d{2}))?(?:[.,]\d{1,6})?\s?(am|pm|a\.m\.|p\.m\.)?"
    r"\s?(?:uhr|uur)?\s{0,2}\(?(z|utc|gmt|[+-]\d{2}:?\d{2}|cest|cet|est|edt|cst|cdt|mst|mdt|pst|pdt|bst|"
    r"jst|kst)?\b\)?",
    re.IGNORECASE,
)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "cet": 1, "cest": 2, "bst": 1, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "kst": 9,
}  # fmt: skip
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})$")
_EARLIEST, _LATEST = 1990, 2100
_NOON = 12
_CENTURY, _PIVOT = 100, 70


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text, and where it stands."""

    moment: Moment
    start: int
    end: int


def find_date(text: str, language: str | None = None) -> Found | None:
    """Return the first full date in ``text``, with the time of day that follows it."""
    best: tuple[dt.date, int, int] | None = None
    for found in _candidates(text, language):
        if best is None or found[1] < best[1]:
            best = found
    if best is None:
        return None
    day, start, end = best
    time = _TIME.match(text[end : end + 40])
    moment = _with_time(day, time) if time else None
    if moment is not None and time is not None:
        return Found(moment, start, end + time.end())
    return Found(day, start, end)


def parse_date(value: object) -> Moment | None:
    """Return a machine-readable date (ISO 8601, RFC 2822) or a written one; None if it is none."""
    if isinstance(value, dt.datetime | dt.date):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()[:100]
    try:
        if len(text) in {8, 10}:
            return _plausible(dt.date.fromisoformat(text))
        return _plausible(dt.datetime.fromisoformat(text))
    except ValueError:
        pass
    if "," in text or text[:3].isalpha():
        from email.utils import parsedate_to_datetime

        try:
            return _plausible(parsedate_to_datetime(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    found = find_date(text)
    return found.moment if found else None


def _plausible(moment: Moment) -> Moment | None:
    return moment if _EARLIEST <= moment.year < _LATEST else None


def _candidates(  # noqa: C901 - one step for each way to write a date
    text: str, language: str | None
) -> list[tuple[dt.date, int, int]]:
    found: list[tuple[dt.date, int, int]] = []

    def add(match: re.Match[str] | None, year: str, month: int | None, day: str) -> None:
        if match and month:
            value = int(year)
            if value < _CENTURY:
                value += 2000 if value < _PIVOT else 1900
            try:
                date = dt.date(value, month, int(day))
            except ValueError:
                return
            if _EARLIEST <= date.year < _LATEST:
                found.append((date, *match.span()))

    for pattern in (_ISO, _CJK):
        match = pattern.search(text)
        if match:
            add(match, match[1], int(match[2]), match[3])
    match = _NUMERIC.search(text)
    if match:
        first, second = int(match[1]), int(match[2])
        if second > _NOON:
            add(match, match[3], first, match[2])
        elif first > _NOON or first == second or language not in {None, "en"}:
            add(match, match[3], second, match[1])
    for match in _DAY_MONTH.finditer(text):
        add(match, match[3], _MONTH.get(fold(match[2])), match[1])
        if found:
            break
    for match in _MONTH_DAY.finditer(text):
        add(match, match[3], _MONTH.get(fold(match[1])), match[2])
        if found:
            break
    return found


def _with_time(day: dt.date, time: re.Match[str]) -> dt.datetime | None:
    hour, minute = int(time[1]), int(time[2])
    half = (time[4] or "").lower().replace(".", "")
    if half == "pm" and hour < _NOON:
        hour += _NOON
    elif half == "am" and hour == _NOON:
        hour = 0
    zone = _zone(time[5])
    try:
        return dt.datetime(
            day.year, day.month, day.day, hour, minute, int(time[3] or 0), tzinfo=zone
        )
    except ValueError:
        return None


def _zone(name: str | None) -> dt.timezone | None:
    if not name:
        return None
    offset = _OFFSET.match(name)
    if offset:
        delta = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if delta >= dt.timedelta(days=1):
            return None
        return dt.timezone(-delta if offset[1] == "-" else delta)
    hours = _ZONES.get(name.lower())
    return None if hours is None else dt.timezone(dt.timedelta(hours=hours))
