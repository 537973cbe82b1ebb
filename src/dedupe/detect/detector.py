"""The detector of a run: sketches the batch, finds its candidates, verifies them on the texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.article import Pair, Relation, Verdict
from dedupe.detect.candidates import in_batch, with_index
from dedupe.detect.identifiers import ID_BYTES, Ids, Packed, order_of, pack_ids, unpack_ids
from dedupe.detect.index import Index
from dedupe.detect.judge import Reason
from dedupe.detect.layout import I64
from dedupe.detect.plausible import plausible
from dedupe.detect.signature import U32
from dedupe.detect.sketch import Sketches, join, sketch, take
from dedupe.detect.stars import Edges, Plausible, stars
from dedupe.detect.verify import Fetch, Verifier
from dedupe.settings import Settings

_EXACT = Verdict(
    relation=Relation.EXACT, jaccard=1.0, containment=1.0, reason=Reason.SAME_WORDS.value
)


class Detector:
    """Takes a batch shard by shard with ``add``; then ``history`` and ``pairs``.

    Of each document it keeps the sketch (some 800 bytes), not the text.
    """

    def __init__(self, settings: Settings, index: Index) -> None:
        self._settings = settings
        self._index = index
        self._parts: list[tuple[Packed, Sketches]] = []
        self._met: set[bytes] = set()
        self._look: tuple[NDArray[np.bytes_], I64] | None = None
        self._edges: tuple[I64, Packed] | None = None

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Sketches a shard of the batch.

        Raises:
            ValueError: an id came before.
        """
        self.add_sketches(pack_ids(ids), sketch(texts, self._index.parameters))

    def add_sketches(self, ids: Packed, sketches: Sketches) -> None:
        """Adds a shard of the batch that was sketched elsewhere, with the index's parameters.

        Raises:
            ValueError: an id came before.
        """
        for part, _ in self._parts if not self._met else ():
            self._met.update(part.view("S16").tolist())
        known = ids[order_of(ids)].view("S16")
        twins = known[1:][known[1:] == known[:-1]].tolist()
        if self._parts:
            fresh = ids.view("S16").tolist()
            twins += self._met.intersection(fresh)
            self._met.update(fresh)
        if twins:
            raise ValueError(f"document {twins[0].ljust(ID_BYTES, bytes(1)).hex()} was added twice")
        self._parts.append((ids, sketches))
        self._look = self._edges = None

    def history(self) -> list[str]:
        """Ids of the canonicals in the index that share a key with a document of the batch, sorted.

        A canonical whose id is in the batch is not among them: the batch brings its new text.
        """
        return sorted(set(unpack_ids(self._with_history()[1])))

    def pairs(self, fetch: Fetch, rank: Mapping[str, int]) -> Iterator[Pair]:
        """``pairs_in`` the order that ``rank`` gives every id of the batch and of ``history``."""
        everyone = [*unpack_ids(self._joined()[0]), *self.history()]
        order = sorted(everyone, key=lambda each: (rank[each], each))
        return self.pairs_in(pack_ids(order), fetch)

    def pairs_in(
        self, order: Packed, fetch: Fetch, apart: Plausible | None = None
    ) -> Iterator[Pair]:
        """The verified pairs, accepted and rejected, best-ranked centres first.

        ``order`` has every id of the batch and of ``history``, the best canonical first. ``fetch``
        gives texts by id and is asked for bounded numbers of them. Every document that is a copy
        has a pair with its best-ranked accepting centre; two canonicals of the history have none,
        nor have two that ``apart``, asked for places in ``order``, keeps apart.
        """
        rows, others = self._with_history()
        mine, sketches = self._joined()
        sort = order_of(order)
        known = order[sort].view("S16")
        place = sort[np.searchsorted(known, mine.view("S16"))]
        ids = Ids(order)
        # Of equal texts some may be kept apart: then each is compared by itself.
        copies = self._copies(sketches, place) if apart is None else {}
        solo = place.copy()
        solo[[row for rows_ in copies.values() for row in rows_]] = -1
        groups = in_batch(sketches, self._index, solo, len(order))
        history = sort[np.searchsorted(known, others.view("S16"))]
        single = solo[rows] >= 0
        if apart is not None:
            single &= ~apart(place[rows], history)
        verifier = Verifier(fetch, ids, self._settings)
        edges = Edges.of(place[rows[single]], history[single])
        own = Ids(mine)
        for best, rows_ in copies.items():
            for row in rows_:
                yield Pair(left=ids[best], right=own[row], verdict=_EXACT)
        row_of = np.zeros(len(order), dtype=np.int64)
        row_of[place] = np.arange(len(place))

        def worth(left: I64, right: I64) -> NDArray[np.bool_]:
            found = plausible(sketches, row_of[left], row_of[right], self._settings)
            return found if apart is None else found & ~apart(left, right)

        for left, right, verdict in stars(len(order), groups, edges, worth, verifier.verdicts):
            yield Pair(left=ids[left], right=ids[right], verdict=verdict)
            if verdict.relation is not Relation.DISTINCT:
                # What is true of one of several equal texts is true of all.
                for row in copies.get(right, ()):
                    yield Pair(left=ids[left], right=own[row], verdict=verdict)

    def signatures(self, ids: Sequence[str]) -> U32:
        """MinHash signatures of documents of the batch; shape (len(ids), permutations)."""
        return self.sketches(ids).signatures

    def sketches(self, ids: Sequence[str]) -> Sketches:
        """The sketches of documents of the batch."""
        return self.sketches_of(pack_ids(ids))

    def sketches_of(self, ids: Packed) -> Sketches:
        """``sketches`` for packed ids.

        Raises:
            KeyError: one is not of the batch.
        """
        rows = self._rows(ids)
        if (rows < 0).any():
            raise KeyError(unpack_ids(ids[rows < 0])[0])
        return take(self._joined()[1], rows)

    def _rows(self, ids: Packed) -> I64:
        """The rows of ids; -1 for one that is not of the batch."""
        known, order = self._sorted()
        if not len(known):
            return np.full(len(ids), -1, np.int64)
        wanted = ids.view("S16")
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        found: I64 = np.where(known[at] == wanted, order[at], -1)
        return found

    def _sorted(self) -> tuple[NDArray[np.bytes_], I64]:
        """The ids in order, and the row of each."""
        if self._look is None:
            ids = np.concatenate([pack_ids([]), *(part for part, _ in self._parts)])
            order = order_of(ids)
            self._look = ids[order].view("S16"), order
        return self._look

    def _joined(self) -> tuple[Packed, Sketches]:
        if len(self._parts) != 1:
            ids = np.concatenate([pack_ids([]), *(part for part, _ in self._parts)])
            parts = [part for _, part in self._parts]
            self._parts = [(ids, join(parts, self._index.parameters))]
        return self._parts[0]

    def _with_history(self) -> tuple[I64, Packed]:
        """Documents of the batch and ids of canonicals that share a key with them, side by side."""
        if self._edges is None:
            mine, sketches = self._joined()
            wanted = np.ones(len(mine), dtype=bool)
            rows, ordinals = with_index(sketches, self._index, wanted)
            ids = self._index.id_bytes(ordinals.astype(np.uint64))
            foreign = self._rows(ids) < 0
            self._edges = rows[foreign], ids[foreign]
        return self._edges

    def _copies(self, sketches: Sketches, place: I64) -> dict[int, list[int]]:
        """Places of the best-ranked of equal texts to the rows of the others, by rank."""
        worded = np.flatnonzero(sketches.shingles)
        order = worded[np.lexsort((place[worded], sketches.content[worded]))]
        copies: dict[int, list[int]] = {}
        best = -1
        for row in order.tolist():
            if best >= 0 and self._equal(sketches, best, row):
                copies.setdefault(int(place[best]), []).append(row)
            else:
                best = row
        return dict(sorted(copies.items()))

    @staticmethod
    def _equal(sketches: Sketches, one: int, other: int) -> bool:
        return bool(
            sketches.content[one] == sketches.content[other]
            and sketches.shingles[one] == sketches.shingles[other]
            and np.array_equal(sketches.signatures[one], sketches.signatures[other])
        )
