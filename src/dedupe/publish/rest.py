"""Rows of earlier files that a file loses some of: read when they are written again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedupe.publish.manifest import File
from dedupe.publish.snapshot import Snapshot
from dedupe.schemas import TABLES

HELD = 3
"""Files held at a time, from which files of one month are gathered."""

Read = Callable[[File], pa.Table]


def reader(snapshot: Snapshot) -> Read:
    """Reads whole files of a snapshot, and holds the last few of them."""
    return lru_cache(HELD)(snapshot.read)


class Rest:
    """The rows that stay of a file whose rows have unique keys; see ``tables.Lazy``."""

    def __init__(
        self, read: Read, narrow: pa.Table, file: File, gone: pa.Array | pa.ChunkedArray | None
    ) -> None:
        """``gone`` marks the rows of ``file`` that do not stay; ``narrow`` has key and time.

        Without any gone, the file is ``small``, and only rewritten to be one with others.
        """
        self.small = gone is None
        self.schema = TABLES[file.table]
        self._read = read
        self._file = file
        marked = np.zeros(file.rows, np.bool_) if gone is None else np.asarray(gone)
        self._rows = np.flatnonzero(~marked)
        stay = narrow.take(pa.array(self._rows))
        self.keys = np.array(stay.column(0).to_pylist(), dtype=np.bytes_)
        self.times: NDArray[np.int64] | None = None
        if stay.num_columns > 1:
            self.times = times_of(stay.column(1))

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """The rows at these places."""
        return self._read(self._file).take(pa.array(self._rows[rows]))


def times_of(published: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
    """Microseconds since 1970; the least number where nothing is stated."""
    least = np.iinfo(np.int64).min
    times: NDArray[np.int64] = (
        published.cast(pa.int64()).fill_null(least).to_numpy(zero_copy_only=False)
    )
    return times
