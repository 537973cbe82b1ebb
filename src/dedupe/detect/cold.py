"""Scattered reads of files that may lie on the disk: all asked for before one is waited for.

Whether a file is in the page cache shows by its first reads. Where it is, asking beforehand would
cost as much as the reads themselves; where not, a disk answers many at a time.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROBE = 64
SLOW = 20e-6
"""Reads by which it shows, and seconds of one from which the file is on the disk."""

SPARSE = 16
"""Pages of a stretch for each that is asked for, up to which it is read in one go."""


def read_spans(file: int, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """The bytes of each span (offset, size) of an open file."""
    begun = time.perf_counter()
    parts = [os.pread(file, size, offset) for offset, size in spans[:PROBE]]
    rest = spans[PROBE:]
    if time.perf_counter() - begun > SLOW * PROBE and hasattr(os, "posix_fadvise"):
        for offset, size in rest:
            os.posix_fadvise(file, offset, size, os.POSIX_FADV_WILLNEED)
    parts.extend(os.pread(file, size, offset) for offset, size in rest)
    return parts


def read_ahead(
    mapped: mmap.mmap, offset: int, values: NDArray[Any], wanted: NDArray[np.int64]
) -> None:
    """Have ``values``, mapped at ``offset``, read at once if many are wanted and on the disk."""
    if len(wanted) * mmap.PAGESIZE * SPARSE < values.nbytes:
        return
    begun = time.perf_counter()
    values[wanted[:: max(1, len(wanted) // PROBE)]].max(initial=0)
    if time.perf_counter() - begun > SLOW * PROBE:
        first = offset // mmap.PAGESIZE * mmap.PAGESIZE
        mapped.madvise(mmap.MADV_WILLNEED, first, offset + values.nbytes - first)
