"""Slots: whether two texts fill one template on two occasions.

A report of a series is standing text with slots: figures, days and months, names. Two texts of one
template are the same but for what stands in the slots, and most of that differs. An update of a
story changes some of its figures, keeps the names, and has sentences of its own to add; a copy with
corrections keeps almost all. So the texts are compared without their facts (the *skeletons*), and
the facts slot by slot: those between the same words, kept or filled otherwise.

Sets of facts (see ``facts``) tell most templates apart and are cheaper. Slots decide where these
are few, or agree by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64, fold_keys, place_factors, word_hashes

FIGURE, DATE, NAME = 1, 2, 3
"""Kinds of slots; one with several facts is of the first kind among them."""

RUN = 3
"""Words in a row, slots counted as words, that two skeletons must share to count as shared."""

PASSAGE = 10
"""Words in a row, none of them shared, that make more than the filling of a template."""

SCATTERED = 0.12
"""Share of the skeletons that may differ: the words of a template that go with its facts."""

FIGURES, KEPT_FIGURES = 3, 0.34
"""From so many slots with figures on, they alone decide: at most this share of them is kept."""

FACTS, KEPT_FACTS = 2, 0.5
"""The same for the slots of all kinds together; half a slot is allowed for chance."""

NAMES, KEPT_NAMES = 3, 0.55
"""Where the skeletons differ too, names must differ beside the figures: an update keeps them."""

_MARK = np.uint64(0x9E6C63D0876A3F6B)
"""Stands for the filling of a slot in a skeleton."""

_DATES = """
monday tuesday wednesday thursday friday saturday sunday
january february april june july august september october november december
lundi mardi mercredi jeudi vendredi samedi dimanche
janvier février avril juin juillet août septembre octobre novembre décembre
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
januar jänner februar märz mai juni juli oktober dezember
lunes martes miércoles jueves viernes sábado domingo
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
lunedì martedì mercoledì giovedì venerdì sabato domenica
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
segunda terça quarta quinta sexta janeiro fevereiro março maio junho julho setembro outubro dezembro
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
januari februari maart april mei augustus
poniedziałek wtorek środę środa czwartek piątek sobotę niedzielę
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag augusti
понедельник вторник среду четверг пятницу субботу воскресенье
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
"""
"""Days and months, without those that are common words elsewhere in their language."""


@cache
def _dates() -> U64:
    return np.unique(word_hashes(_DATES.split()))


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """A text as a template: its words with one mark for each filling, and the fillings."""

    skeleton: U64
    kinds: NDArray[np.int8]
    """Of each slot; shape (slots,), as below."""
    before: U64
    """Key of the two words of the skeleton before the slot."""
    after: U64
    """Key of the two words of the skeleton after it."""
    values: U64
    """Key of the filling."""


def slots(words: U64, stated: NDArray[np.bool_], named: NDArray[np.bool_]) -> Slots:
    """The slots of a text, given its word hashes, and which words have a digit or are names."""
    kinds = np.zeros(len(words), dtype=np.int8)
    kinds[named] = NAME
    kinds[np.isin(words, _dates())] = DATE
    kinds[stated] = FIGURE
    fact = kinds > 0
    edge = np.diff(np.concatenate(([False], fact, [False])).astype(np.int8))
    first, last = np.flatnonzero(edge > 0), np.flatnonzero(edge < 0)
    kept = ~fact
    kept[first] = True
    padded = np.zeros(int(kept.sum()) + 4, dtype=np.uint64)
    padded[2:-2] = np.where(fact, _MARK, words)[kept]
    at = np.cumsum(kept)[first] + 1
    factors = np.array(place_factors(4), dtype=np.uint64)
    if not len(first):
        none = np.empty(0, dtype=np.uint64)
        return Slots(padded[2:-2], np.empty(0, dtype=np.int8), none, none, none)
    # Kinds are numbered by rank, so that the first among several is the least above 0.
    inside = np.flatnonzero(fact)
    starts = np.searchsorted(inside, first)
    places = np.arange(len(inside)) - np.repeat(starts, last - first)
    mixed = fold_keys(words[inside] ^ fold_keys(places.astype(np.uint64) + np.uint64(1)))
    return Slots(
        padded[2:-2],
        np.minimum.reduceat(kinds[inside], starts),
        fold_keys(padded[at - 2] * factors[0] + padded[at - 1] * factors[1]),
        fold_keys(padded[at + 1] * factors[2] + padded[at + 2] * factors[3]),
        np.add.reduceat(mixed, starts),
    )


Own = Callable[[U64, U64, int, int], float]
"""See ``passages.own``; with the words in a row that are shared, and that make a passage."""


def other_occasion(left: Slots, right: Slots, own: Own) -> bool:
    """Whether the texts are one template, filled with the facts of two occasions."""
    # Each is counted from both sides.
    (matched, kept), (matched_there, kept_there) = _matched(left, right), _matched(right, left)
    matched, kept = matched + matched_there, kept + kept_there
    figures, names = matched[FIGURE] / 2, matched[NAME] / 2
    if figures >= FIGURES and kept[FIGURE] <= KEPT_FIGURES * matched[FIGURE]:
        if names >= NAMES and kept[NAME] <= KEPT_NAMES * matched[NAME]:
            return True
        return _one_template(left.skeleton, right.skeleton, own)
    few = matched.sum() >= 2 * FACTS and kept.sum() + 1 <= KEPT_FACTS * matched.sum()
    another_day = matched[DATE] > 0 and not kept.any()
    return bool(few or another_day) and _one_template(left.skeleton, right.skeleton, own)


def _matched(slots: Slots, other: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of the slots of one text, those that the other has too, and those filled alike; by kind."""
    same_place = np.isin(slots.before, other.before) | np.isin(slots.after, other.after)
    alike = np.isin(slots.before ^ slots.values, other.before ^ other.values)
    alike |= np.isin(slots.after ^ slots.values, other.after ^ other.values)
    return (
        np.bincount(slots.kinds[same_place], minlength=NAME + 1),
        np.bincount(slots.kinds[alike], minlength=NAME + 1),
    )


def _one_template(left: U64, right: U64, own: Own) -> bool:
    """Whether two skeletons are the same but for scattered words."""
    if own(left, right, RUN, PASSAGE) or own(right, left, RUN, PASSAGE):
        return False
    scattered = own(left, right, RUN, 1) * len(left) + own(right, left, RUN, 1) * len(right)
    return scattered <= SCATTERED * (len(left) + len(right))
