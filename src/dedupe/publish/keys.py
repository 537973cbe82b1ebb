"""Where in a table's file the rows of some ids are, without reading the file again.

Files never change, so the ids in one of their columns are sorted once, and kept in a small file
that is named by the digest of the other: a cache, made again where it is missing or damaged.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedupe.publish.manifest import File

KEYS = "keys"
"""The folder of them, in the part of the data folder that no reader needs."""

CACHED_FROM = 1_024
"""Rows of a file from which its ids are kept; the ids of smaller ones are read as fast."""

_DIGITS = 32
_ID = np.dtype("S16")
_ROW = np.dtype("<u4")
_SUM_BYTES = 4


class Wanted:
    """Ids whose rows are looked for, in file after file."""

    def __init__(self, ids: Collection[str]) -> None:
        """Some ids, or what may be none."""
        self.column = pa.array(sorted(ids), pa.string())
        packed = _packed(self.column)
        self.packed = None if packed is None else np.unique(packed)
        """The ids in 16 bytes each, rising; None where one is no id."""


def rows_of(
    folder: Path, file: File, key: str, wanted: Wanted, read: Callable[[], pa.ChunkedArray]
) -> NDArray[np.int64] | None:
    """The rows of ``file`` whose ``key`` is ``wanted``, rising; None where ids are no ids.

    Args:
        folder: where sorted ids are kept; made where it does not exist.
        file: a file of a snapshot.
        key: one of its columns of ids.
        wanted: what is looked for.
        read: gives the column.
    """
    asked = wanted.packed
    if asked is None:
        return None
    found = _load(_path(folder, file, key), file.rows) or keep(folder, file, key, read())
    if found is None:
        return None
    ids, rows = found
    first, last = np.searchsorted(ids, asked, "left"), np.searchsorted(ids, asked, "right")
    counts = last - first
    at = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    return np.sort(rows[at]).astype(np.int64)


def keep(
    folder: Path, file: File, key: str, column: pa.ChunkedArray
) -> tuple[NDArray[np.bytes_], NDArray[np.uint32]] | None:
    """Keep the ids in a column of ``file``, and give them and their rows; None if they are none."""
    ids = _packed(column)
    if ids is None:
        return None
    order = np.argsort(ids, kind="stable")
    found = ids[order], order.astype(_ROW)
    _keep(_path(folder, file, key), *found)
    return found


def drop_others(folder: Path, files: Collection[File]) -> None:
    """Delete what is kept of files that are not among these."""
    present = {file.sha256[:_DIGITS] for file in files}
    for path in folder.glob("*"):
        if path.name.partition("-")[0] not in present:
            path.unlink(missing_ok=True)


def _path(folder: Path, file: File, key: str) -> Path:
    return folder / f"{file.sha256[:_DIGITS]}-{key}.keys"


def _packed(column: pa.Array | pa.ChunkedArray) -> NDArray[np.bytes_] | None:
    texts = column.to_pylist()
    try:
        raw = bytes.fromhex("".join(texts))
    except (TypeError, ValueError):  # a null, or no id
        return None
    if len(raw) != len(texts) * _ID.itemsize or any(len(text) != _DIGITS for text in texts):
        return None
    return np.frombuffer(raw, _ID)


def _load(path: Path, count: int) -> tuple[NDArray[np.bytes_], NDArray[np.uint32]] | None:
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    body = memoryview(raw)[:-_SUM_BYTES]
    if len(body) != count * (_ID.itemsize + _ROW.itemsize) or _sum(body) != raw[-_SUM_BYTES:]:
        return None
    return np.frombuffer(body, _ID, count), np.frombuffer(body, _ROW, count, count * _ID.itemsize)


def _keep(path: Path, ids: NDArray[np.bytes_], rows: NDArray[np.uint32]) -> None:
    body = ids.tobytes() + rows.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(body + _sum(body))
    draft.replace(path)


def _sum(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_SUM_BYTES, "big")
