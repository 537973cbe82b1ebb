"""Dates as rows state them: ISO 8601, RFC 2822, seconds or milliseconds since 1970.

A date without a time of day stays a date, a time without a zone stays without one. All else,
"yesterday", "11/12/2025", is None: a wrong date is worse than none.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from email.utils import parsedate_to_datetime

from dedupe.article import Stated

_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-?\d{2}-?\d{2}[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?)"
    r"\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
# email.utils reads much more than RFC 2822 allows, and fills in what is missing.
_RFC2822 = re.compile(
    r"(?:[a-z]{3},\s*)?\d{1,2}\s[a-z]{3}\s\d{4}\s\d{2}:\d{2}(?::\d{2})?"
    r"(?:\s(?:[+-]\d{4}|UT|UTC|GMT|Z|[ECMP][SD]T))?",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{9,10}|\d{12,13}", re.ASCII)
_EPOCH_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# As seconds this is the year 5138, as milliseconds 1973: only one can be meant.
_MILLISECONDS_FROM = 1e11
# Outside of these no newspaper has appeared: years 1 and 9999 are some program's "unknown", and
# have no equivalent in every zone.
_FIRST_YEAR, _LAST_YEAR = 1600, 2200


def read_date(value: object) -> Stated:
    """Return the date or time that ``value`` states, or None."""
    try:
        if isinstance(value, str):
            found = _from_text(" ".join(value.split()))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = _from_epoch(value)
        else:
            found = None
    except (ValueError, OverflowError, TypeError):  # 31 February, 25 o'clock
        return None
    return found if found and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _from_text(text: str) -> Stated:
    if _DAY.fullmatch(text):
        return dt.date.fromisoformat(text)
    if found := _ISO.fullmatch(text):
        zone = (found[2] or "").upper()
        zone = "+00:00" if zone in {"Z", "UTC", "GMT"} else zone
        return dt.datetime.fromisoformat(found[1].replace(",", ".").upper() + zone)
    if _RFC2822.fullmatch(text):
        return parsedate_to_datetime(text)
    if _EPOCH.fullmatch(text):
        return _from_epoch(int(text))
    return None


def _from_epoch(seconds: float) -> Stated:
    if not math.isfinite(seconds) or seconds <= 0:  # 0 is a missing date, not the first of 1970
        return None
    if seconds >= _MILLISECONDS_FROM:
        seconds /= 1000
    return _EPOCH_START + dt.timedelta(seconds=seconds)
