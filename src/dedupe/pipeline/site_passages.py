"""The passages of one site in arrays, and how some documents are learnt without reading them all.

A site has up to 20,000 passages, and a run brings it a few documents. So only those passages are
looked up that the documents have; what is found and what is new is merged into the arrays. Where
passages may have to be forgotten all are read, as all compete for room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dedupe.clean.templates import MOST_PASSAGES, Site, count


class Read(Protocol):
    """A document's passages, each with its words, and whether its first is its description."""

    @property
    def keys(self) -> Mapping[int, int]: ...  # noqa: D102 - see above

    @property
    def leads(self) -> bool: ...  # noqa: D102 - see above


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """A site's passages in arrays, by rising key."""

    documents: int
    leads: int
    keys: npt.NDArray[np.int64]
    times: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int32]

    @classmethod
    def none(cls) -> Passages:
        """Those of a site of which nothing is known."""
        return cls(0, 0, np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))

    @classmethod
    def of(cls, site: Site) -> Passages:
        """Those of ``site``."""
        size = len(site.passages)
        keys = np.fromiter(site.passages, np.int64, size)
        seen = np.array(list(site.passages.values()), np.int32).reshape(size, 2)
        order = np.argsort(keys)
        return cls(site.documents, site.leads, keys[order], seen[order, 0], seen[order, 1])

    def frequent(self, least: int) -> Passages:
        """Those that stood in so many documents."""
        often = self.times >= least
        return Passages(
            self.documents, self.leads, self.keys[often], self.times[often], self.firsts[often]
        )

    def site(self) -> Site:
        """The site that has them."""
        return self._site(slice(None))

    def among(self, wanted: npt.NDArray[np.int64]) -> Site:
        """The site with those of its passages that are ``wanted`` (unique keys), if it has them."""
        if not len(self.keys):
            return self.site()
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return self._site(at[self.keys[at] == wanted])

    def with_(self, site: Site) -> Passages:
        """These, with the counts of ``site`` in place of theirs, and its passages besides."""
        new = Passages.of(site)
        kept = ~np.isin(self.keys, new.keys, assume_unique=True)
        keys = np.concatenate([self.keys[kept], new.keys])
        order = np.argsort(keys)
        return Passages(
            site.documents,
            site.leads,
            keys[order],
            np.concatenate([self.times[kept], new.times])[order],
            np.concatenate([self.firsts[kept], new.firsts])[order],
        )

    def _site(self, rows: slice | npt.NDArray[np.int64]) -> Site:
        pairs = zip(self.times[rows].tolist(), self.firsts[rows].tolist(), strict=True)
        return Site(
            documents=self.documents,
            leads=self.leads,
            passages=dict(zip(self.keys[rows].tolist(), pairs, strict=True)),
        )


class Pupil:
    """A site that is being learnt."""

    def __init__(self, passages: Passages) -> None:
        """From what is known of it."""
        self._passages = passages
        self._whole: Site | None = None

    def learn(self, lessons: Sequence[Read]) -> bool:
        """Count some documents, in order; gives whether one was no copy."""
        most = len(self._passages.keys) + sum(len(lesson.keys) for lesson in lessons)
        if self._whole is None and most > MOST_PASSAGES:
            self._whole = self._passages.site()
        site = self._whole or self._passages.among(_keys(lessons))
        learnt = False
        for lesson in lessons:
            learnt |= count(site, lesson.keys, leads=lesson.leads)
        if learnt and self._whole is None:
            self._passages = self._passages.with_(site)
        return learnt

    @property
    def passages(self) -> Passages:
        """What was learnt."""
        return self._passages if self._whole is None else Passages.of(self._whole)


def _keys(lessons: Sequence[Read]) -> npt.NDArray[np.int64]:
    every = {key for lesson in lessons for key in lesson.keys}
    return np.sort(np.fromiter(every, np.int64, len(every)))
