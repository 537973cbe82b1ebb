"""Candidates: which documents share an index key, in the batch and with the index.

A key that very many documents share says little about any two of them, and following it would cost
the square of their number. So a key is followed only as long as it pays (``HOT``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.index import Index
from dedupe.detect.layout import I64
from dedupe.detect.shingling import U64
from dedupe.detect.sketch import Sketches

HOT = 256
"""Canonicals of one segment of the index that may share a key; above, it is not followed."""

RARE = 8
"""Canonicals that may share a key for it to suffice alone; of commoner keys a pair must share two.
Standing phrases and templates are shared once by many; copies share several keys (measured on
agency
news: all but 0.6 % of them two or more, and those their rarest)."""

SORTED = 8_000_000
"""Keys of the batch that are sorted at a time: 400 MB."""

NARROW = 2**31
"""What 32 bits count to."""

Numbers = NDArray[np.signedinteger[Any]]

_ROWS = 4096
_SHIFT = np.uint64(32)
_LOW = np.uint64(2**32 - 1)


def document_keys(
    sketches: Sketches, index: Index, first: int, last: int
) -> list[tuple[str, I64, U64]]:
    """By space: documents ``first`` to ``last`` and their keys, side by side."""
    rows = np.arange(first, last)
    worded = rows[sketches.shingles[first:last] > 0]
    banding = index.parameters.banding
    bands = banding.keys(sketches.signatures[worded]).ravel()
    bounds = sketches.bounds[first : last + 1]
    return [
        ("content", worded, sketches.content[worded]),
        ("band", np.repeat(worded, banding.count), bands),
        ("anchor", np.repeat(rows, np.diff(bounds)), sketches.anchors[bounds[0] : bounds[-1]]),
    ]


def with_index(sketches: Sketches, index: Index, wanted: NDArray[np.bool_]) -> tuple[I64, I64]:
    """Documents of the batch and ordinals of canonicals worth comparing: unique pairs, sorted."""
    found = [np.empty(0, np.uint64)]
    for first in range(0, len(wanted), _ROWS):
        last = min(first + _ROWS, len(wanted))
        codes, rare = [np.empty(0, np.uint64)], [np.empty(0, np.bool_)]
        for space, rows, keys in document_keys(sketches, index, first, last):
            asked = np.flatnonzero(wanted[rows])
            positions, ordinals = index.lookup(space, keys[asked], HOT)
            codes.append((rows[asked[positions]].astype(np.uint64) << _SHIFT) | ordinals)
            sharing = np.bincount(positions, minlength=1)
            rare.append((sharing <= RARE)[positions] | (space == "content"))
        pairs, group, counts = np.unique(
            np.concatenate(codes), return_inverse=True, return_counts=True
        )
        enough = counts > 1
        enough[group[np.concatenate(rare)]] = True
        found.append(pairs[enough])
    pairs = np.concatenate(found)
    return (pairs >> _SHIFT).astype(np.int64), (pairs & _LOW).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Places that share a key: group g has ``members[bounds[g] : bounds[g + 1]]``, rising."""

    members: Numbers
    bounds: I64
    of: Numbers
    """The groups of all places, one place's after the other's."""
    of_bounds: I64
    """Place p is in groups ``of[of_bounds[p] : of_bounds[p + 1]]``."""
    at: Numbers
    """Beside ``of``: where in ``members`` the place stands."""


def in_batch(sketches: Sketches, index: Index, place: I64, count: int) -> Groups:
    """Groups of two places or more; ``place[i]`` is that of document i, below 0 for none.

    Keys are gathered and sorted a range of them at a time, as they take more memory than sketches.
    """
    expected = len(place) * index.parameters.banding.count + len(sketches.anchors)
    passes = np.uint64(1 + expected // SORTED)
    found = [
        _shared(*_keys_in(sketches, index, place, np.uint64(at), passes), count)
        for at in range(int(passes))
    ]
    members = np.concatenate([part for part, _ in found])
    sizes = np.concatenate([part for _, part in found])
    found.clear()
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    # Thirty for each document, so their width is what a large batch holds.
    narrow = _width(max(len(members), count))
    order: Numbers = np.argsort(members, kind="stable").astype(narrow)
    of: Numbers = np.repeat(np.arange(len(sizes), dtype=narrow), sizes)[order]
    of_bounds = np.concatenate(([0], np.cumsum(np.bincount(members, minlength=count))))
    return Groups(members, bounds, of, of_bounds, order)


def _keys_in(
    sketches: Sketches, index: Index, place: I64, at: np.uint64, passes: np.uint64
) -> tuple[U64, I64]:
    """The keys in one of so many ranges, and the places that have them."""
    every_key, every_place = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for first in range(0, len(place), _ROWS):
        last = min(first + _ROWS, len(place))
        for space, rows, keys in document_keys(sketches, index, first, last):
            if space != "content":
                keep = place[rows] >= 0
                if passes > 1:
                    keep &= ((keys >> _SHIFT) * passes) >> _SHIFT == at
                every_key.append(keys[keep])
                every_place.append(place[rows[keep]])
    return np.concatenate(every_key), np.concatenate(every_place)


def _shared(keys: U64, places: I64, count: int) -> tuple[Numbers, I64]:
    """The places that share a key, group after group by rising key, and the sizes of the groups."""
    order = np.lexsort((places, keys))
    keys, places = keys[order], places[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    twin = np.zeros(len(keys), dtype=bool)
    twin[1:] = ~fresh[1:] & (places[1:] == places[:-1])
    fresh, places = fresh[~twin], places[~twin]
    sizes = np.diff(np.append(np.flatnonzero(fresh), len(places)))
    kept: Numbers = places[np.repeat(sizes > 1, sizes)].astype(_width(count))
    return kept, sizes[sizes > 1]


def _width(most: int) -> type[np.signedinteger[Any]]:
    return np.int32 if most < NARROW else np.int64
