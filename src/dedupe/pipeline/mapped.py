"""Staged files mapped into memory, whose pages can be let go of.

Every page that was looked at stays in the memory of the process, for as long as it is mapped. A run
looks at all of its batch, here a text and there a row: unless told otherwise it would hold all of
it in the end. The pages that it lets go of are the system's to keep or to drop; a later look finds
them again.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Mapped:
    """An Arrow file."""

    def __init__(self, path: Path) -> None:
        """Map it."""
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.table: pa.Table = pa.ipc.open_file(pa.py_buffer(self._map)).read_all()

    def release(self) -> None:
        """Let go of its pages."""
        self._map.madvise(mmap.MADV_DONTNEED)


class Scratch:
    """An array in a file of its own, made anew."""

    def __init__(self, path: Path, kind: type[np.generic], shape: tuple[int, ...]) -> None:
        """Zeros."""
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        path.unlink(missing_ok=True)  # of a try that broke; it may be mapped still
        with path.open("wb+") as file:
            file.truncate(max(size, 1))
            self._map = mmap.mmap(file.fileno(), max(size, 1))  # shared: nothing written is lost
        whole: NDArray[Any] = np.frombuffer(self._map, kind, int(np.prod(shape)))
        self.array = whole.reshape(shape)

    def release(self) -> None:
        """Let go of its pages."""
        self._map.madvise(mmap.MADV_DONTNEED)


def release(maps: Iterable[Mapped | Scratch]) -> None:
    """Let go of the pages of all."""
    for each in maps:
        each.release()
