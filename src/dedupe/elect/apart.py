"""Who is kept apart: documents that are never filed under each other, however alike they are.

``window_days`` keeps apart what was published more than so many days apart, by the date that the
publisher states, else by when it was first seen. ``site_rules`` says of sites what their articles
may be filed with: ``within`` only others of the same site, ``across`` only those of other sites,
``never`` none. ``*`` stands for every site that is not named. Of two documents each must allow the
other, so that it does not matter which of them came first, or becomes canonical.

A copy is compared with its canonical alone, so a cluster may span twice the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dedupe.elect.policy import Candidate
from dedupe.elect.ranking import Columns
from dedupe.settings import Settings, site_rules

Numbers = npt.NDArray[np.int64]
Apart = Callable[[Numbers, Numbers], npt.NDArray[np.bool_]]
"""Of rows side by side: which pairs are kept apart."""

DAY = 86_400_000_000
"""Microseconds."""

_UNSTATED = np.iinfo(np.int64).min
_WITHIN, _ACROSS = 1, 2
_CODES = {"within": _WITHIN, "across": _ACROSS, "never": _WITHIN | _ACROSS}


def apart(columns: Columns, settings: Settings) -> Apart | None:
    """Which rows are kept apart; None where the settings keep nobody apart."""
    if not settings.window_days and not settings.site_rules:
        return None
    dates = np.where(columns.published == _UNSTATED, columns.first_seen, columns.published)
    rules = {site: _CODES[rule] for site, rule in site_rules(settings.site_rules).items()}
    names = [(name or "").casefold() for name in columns.site_names]
    # Two codes may have one name.
    _, numbers = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    sites = numbers.astype(np.int64)[columns.sites]
    other = rules.get("*", 0)
    ruled = np.array([rules.get(name, other) for name in names], np.int64)[columns.sites]
    window = settings.window_days * DAY

    def keeps(left: Numbers, right: Numbers) -> npt.NDArray[np.bool_]:
        same = sites[left] == sites[right]
        forbidden = np.where(same, _ACROSS, _WITHIN)
        found = ((ruled[left] | ruled[right]) & forbidden) > 0
        if window:
            found |= np.abs(dates[left] - dates[right]) > window
        return found

    return keeps


def apart_from(one: Candidate, others: Sequence[Candidate], settings: Settings) -> list[bool]:
    """Whether a document is kept apart from each of some others."""
    keeps = apart(Columns.of([one, *others]), settings)
    if keeps is None:
        return [False] * len(others)
    rows = np.arange(1, len(others) + 1)
    return [bool(each) for each in keeps(np.zeros_like(rows), rows)]
