"""Rows of one month to files of bounded size, each made when it is written.

Articles are cut to files by the time of their publication, as what changes together was published
together: a story is copied within days. Within a file, rows go by id. A file that loses rows is
written again by itself, with what is new in its stretch of time, so that it is read once.

Signatures do not say when their article was published, but who adds some may. So new ones are cut
to files by time, too; those of a file that loses rows stay among themselves, as they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedupe.publish.rest import Rest, times_of

FILE_ROWS = 2_048
"""Rows in a file: what changing one row costs to rewrite."""
SORT_KEYS = {
    "articles": ["id"],
    "duplicates": ["id"],
    "removals": ["article_id", "start", "end", "rule"],
    "rejects": ["id"],
    "signatures": ["id"],
    "comparisons": ["left_id", "right_id"],
    "runs": ["snapshot"],
}
KEYS = {table: keys[0] for table, keys in SORT_KEYS.items()}
"""The column by which ``Changes.drop`` addresses the rows of a table."""


PUBLISHED = "published_at"

TIMED = {"articles", "duplicates"}
"""The tables whose rows say when they were published."""

UNIQUE = {"articles", "duplicates", "signatures"}
"""The tables with one row for each key."""


class Lazy(Protocol):
    """Rows to add that are made only when their file is written."""

    schema: pa.Schema
    keys: NDArray[np.bytes_]
    """What each row is sorted by: the first of the table's sort keys, unique."""
    times: NDArray[np.int64] | None
    """When each was published, in microseconds; None where that is not known."""

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """The rows at these places, in this order, with the table's columns."""
        ...


class Dated:
    """Rows at hand of a table that does not say when they were published, with those times."""

    def __init__(self, rows: pa.Table, key: str, times: NDArray[np.int64]) -> None:
        """``key`` is the first of the table's sort keys."""
        self.schema = rows.schema
        self.keys: NDArray[np.bytes_] = np.array(rows[key].to_pylist(), dtype=np.bytes_)
        self.times: NDArray[np.int64] | None = times
        self._rows = rows

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """The rows at these places."""
        return self._rows.take(pa.array(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows of a ``Lazy``."""

    source: Lazy
    rows: NDArray[np.int64]

    @property
    def num_rows(self) -> int:
        """How many."""
        return len(self.rows)

    @property
    def keys(self) -> NDArray[np.bytes_]:
        """What they are sorted by."""
        return self.source.keys[self.rows]

    @property
    def times(self) -> NDArray[np.int64] | None:
        """When they were published."""
        return None if self.source.times is None else self.source.times[self.rows]

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """Some of them."""
        return self.source.take(self.rows[rows])


def pieces(table: str, parts: list[pa.Table | Part]) -> Iterator[Callable[[], pa.Table]]:
    """Makes the files of one month from its rows, each when it is called."""
    if table not in UNIQUE:
        tables = [part for part in parts if isinstance(part, pa.Table)]
        rows = pa.concat_tables(tables).sort_by([(key, "ascending") for key in SORT_KEYS[table]])
        for start in range(0, max(rows.num_rows, 1), FILE_ROWS):
            yield partial(rows.slice, start, FILE_ROWS)
        return
    counts = [part.num_rows for part in parts]
    keys = np.concatenate([_keys(table, part) for part in parts])
    times = np.concatenate([_times(table, part) for part in parts])
    by_key = np.argsort(keys, kind="stable")
    by_time = by_key[np.argsort(times[by_key], kind="stable")]
    ages = np.repeat([_age(table, part, at, len(parts)) for at, part in enumerate(parts)], counts)
    order = by_time[np.argsort(ages[by_time], kind="stable")]
    rank, place = np.empty((2, len(keys)), np.int64)
    rank[by_key] = place[order] = np.arange(len(keys))
    ends = np.cumsum(counts)
    for group in _groups(table, parts, place, ends):
        rows = group[np.argsort(place[group])]
        for piece in np.array_split(rows, max(1, -(-len(rows) // FILE_ROWS))):
            yield partial(_gathered, parts, ends, piece[np.argsort(rank[piece])])


def _groups(
    table: str, parts: list[pa.Table | Part], place: NDArray[np.int64], ends: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """The rows of the parts in groups: all, or for each file that is rewritten what stays of it.

    New rows go with the file that begins before them; those of a table that states no times stay
    by themselves.
    """
    starts = ends - np.diff(ends, prepend=0)
    rest = [
        at
        for at, part in enumerate(parts)
        if isinstance(part, Part) and isinstance(part.source, Rest) and not part.source.small
    ]
    rest.sort(key=lambda at: place[starts[at] : ends[at]].min())
    new = np.ones(len(place), np.bool_)
    for at in rest:
        new[starts[at] : ends[at]] = False
    others = np.flatnonzero(new)
    if not rest:
        return [others]
    kept = [np.arange(starts[at], ends[at]) for at in rest]
    if table not in TIMED:
        return [*kept, others] if len(others) else kept
    lows = np.array([place[of_file].min() for of_file in kept])
    home = np.maximum(np.searchsorted(lows, place[others], side="right") - 1, 0)
    return [np.concatenate([of_file, others[home == group]]) for group, of_file in enumerate(kept)]


def _keys(table: str, part: pa.Table | Part) -> NDArray[np.bytes_]:
    if isinstance(part, Part):
        return part.keys
    return np.array(part[KEYS[table]].to_pylist(), dtype=np.bytes_)


def _times(table: str, part: pa.Table | Part) -> NDArray[np.int64]:
    if isinstance(part, Part):
        times = part.times
        return np.zeros(part.num_rows, np.int64) if times is None else times
    return times_of(part[PUBLISHED]) if table in TIMED else np.zeros(part.num_rows, np.int64)


def _age(table: str, part: pa.Table | Part, at: int, count: int) -> int:
    """What comes before the time: where files do not state any, the files, and then what is new."""
    if table in TIMED or not (isinstance(part, Part) and isinstance(part.source, Rest)):
        return count
    return at


def _gathered(
    parts: list[pa.Table | Part], ends: NDArray[np.int64], rows: NDArray[np.int64]
) -> pa.Table:
    """Rows of several parts, counted through all of them, in the order asked for."""
    of = np.searchsorted(ends, rows, side="right")
    tables, places = [], []
    for at, part in enumerate(parts):
        mine = np.flatnonzero(of == at)
        if len(mine):
            inside = rows[mine] - (ends[at - 1] if at else 0)
            tables.append(
                part.take(inside) if isinstance(part, Part) else part.take(pa.array(inside))
            )
            places.append(mine)
    if not tables:  # an empty table
        return pa.concat_tables([part for part in parts if isinstance(part, pa.Table)])
    if len(tables) == 1:
        return tables[0]
    back = np.argsort(np.concatenate(places))
    return pa.concat_tables(tables).combine_chunks().take(pa.array(back))
