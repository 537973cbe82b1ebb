"""What election asks of each document: from the columns of the batch, and from rows of history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.detect import I64, Packed, order_of, pack_ids
from dedupe.elect import Apart, Candidate, Columns, apart, microseconds, order
from dedupe.pipeline.batch import Live
from dedupe.settings import Settings


class Candidates:
    """The candidates of a run by id; those of the batch are made when they are asked for."""

    def __init__(self, live: Live, started_at: dt.datetime) -> None:
        """Start with the documents of the batch; ``add`` brings those of history."""
        self._live = live
        self._started_at = started_at
        self._others: dict[str, Candidate] = {}

    def those(self, ids: Sequence[str]) -> dict[str, Candidate]:
        """The candidates among ``ids``, by id."""
        found = {}
        for identity, position in zip(ids, self._live.positions(ids).tolist(), strict=True):
            if identity in self._others:
                found[identity] = self._others[identity]
            elif position >= 0 and identity not in found:
                found[identity] = self._of_batch(identity, position)
        return found

    def _of_batch(self, identity: str, position: int) -> Candidate:
        row = int(self._live.rows[position])
        entry = self._live.entries.get(position)
        old = entry.predecessor if entry else None
        return Candidate(
            id=identity,
            words=int(self._live.batch.words[row]),
            first_seen_at=self.first_seen_at(position),
            published_at=self._live.batch.published_at(row),
            site=self._live.batch.site(row),
            version=self._live.version(position),
            incumbent=old is not None and old["table"] == "articles",
        )

    def first_seen_at(self, position: int) -> dt.datetime:
        """When a document of the batch was seen first: now, or with its first version."""
        entry = self._live.entries.get(position)
        old = entry.predecessor if entry else None
        seen: dt.datetime = old["first_seen_at"] if old else self._started_at
        return seen

    def add(self, candidate: Candidate) -> None:
        """Add one that is not of the batch."""
        self._others[candidate.id] = candidate

    def ranking(self, settings: Settings) -> Ranking:
        """The order of all candidates so far, best first."""
        live, others = self._live, list(self._others.values())
        versions, seen = (
            np.ones(len(live), np.int64),
            np.full(len(live), microseconds(self._started_at)),
        )
        incumbent = np.zeros(len(live), np.bool_)
        for position, entry in live.entries.items():
            versions[position] = entry.version
            seen[position] = microseconds(self.first_seen_at(position))
            old = entry.predecessor
            incumbent[position] = old is not None and old["table"] == "articles"
        names = live.batch.site_names
        ids = np.concatenate([live.ids, pack_ids([each.id for each in others])])
        columns = Columns(
            ids=ids,
            words=_column(live.batch.words[live.rows], [each.words for each in others]),
            first_seen=_column(seen, [microseconds(each.first_seen_at) for each in others]),
            published=_column(
                live.batch.published[live.rows],
                [microseconds(each.published_at) for each in others],
            ),
            sites=_column(live.batch.sites[live.rows], range(len(names), len(names) + len(others))),
            site_names=[*names, *(each.site for each in others)],
            versions=_column(versions, [each.version for each in others]),
            incumbent=np.concatenate([incumbent, [each.incumbent for each in others]]).astype(bool),
        )
        rows = order(columns, settings)
        return Ranking(ids[rows], _by_place(apart(columns, settings), rows))


class Ranking:
    """Packed ids from the best canonical to the worst."""

    def __init__(self, ids: Packed, kept_apart: Apart | None = None) -> None:
        """Take the ids in their order, and which of these places are kept apart."""
        self.ids = ids
        self.apart = kept_apart
        self._order = order_of(ids)
        self._sorted = ids[self._order].view("S16")

    def __len__(self) -> int:
        """How many."""
        return len(self.ids)

    def places(self, ids: Sequence[str]) -> I64:
        """The place of each id; one that is not ranked stands after all others."""
        wanted = pack_ids(ids).view("S16")
        if not len(self.ids):
            return np.zeros(len(wanted), np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], len(self.ids))

    def sorted(self, ids: Sequence[str]) -> list[str]:
        """``ids`` from best to worst."""
        return [ids[at] for at in np.argsort(self.places(ids), kind="stable").tolist()]


def _by_place(found: Apart | None, rows: I64) -> Apart | None:
    return found and (lambda left, right: found(rows[left], rows[right]))


def _column(batch: npt.NDArray[np.signedinteger[Any]], others: Sequence[int]) -> I64:
    return np.concatenate([batch, np.array(others, np.int64)]).astype(np.int64)
