"""Who becomes canonical: an ordered list of criteria, and the words to say which one decided.

``complete``   more words after cleaning, in steps of a fifth: a sentence more does not dethrone.
               The present canonical counts as one step longer, so that copies do not take turns.
``version``    the later version of a document at its URL
``source``     the site that stands earlier in ``Settings.sources``
``first``      seen by us earlier; publishers backdate, so this is never their own date
``published``  the earlier stated publication, where we saw both at once
``id``         the smaller id, so that there always is an answer
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from dedupe.settings import Settings

STEP = 1.2
"""Texts whose lengths differ by less than about this ratio are equally complete."""

_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the policy looks at in a document that may become canonical."""

    id: str
    words: int
    first_seen_at: dt.datetime
    published_at: dt.datetime | None = None
    site: str | None = None
    version: int = 1
    incumbent: bool = False
    """Whether it is canonical already."""

    @classmethod
    def of_row(cls, row: Mapping[str, Any], *, incumbent: bool = False) -> Self:
        """The candidate that a row of ``articles`` or ``duplicates`` stands for."""
        return cls(
            id=row["id"],
            words=row["word_count"],
            first_seen_at=row["first_seen_at"],
            published_at=row["published_at"],
            site=row["site"],
            version=row["version"],
            incumbent=incumbent,
        )


def ranked(candidates: Iterable[Candidate], settings: Settings) -> list[Candidate]:
    """Candidates from best to worst under the settings' policy; the order is total."""
    trust = {site: place for place, site in enumerate(settings.sources)}

    def key(candidate: Candidate) -> tuple[float | dt.datetime | str, ...]:
        parts = [_key(name, candidate, trust) for name in settings.policy]
        return (*parts, candidate.id)

    return sorted(candidates, key=key)


def policy_reason(winner: Candidate, loser: Candidate, settings: Settings) -> str:
    """Why ``winner`` ranks before ``loser``: the deciding criterion, a colon, and its figures."""
    trust = {site: place for place, site in enumerate(settings.sources)}
    for name in settings.policy:
        if _key(name, winner, trust) != _key(name, loser, trust):
            return f"{name}: {_figures(name, winner, loser)}"
    return f"id: {_figures('id', winner, loser)}"


def _key(name: str, candidate: Candidate, trust: dict[str, int]) -> float | dt.datetime | str:
    match name:
        case "complete":
            steps = math.floor(math.log(max(candidate.words, 1), STEP))
            return -(steps + candidate.incumbent)
        case "version":
            return -candidate.version
        case "source":
            return trust.get(candidate.site or "", len(trust))
        case "first":
            return candidate.first_seen_at
        case "published":
            return candidate.published_at or _NEVER
        case _:
            return candidate.id


def _figures(name: str, winner: Candidate, loser: Candidate) -> str:  # noqa: PLR0911 - a table
    match name:
        case "complete":
            if winner.words <= loser.words:
                return f"canonical already, {winner.words} words against {loser.words}"
            return f"{winner.words} words against {loser.words}"
        case "version":
            return f"version {winner.version} against {loser.version}"
        case "source":
            return f"{winner.site} is preferred to {loser.site or 'an unnamed site'}"
        case "first":
            return f"seen {winner.first_seen_at:%Y-%m-%d %H:%M:%S} UTC, before the other"
        case "published":
            stated = f"{winner.published_at:%Y-%m-%d %H:%M}" if winner.published_at else "never"
            return f"published {stated}, before the other"
        case _:
            return "equal in everything else, smaller id"
