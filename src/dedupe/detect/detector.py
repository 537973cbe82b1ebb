"""The detector of a run: sketches the batch, finds its candidates, verifies them on the texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.article import Pair, Relation, Verdict
from dedupe.detect.candidates import in_batch, with_index
from dedupe.detect.index import Index
from dedupe.detect.judge import Reason
from dedupe.detect.layout import I64
from dedupe.detect.plausible import plausible
from dedupe.detect.signature import U32
from dedupe.detect.sketch import Sketches, join, sketch, take
from dedupe.detect.stars import Edges, stars
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
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._shards: list[Sketches] = []
        self._edges: tuple[I64, list[str]] | None = None

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Sketches a shard of the batch.

        Raises:
            ValueError: an id came before.
        """
        self._shards.append(sketch(texts, self._index.parameters))
        for each in ids:
            if each in self._rows:
                raise ValueError(f"document {each} was added twice")
            self._rows[each] = len(self._ids)
            self._ids.append(each)
        self._edges = None

    def history(self) -> list[str]:
        """Ids of the canonicals in the index that share a key with a document of the batch, sorted.

        A canonical whose id is in the batch is not among them: the batch brings its new text.
        """
        return sorted(set(self._with_history()[1]))

    def pairs(self, fetch: Fetch, rank: Mapping[str, int]) -> Iterator[Pair]:
        """The verified pairs, accepted and rejected, best-ranked centres first.

        ``fetch`` gives texts by id and is asked for bounded numbers of them. ``rank`` has every id
        of the batch and of ``history``; the lower is the better canonical. Every document that is a
        copy has a pair with its best-ranked accepting centre; two canonicals of the history have
        none.
        """
        rows, others = self._with_history()
        known = sorted(set(others))
        order = sorted([*self._ids, *known], key=lambda each: (rank[each], each))
        place_of = {each: at for at, each in enumerate(order)}
        place = np.array([place_of[each] for each in self._ids], dtype=np.int64)
        sketches = self._sketches()
        copies = self._copies(sketches, place)
        solo = place.copy()
        solo[[row for rows_ in copies.values() for row in rows_]] = -1
        groups = in_batch(sketches, self._index, solo, len(order))
        history = np.array([place_of[each] for each in others], dtype=np.int64)
        single = solo[rows] >= 0
        verifier = Verifier(fetch, order, self._settings)
        edges = Edges.of(place[rows[single]], history[single])
        for best, rows_ in copies.items():
            for row in rows_:
                yield Pair(left=order[best], right=self._ids[row], verdict=_EXACT)
        row_of = np.zeros(len(order), dtype=np.int64)
        row_of[place] = np.arange(len(place))

        def worth(left: I64, right: I64) -> NDArray[np.bool_]:
            return plausible(sketches, row_of[left], row_of[right], self._settings)

        for left, right, verdict in stars(len(order), groups, edges, worth, verifier.verdicts):
            yield Pair(left=order[left], right=order[right], verdict=verdict)
            if verdict.relation is not Relation.DISTINCT:
                # What is true of one of several equal texts is true of all.
                for row in copies.get(right, ()):
                    yield Pair(left=order[left], right=self._ids[row], verdict=verdict)

    def signatures(self, ids: Sequence[str]) -> U32:
        """MinHash signatures of documents of the batch; shape (len(ids), permutations)."""
        return self.sketches(ids).signatures

    def sketches(self, ids: Sequence[str]) -> Sketches:
        """The sketches of documents of the batch."""
        return take(self._sketches(), np.array([self._rows[each] for each in ids], dtype=np.int64))

    def _sketches(self) -> Sketches:
        if len(self._shards) != 1:
            self._shards = [join(self._shards, self._index.parameters)]
        return self._shards[0]

    def _with_history(self) -> tuple[I64, list[str]]:
        """Documents of the batch and ids of canonicals that share a key with them, side by side."""
        if self._edges is None:
            sketches = self._sketches()
            wanted = np.ones(len(self._ids), dtype=bool)
            rows, ordinals = with_index(sketches, self._index, wanted)
            ids = self._index.ids_of(ordinals.astype(np.uint64))
            foreign = [at for at, each in enumerate(ids) if each not in self._rows]
            self._edges = rows[foreign], [ids[at] for at in foreign]
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
