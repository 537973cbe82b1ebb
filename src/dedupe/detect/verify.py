"""Exact figures on two texts: their sets of shingle hashes and what these share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedupe.article import Verdict
from dedupe.detect.facts import differ, figures, names
from dedupe.detect.judge import Overlap, judge
from dedupe.detect.layout import I64
from dedupe.detect.passages import own
from dedupe.detect.shingling import U64, shingle_hashes, word_hashes
from dedupe.settings import Settings
from dedupe.words import words

Fetch = Callable[[Sequence[str]], Mapping[str, str]]

CHUNK = 512
"""Pairs verified, so at most twice as many texts fetched, at a time."""

KEPT = 4096
"""Readings kept for the pairs to come."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text read for verification: its word hashes in order and its distinct shingles, sorted."""

    text: str
    words: U64
    shingles: U64
    figures: U64

    @classmethod
    def of(cls, text: str, shingle: int) -> Reading:
        """Reads ``text`` with shingles of ``shingle`` words."""
        found = words(text)
        hashes = word_hashes(found)
        return cls(text, hashes, np.unique(shingle_hashes(hashes, shingle)), figures(found))


@dataclass(frozen=True, slots=True)
class CloserLook:
    """The figures on a pair that the judge asks for only where the overlap suffices."""

    left: Reading
    right: Reading

    def other_facts(self) -> bool:
        """Whether the texts state other figures or, where they state too few, other names."""
        found = differ(self.left.figures, self.right.figures)
        if found is None:
            found = differ(names(self.left.text), names(self.right.text))
        return bool(found)

    def own(self) -> tuple[float, float]:
        """The shares of the two texts that are passages of their own."""
        left, right = self.left.words, self.right.words
        return own(left, right), own(right, left)


def overlap(left: Reading, right: Reading) -> Overlap:
    """What two readings share."""
    shared = np.intersect1d(left.shingles, right.shingles, assume_unique=True)
    same = bool(len(left.words)) and np.array_equal(left.words, right.words)
    return Overlap(len(left.shingles), len(right.shingles), len(shared), same)


def verify(left: Reading, right: Reading, settings: Settings) -> Verdict:
    """The verdict on two readings."""
    return judge(overlap(left, right), CloserLook(left, right), settings)


class Verifier:
    """Verdicts on pairs of places, fetching texts in bounded chunks and keeping some readings."""

    def __init__(self, fetch: Fetch, ids: Sequence[str], settings: Settings) -> None:
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
        missing = sorted({*left, *right} - self._readings.keys())
        if len(self._readings) + len(missing) > KEPT:
            self._readings = {
                place: self._readings[place] for place in {*left} & self._readings.keys()
            }
            missing = sorted({*left, *right} - self._readings.keys())
        texts = self._fetch([self._ids[place] for place in missing]) if missing else {}
        for place in missing:
            text = texts[self._ids[place]]
            self._readings[place] = Reading.of(text, self._settings.shingle)
        for one, other in zip(left, right, strict=True):
            yield verify(self._readings[one], self._readings[other], self._settings)
