"""Rows of tables that are made of staged documents when their file is written, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedupe.detect import I64, Packed
from dedupe.pipeline.batch import Batch
from dedupe.publish import Changes


def digits(ids: Packed) -> NDArray[np.bytes_]:
    """Packed ids as 32 digits each."""
    return np.frombuffer(ids.tobytes().hex().encode("ascii"), dtype="S32")


def id_column(ids: Packed) -> pa.Array:
    """Packed ids as a column of a table."""
    data = pa.py_buffer(ids.tobytes().hex().encode("ascii"))
    offsets = pa.py_buffer(np.arange(0, 32 * len(ids) + 1, 32, dtype=np.int32))
    return pa.StringArray.from_buffers(len(ids), offsets, data)


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Values of their own that some rows have, made when their file is written."""

    rows: I64
    make: Callable[[list[int]], Mapping[str, Sequence[Any]]]
    """For some of the rows at a time, columns by name."""


class StagedRows:
    """The staged columns of some documents, with columns that the run adds.

    What a column has for most documents is stated once, in ``constants``.
    """

    def __init__(
        self,
        schema: pa.Schema,
        batch: Batch,
        rows: I64,
        ids: Packed,
        constants: Mapping[str, Any],
        own: Own,
        *,
        without_text: bool = False,
    ) -> None:
        """Rows ``rows`` of the batch under the names ``ids``; None in ``constants`` is the id."""
        self.schema = schema
        self.keys = digits(ids)
        self.times: I64 | None = batch.published[rows]
        self._batch = batch
        self._rows = rows
        self._ids = ids
        self._constants = constants
        self._without_text = without_text
        self._own = own.make
        self._marked = np.zeros(len(rows), np.bool_)
        self._marked[own.rows] = True

    def take(self, rows: I64) -> pa.Table:
        """The rows at these places, with the table's columns."""
        table = self._batch.take(self._rows[rows])
        ids = id_column(self._ids[rows])
        places = np.flatnonzero(self._marked[rows])
        marked = places.tolist()
        special = self._own(rows[places].tolist()) if marked else {}
        columns: dict[str, pa.Array | pa.ChunkedArray] = {"id": ids}
        for name, usual in self._constants.items():
            kind = self.schema.field(name).type
            own = special.get(name)
            if own is not None and len(marked) == len(rows):
                columns[name] = pa.array(own, kind)
            elif own is not None:
                values = ids.to_pylist() if usual is None else [usual] * len(rows)
                for at, value in zip(marked, own, strict=True):
                    values[at] = value
                columns[name] = pa.array(values, kind)
            elif usual is None:
                columns[name] = ids
            else:
                columns[name] = pa.repeat(pa.scalar(usual, kind), len(rows))
        if "sites" in self.schema.names:
            columns["sites"] = self._sites(table.column("site"), marked, special.get("sites", ()))
        if self._without_text:
            columns["text"] = pa.nulls(len(rows), pa.string())
        for name in self.schema.names:
            if name not in columns:
                columns[name] = table.column(name)
        ordered = {name: columns[name] for name in self.schema.names}
        return pa.table(ordered).cast(self.schema)

    def months(self) -> tuple[I64, list[str]]:
        """For each row the code of its partition, and the partitions by code."""
        codes, months = self._batch.months()
        return codes[self._rows], months

    def _sites(
        self, site: pa.ChunkedArray, marked: Sequence[int], special: Sequence[list[str]]
    ) -> pa.Array:
        """Each document's own site, where a list of several is not stated for it."""
        values = [[name] if name else [] for name in site.to_pylist()]
        for at, names in zip(marked, special, strict=True):
            values[at] = names
        return pa.array(values, self.schema.field("sites").type)


def put_staged(changes: Changes, table: str, rows: StagedRows) -> None:
    """Add the rows, each to the month of its publication."""
    codes, months = rows.months()
    changes.put_lazily(table, rows, codes, months)
