"""Exact figures on two texts, and the verdict on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dedupe.article import Verdict
from dedupe.detect import facts
from dedupe.detect.encoding import HARD, encode, tables_for
from dedupe.detect.identifiers import Ids
from dedupe.detect.judge import Overlap, judge
from dedupe.detect.layout import I64
from dedupe.detect.measures import measures
from dedupe.detect.pace import METER, PAIRS
from dedupe.detect.passages import PASSAGE, RUN
from dedupe.detect.runs import Runs, runs
from dedupe.detect.shingling import U64, shingle_hashes, word_hashes
from dedupe.detect.slots import Slots, other_occasion, slots
from dedupe.settings import Settings
from dedupe.words import words

Fetch = Callable[[Sequence[str]], Mapping[str, str]]

CHUNK = 512
"""Pairs verified, so at most twice as many texts fetched, at a time."""

KEPT = 4096
"""Readings kept for the pairs to come."""

A_PAIR = 300
"""Words that take as long to compare, in NumPy, as its calls take whatever they work on."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A text read for verification: its word hashes in order, and which words have a digit."""

    text: str
    words: U64
    stated: NDArray[np.bool_]
    shingle: int

    @cached_property
    def shingles(self) -> U64:
        """Its distinct shingles, sorted."""
        kernel = METER.loaded()
        if kernel is None:
            return np.unique(shingle_hashes(self.words, self.shingle))
        found: U64 = kernel.distinct(self.words, self.shingle)
        return found

    @cached_property
    def runs(self) -> Runs:
        """The runs of ``passages.RUN`` words."""
        return runs(self.words, RUN)

    @cached_property
    def figures(self) -> U64:
        """See ``facts.figures``."""
        return facts.figures(self.words, self.stated)

    @cached_property
    def named(self) -> NDArray[np.bool_]:
        """See ``facts.named``."""
        return facts.named(self.text, words(self.text))

    @cached_property
    def names(self) -> U64:
        """The names, each with the word before it, as ``facts.figures`` gives figures."""
        return facts.figures(self.words, self.named)

    @cached_property
    def slots(self) -> Slots:
        """See ``slots.slots``."""
        return slots(self.words, self.stated, self.named)


def read(texts: Sequence[str], shingle: int) -> list[Reading]:
    """Readings of ``texts``, in order, by the path that is faster at this point of the run."""
    if METER.kernel(sum(map(len, texts))) is None:
        return [read_plainly(text, shingle) for text in texts]
    return read_compiled(texts, shingle)


def read_plainly(text: str, shingle: int) -> Reading:
    """The reading of a text, in NumPy."""
    found = words(text)
    return Reading(text, word_hashes(found), facts.stated(found), shingle)


def read_compiled(texts: Sequence[str], shingle: int) -> list[Reading]:
    """Readings of ``texts``, by the kernel.

    Raises:
        ImportError: Numba is not installed.
    """
    from dedupe.detect import kernel

    encoded = encode(texts)
    hashes = np.empty(len(encoded.data), dtype=np.uint64)
    stated = np.empty(len(encoded.data), dtype=np.uint8)
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    kernel.read_all(
        encoded.data,
        encoded.bounds,
        encoded.forms,
        *tables_for(encoded),
        hashes,
        stated,
        bounds,
    )
    hashes, found = hashes[: bounds[-1]].copy(), stated[: bounds[-1]].astype(np.bool_)
    return [
        read_plainly(text, shingle)
        if form == HARD
        else Reading(text, hashes[first:last], found[first:last], shingle)
        for text, form, first, last in zip(
            texts, encoded.forms, bounds[:-1], bounds[1:], strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class CloserLook:
    """The figures on a pair that the judge asks for only where the overlap suffices."""

    left: Reading
    right: Reading

    def other_facts(self) -> bool:
        """Whether the texts state other figures, or other names, or fill one template anew."""
        left, right, taken = self.left, self.right, measures()
        agreeing = taken.shared(left.figures, right.figures)
        fewer = min(len(left.figures), len(right.figures))
        found = facts.differ(agreeing, fewer)
        if found is None:
            agreeing = taken.shared(left.names, right.names)
            found = facts.differ(agreeing, min(len(left.names), len(right.names)))
        elif not found and facts.agree(agreeing, fewer):
            return False
        if found:
            return True
        one, other = left.slots, right.slots
        return other_occasion(one, other, taken.matched(one, other), taken.own)

    def own(self) -> tuple[float, float]:
        """The shares of the two texts that are passages of their own."""
        left, right, own = self.left.runs, self.right.runs, measures().own
        return own(left, right, PASSAGE), own(right, left, PASSAGE)

    def excerpt(self) -> bool:
        """Whether one text is the edited beginning of the other."""
        return measures().excerpt(self.left.runs, self.right.runs)


def overlap(left: Reading, right: Reading) -> Overlap:
    """What two readings share."""
    one, other = left.shingles, right.shingles
    shared = measures().shared(one, other)
    same = shared == len(one) == len(other) and np.array_equal(left.words, right.words)
    return Overlap(len(one), len(other), shared, same and shared > 0)


def verify(left: Reading, right: Reading, settings: Settings) -> Verdict:
    """The verdict on two readings."""
    return judge(overlap(left, right), CloserLook(left, right), settings)


class Verifier:
    """Verdicts on pairs of places, fetching texts in bounded chunks and keeping some readings."""

    def __init__(self, fetch: Fetch, ids: Sequence[str] | Ids, settings: Settings) -> None:
        self._fetch = fetch
        self._ids = ids
        self._settings = settings
        self._readings: dict[int, Reading] = {}

    def verdicts(self, left: I64, right: I64) -> list[Verdict]:
        """The verdict on each pair, in order."""
        return [
            verdict
            for at in range(0, len(left), CHUNK)
            for verdict in self._chunk(
                left[at : at + CHUNK].tolist(), right[at : at + CHUNK].tolist()
            )
        ]

    def _chunk(self, left: list[int], right: list[int]) -> Iterator[Verdict]:
        wanted = {*left, *right}
        if len(self._readings) + len(wanted) > KEPT:
            self._readings = {at: self._readings[at] for at in wanted & self._readings.keys()}
        missing = sorted(wanted - self._readings.keys())
        if missing:
            texts = self._fetch([self._ids[place] for place in missing])
            ordered = [texts[self._ids[place]] for place in missing]
            found = read(ordered, self._settings.shingle)
            self._readings.update(zip(missing, found, strict=True))
        known = self._readings
        PAIRS.kernel(sum(len(known[at].words) for at in (*left, *right)) + A_PAIR * len(left))
        for one, other in zip(left, right, strict=True):
            yield verify(known[one], known[other], self._settings)
