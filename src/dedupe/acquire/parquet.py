"""Parquet: a row is a document, under the names that rows of any form have.

Only the columns that are needed are read, row group by row group and in small batches; a row group
that is damaged costs only itself. ``file.parquet#17`` is the seventeenth row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedupe.acquire.fields import Plan, bodies_asked, plan_of
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import refusal
from dedupe.acquire.rows import read_row
from dedupe.article import Document
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

_BATCH_BYTES = 4_000_000
_BATCH_ROWS = 1_024
_BUFFER_BYTES = 1 << 20
_SHOWN = 12
_AS_IS = frozenset((str, int, float, bool, type(None)))


def read_parquet(file: Opened, media_type: str, settings: Settings) -> Iterator[Document | Reject]:
    """Give a document or a reject for each row; a table without a text is one reject."""
    del media_type

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(file.source, reason, detail, size=file.size)

    try:
        # Not the whole of a row group ahead: those of web pages take gigabytes.
        table = pq.ParquetFile(
            file.stream,
            buffer_size=_BUFFER_BYTES,
            pre_buffer=False,
            page_checksum_verification=True,
        )
        schema = table.schema_arrow
    except (pa.ArrowException, OSError) as error:
        yield _damaged(file, error, "the footer")
        return
    plan = plan_of(_outline(schema), settings.fields)
    if not (plan.html or plan.text):
        names = ", ".join(schema.names[:_SHOWN]) + (", ..." if len(schema) > _SHOWN else "")
        detail = f"neither {bodies_asked(settings.fields)}, among its columns: {names}"
        yield reject(Reason.MALFORMED, detail)
        return
    if not table.metadata.num_rows:
        yield reject(Reason.EMPTY, "a table without rows")
        return
    rows = _Rows(table, plan, file, settings)
    for group in range(table.num_row_groups):
        yield from rows.of_group(group)


class _Rows:
    """The rows of a table whose schema has been understood."""

    def __init__(self, table: pq.ParquetFile, plan: Plan, file: Opened, settings: Settings) -> None:
        self._table = table
        self._file = file
        self._settings = settings
        named = _columns(plan)
        self._columns = [name for name in table.schema_arrow.names if name in named]
        # The other keys tell what a key means, so a row has them all, without their values.
        self._blank = dict.fromkeys(table.schema_arrow.names)
        self._first = 1

    def of_group(self, group: int) -> Iterator[Document | Reject]:
        """Give a document or a reject for each row of a row group."""
        about = self._table.metadata.row_group(group)
        number, end = self._first, self._first + about.num_rows
        self._first = end
        try:
            size = _read_bytes(about, self._columns) // max(1, about.num_rows)
            if size > self._settings.max_bytes:
                detail = f"rows {number} to {end - 1} have {size} bytes each, more than max_bytes"
                yield self._reject(number, Reason.TOO_LARGE, detail, size)
                return
            batches = self._table.iter_batches(
                batch_size=min(_BATCH_ROWS, max(1, _BATCH_BYTES // max(1, size))),
                row_groups=[group],
                columns=self._columns,
                use_threads=False,
            )
            for batch in batches:
                for values, bytes_ in zip(_values(batch), _sizes(batch), strict=True):
                    yield self._row(values, number, bytes_)
                    number += 1
        except (pa.ArrowException, OSError) as error:
            where = f"row group {group + 1}: rows {number} to {end - 1}"
            yield _damaged(self._file, error, where, number)

    def _row(self, values: Mapping[str, Any], number: int, size: int) -> Document | Reject:
        if size > (limit := self._settings.max_bytes):
            detail = f"{size} bytes, more than max_bytes = {limit}"
            return self._reject(number, Reason.TOO_LARGE, detail, size)
        faults: list[InputError] = []
        row = self._blank | {
            name: value if type(value) in _AS_IS else _plain(value, faults)
            for name, value in values.items()
        }
        source = f"{self._file.source}#{number}"
        fields = self._settings.fields
        found = read_row(row, source, size=size, encoding="utf-8", fields=fields)
        if faults and isinstance(found, Reject):  # the text was there, as bytes that are none
            return self._reject(number, *refusal(faults[0]), size)
        return found

    def _reject(self, number: int, reason: Reason, detail: str, size: int) -> Reject:
        return Reject.of_input(f"{self._file.source}#{number}", reason, detail, size=size)


def _damaged(file: Opened, error: Exception, what: str, number: int | None = None) -> Reject:
    if isinstance(error, OSError) and error.errno is not None:
        raise error  # the system's, and not the file's fault; Arrow's own have no number
    source = file.source if number is None else f"{file.source}#{number}"
    why = " ".join(str(error).split())[:200]
    return Reject.of_input(source, Reason.DAMAGED, f"{what} cannot be read: {why}", size=file.size)


def _outline(schema: pa.Schema) -> dict[str, Any]:
    """A row with the keys of the schema: what names are judged by."""
    return {
        field.name: {inner.name: None for inner in field.type}
        if pa.types.is_struct(field.type)
        else None
        for field in schema
    }


def _columns(plan: Plan) -> set[str]:
    paths = [*plan.html, *plan.text, *plan.url, *plan.authors]
    paths += [path for _, some in (*plan.lines, *plan.dates) for path in some]
    return {path[0] for path in paths}


def _read_bytes(about: Any, columns: list[str]) -> int:  # noqa: ANN401 - Parquet's RowGroupMetaData
    chunks = (about.column(i) for i in range(about.num_columns))
    wanted = set(columns)
    return sum(
        chunk.total_uncompressed_size
        for chunk in chunks
        if chunk.path_in_schema.partition(".")[0] in wanted or chunk.path_in_schema in wanted
    )


def _values(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    columns = [_list(column) for column in batch.columns]
    names = batch.schema.names
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _list(column: pa.Array) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):  # a year 20,000, or torn UTF-8
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:  # noqa: ANN401 - any value
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes() if hasattr(scalar, "as_buffer") else None
    except (ValueError, OverflowError, pa.ArrowException):
        return None


def _sizes(batch: pa.RecordBatch) -> list[int]:
    """The bytes of the texts in each row."""
    total = pa.array([0] * len(batch), pa.int64())
    for column in batch.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.dictionary_decode()  # noqa: PLW2901 - the same column, as it reads
            kind = column.type
        if pa.types.is_large_string(kind) or pa.types.is_string(kind) or _is_binary(kind):
            lengths = pc.cast(pc.binary_length(column), pa.int64())
            total = pc.add(total, pc.fill_null(lengths, 0))
    return list(total.to_pylist())


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _plain(value: Any, faults: list[InputError]) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
    """Return ``value`` as JSON would have it."""
    if type(value) in _AS_IS:
        return value
    if isinstance(value, bytes):
        try:
            return decode(value, media_type="text/html")[0] if value else ""
        except InputError as error:
            faults.append(error)
            return None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item, faults) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item, faults) for name, item in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    return None
