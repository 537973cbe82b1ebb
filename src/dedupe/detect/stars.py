"""Greedy star: who is compared with whom, so that every copy is verified against its centre.

Places are documents in the order of rank, best first. A place that no better-ranked centre accepts
is a centre; a place accepted is settled, represents nobody, and is compared no further. (Greedy
star clustering: Aslam, Pelekhov, Rus, "The star clustering algorithm", 2004, ordered by rank and
not by degree.) A story with n copies costs n comparisons, as its first centre settles them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.article import Relation, Verdict
from dedupe.detect.candidates import Groups, Numbers
from dedupe.detect.layout import I64

BLOCK = 128
"""Prospective centres taken at a time: verification works in batches."""

WINDOW = 64
"""Candidates, those that share most keys first, of which one must be accepted before a centre is
compared with more: what a template that thousands of reports fill costs each of them."""

Verify = Callable[[I64, I64], list[Verdict]]
Plausible = Callable[[I64, I64], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs of a batch place and a history place that share a key, both ways, by ``left``."""

    left: I64
    right: I64

    @classmethod
    def of(cls, batch: I64, history: I64) -> Edges:
        """From the pairs one way."""
        left, right = np.concatenate((batch, history)), np.concatenate((history, batch))
        order = np.lexsort((right, left))
        return cls(left[order], right[order])

    def after(self, places: I64) -> tuple[I64, I64]:
        """The pairs from ``places`` to worse-ranked ones."""
        low = np.searchsorted(self.left, places, side="left")
        counts = np.searchsorted(self.left, places, side="right") - low
        rows = _ranges(low, counts)
        left, right = np.repeat(places, counts), self.right[rows]
        return left[right > left], right[right > left]


def stars(
    count: int, groups: Groups, edges: Edges, plausible: Plausible, verify: Verify
) -> Iterator[tuple[int, int, Verdict]]:
    """Compared pairs (better place, worse place, verdict) whose better place is a centre.

    Pairs of the ``groups`` that are not ``plausible`` are not worth verifying.
    """
    settled = np.zeros(count, dtype=bool)
    live = np.zeros(count, dtype=bool)
    live[groups.members] = True
    live[edges.left] = True
    waiting = np.flatnonzero(live)
    inside = np.zeros(count, dtype=bool)
    for block in _blocks(waiting, settled):
        inside[block] = True
        pairs = _inner(block, inside, groups, edges, plausible)
        for left, right, verdict in _verified(*pairs, verify):
            if settled[left] or settled[right]:
                continue
            settled[right] = verdict.relation is not Relation.DISTINCT
            yield left, right, verdict
        centres = block[~settled[block]]
        for pairs in _outward(centres, inside, settled, groups, edges, plausible):
            for left, right, verdict in _verified(*pairs, verify):
                settled[right] |= verdict.relation is not Relation.DISTINCT
                yield left, right, verdict
        inside[block] = False


def _blocks(waiting: I64, settled: NDArray[np.bool_]) -> Iterator[I64]:
    """The next places that are not ``settled`` when they are asked for, ``BLOCK`` at a time."""
    start = 0
    while start < len(waiting):
        size = BLOCK
        ahead = waiting[start : start + size]
        while (~settled[ahead]).sum() < BLOCK and start + size < len(waiting):
            size *= 2
            ahead = waiting[start : start + size]
        open_ = np.flatnonzero(~settled[ahead])[:BLOCK]
        start += int(open_[-1]) + 1 if len(open_) == BLOCK else len(ahead)
        yield ahead[open_]


def _inner(
    block: I64, inside: NDArray[np.bool_], groups: Groups, edges: Edges, plausible: Plausible
) -> tuple[I64, I64]:
    """Candidate pairs within the block."""
    left, right = edges.after(block)
    keep = inside[right]
    known = left[keep], right[keep]
    lefts: list[Numbers] = [left[:0]]
    rights: list[Numbers] = [right[:0]]
    last = int(block[-1]) if len(block) else 0
    place, group, at = _memberships(block, groups)
    # Members of a group rise, so those inside the block follow closely.
    step = 1
    while len(at):
        going = at + step < groups.bounds[group + 1]
        place, group, at = place[going], group[going], at[going]
        other = groups.members[at + step]
        going = other <= last
        place, group, at, other = place[going], group[going], at[going], other[going]
        keep = inside[other]
        lefts.append(place[keep])
        rights.append(other[keep])
        step += 1
    left, right = _unique(lefts, rights)
    worth = plausible(left, right)
    return _unique([known[0], left[worth]], [known[1], right[worth]])


def _outward(
    centres: I64,
    inside: NDArray[np.bool_],
    settled: NDArray[np.bool_],
    groups: Groups,
    edges: Edges,
    plausible: Plausible,
) -> Iterator[tuple[I64, I64]]:
    """Candidate pairs from the centres to unsettled places outside of the block, in rounds.

    Each round follows each key of each centre for ``WINDOW`` more members; it goes on only where
    the strongest candidates held a copy, or where all members were spoken for.
    """
    left, right = edges.after(centres)
    keep = ~inside[right] & ~settled[right]
    if keep.any():
        yield left[keep], right[keep]
    place, group, at = _memberships(centres, groups)
    seen: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
    while len(place):
        counts = np.minimum(groups.bounds[group + 1] - at - 1, WINDOW)
        row = np.repeat(np.arange(len(place)), counts)
        other = groups.members[_ranges(at + 1, counts)]
        open_ = ~inside[other] & ~settled[other]
        codes, strength = np.unique(_codes(place[row[open_]], other[open_]), return_counts=True)
        new = ~np.isin(codes, seen)
        seen = np.union1d(seen, codes)
        lefts, rights = _decoded(codes[new])
        worth = plausible(lefts, rights)
        lefts, rights, strength = lefts[worth], rights[worth], strength[new][worth]
        first = _strongest(lefts, strength)
        if len(lefts):
            yield lefts[first], rights[first]
        fruitful = np.zeros(len(settled), dtype=bool)
        fruitful[lefts[first][settled[rights[first]]]] = True
        rest = ~first & fruitful[lefts]
        if rest.any():
            yield lefts[rest], rights[rest]
        closed = np.bincount(row, weights=~open_, minlength=len(place)) == counts
        going = (fruitful[place] | closed) & (counts == WINDOW)
        place, group, at = place[going], group[going], at[going] + WINDOW


def _strongest(lefts: I64, strength: I64) -> NDArray[np.bool_]:
    """Of each left place's pairs, the ``WINDOW`` that share most keys."""
    order = np.lexsort((-strength, lefts))
    starts = np.searchsorted(lefts[order], lefts[order])
    chosen = np.zeros(len(lefts), dtype=bool)
    chosen[order[np.arange(len(lefts)) - starts < WINDOW]] = True
    return chosen


def _memberships(places: I64, groups: Groups) -> tuple[I64, Numbers, Numbers]:
    """Place, group and position among the members, for each group that a place is in."""
    low = groups.of_bounds[places]
    counts = groups.of_bounds[places + 1] - low
    rows = _ranges(low, counts)
    return np.repeat(places, counts), groups.of[rows], groups.at[rows]


def _verified(left: I64, right: I64, verify: Verify) -> Iterator[tuple[int, int, Verdict]]:
    if len(left):
        yield from zip(left.tolist(), right.tolist(), verify(left, right), strict=True)


def _unique(lefts: Sequence[Numbers], rights: Sequence[Numbers]) -> tuple[I64, I64]:
    return _decoded(np.unique(_codes(np.concatenate(lefts), np.concatenate(rights))))


def _codes(left: Numbers, right: Numbers) -> NDArray[np.uint64]:
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)


def _decoded(codes: NDArray[np.uint64]) -> tuple[I64, I64]:
    low = np.uint64(2**32 - 1)
    return (codes >> np.uint64(32)).astype(np.int64), (codes & low).astype(np.int64)


def _ranges(first: Numbers, counts: Numbers) -> I64:
    """``first[0] .. first[0] + counts[0] - 1``, ``first[1] ..`` and so on, in one array."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - (ends - counts), counts) + np.arange(total)
