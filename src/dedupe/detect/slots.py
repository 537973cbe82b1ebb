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
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.layout import I64
from dedupe.detect.runs import Runs, among, runs
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


@dataclass(frozen=True, eq=False)
class Slots:
    """A text as a template: its words with one mark for each filling, and the fillings."""

    skeleton: U64
    kinds: NDArray[np.int8]
    """Of each slot; shape (slots,), as below."""
    keys: U64
    """Of each slot, the key of the two words of the skeleton before it, that of the two after it,
    and both again with the filling; shape (4, slots)."""

    @cached_property
    def ordered(self) -> U64:
        """Each of the four kinds of keys, sorted."""
        return np.sort(self.keys, axis=1)

    @cached_property
    def runs(self) -> Runs:
        """The runs of ``RUN`` words of the skeleton."""
        return runs(self.skeleton, RUN)


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
        none = np.empty((4, 0), dtype=np.uint64)
        return Slots(padded[2:-2], np.empty(0, dtype=np.int8), none)
    # Kinds are numbered by rank, so that the first among several is the least above 0.
    inside = np.flatnonzero(fact)
    starts = np.searchsorted(inside, first)
    places = np.arange(len(inside)) - np.repeat(starts, last - first)
    mixed = fold_keys(words[inside] ^ fold_keys(places.astype(np.uint64) + np.uint64(1)))
    before = fold_keys(padded[at - 2] * factors[0] + padded[at - 1] * factors[1])
    after = fold_keys(padded[at + 1] * factors[2] + padded[at + 2] * factors[3])
    values = np.add.reduceat(mixed, starts)
    return Slots(
        padded[2:-2],
        np.minimum.reduceat(kinds[inside], starts),
        np.stack((before, after, before ^ values, after ^ values)),
    )


Own = Callable[[Runs, Runs, int], float]
"""See ``passages.own``; with the words in a row that make a passage."""


def other_occasion(left: Slots, right: Slots, counts: I64, own: Own) -> bool:
    """Whether the texts are one template, filled with the facts of two occasions.

    ``counts`` is what ``matched`` counts.
    """
    matched, kept = counts.tolist()
    figures, names = matched[FIGURE] / 2, matched[NAME] / 2
    if figures >= FIGURES and kept[FIGURE] <= KEPT_FIGURES * matched[FIGURE]:
        if names >= NAMES and kept[NAME] <= KEPT_NAMES * matched[NAME]:
            return True
        return _one_template(left.runs, right.runs, own)
    few = sum(matched) >= 2 * FACTS and sum(kept) + 1 <= KEPT_FACTS * sum(matched)
    another_day = matched[DATE] > 0 and not any(kept)
    return (few or another_day) and _one_template(left.runs, right.runs, own)


def matched(left: Slots, right: Slots) -> I64:
    """Slots that both texts have, and those filled alike, counted from both sides.

    By kind; shape (2, kinds).
    """
    return _matched(left, right) + _matched(right, left)


def _matched(slots: Slots, other: Slots) -> I64:
    before, after, before_value, after_value = (
        among(keys, ordered) for keys, ordered in zip(slots.keys, other.ordered, strict=True)
    )
    return np.stack(
        [
            np.bincount(slots.kinds[chosen], minlength=NAME + 1)
            for chosen in (before | after, before_value | after_value)
        ]
    )


def _one_template(left: Runs, right: Runs, own: Own) -> bool:
    """Whether two skeletons are the same but for scattered words."""
    if own(left, right, PASSAGE) or own(right, left, PASSAGE):
        return False
    scattered = own(left, right, 1) * left.words + own(right, left, 1) * right.words
    return scattered <= SCATTERED * (left.words + right.words)
