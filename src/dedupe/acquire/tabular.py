"""CSV and TSV: a document a record, under the names in the header.

``path#2`` is the first record after the header, as a spreadsheet numbers its rows. A record may
span lines, so it has a number and not a line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import compress
from typing import Any

from dedupe.acquire.fields import bodies_asked, plan_of
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import undecodable
from dedupe.acquire.rows import read_row
from dedupe.article import Document
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

_DELIMITERS = ",;\t|"


def read_table(file: Opened, media_type: str, settings: Settings) -> Iterator[Document | Reject]:
    """Give a document or a reject for each record; a table without text or html is one reject."""

    def reject(reason: Reason, detail: str, number: int | None = None) -> Reject:
        source = file.source if number is None else f"{file.source}#{number}"
        return Reject.of_input(source, reason, detail, size=file.size)

    if not file.head.strip():
        yield reject(Reason.EMPTY, "nothing but white space" if file.size else "0 bytes")
        return
    try:
        # The look at the start may end inside a character: the last line is not asked.
        head, encoding = decode(_whole_lines(file.head), media_type="text/plain")
    except InputError as error:
        yield reject(*undecodable(error))
        return
    csv.field_size_limit(settings.max_bytes)
    lines = TextIOWrapper(file.stream, _with_mark(encoding), errors="strict", newline="")
    try:
        records = csv.reader(lines, delimiter=_delimiter(head, media_type))
        header = [name.strip().strip("\ufeff").lower() for name in next(records, [])]
        plan = plan_of(dict.fromkeys(header), settings.fields)
        if not plan.html and not plan.text:
            yield reject(
                Reason.MALFORMED, f"no column for a text: neither {bodies_asked(settings.fields)}"
            )
            return
        yield from _records(records, header, file, encoding, settings.fields)
    except UnicodeDecodeError as error:
        yield reject(Reason.ENCODING, f"not {encoding} ({error.reason}); the rest was not read")
    except csv.Error as error:
        yield reject(Reason.MALFORMED, f"not a table: {error}; the rest was not read")
    finally:
        lines.detach()  # the stream is closed by whoever opened it


def _records(
    records: Iterator[list[str]],
    header: list[str],
    file: Opened,
    encoding: str,
    fields: tuple[str, ...],
) -> Iterator[Document | Reject]:
    empty = True
    for number, values in enumerate(records, start=2):
        said = [bool(value) and not value.isspace() for value in values]
        if not any(said):
            continue
        empty = False
        source = f"{file.source}#{number}"
        row: dict[str, Any] = dict(compress(zip(header, values, strict=False), said))
        size = sum(map(_bytes, values))
        if len(values) > len(header):
            detail = f"{len(values)} values under {len(header)} names"
            yield Reject.of_input(source, Reason.MALFORMED, detail, size=size)
            continue
        yield read_row(row, source, size=size, encoding=encoding, fields=fields)
    if empty:
        yield Reject.of_input(file.source, Reason.EMPTY, "a header and no record", size=file.size)


def _bytes(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "replace"))


def _whole_lines(head: bytes) -> bytes:
    cut = head.rfind(b"\n")
    # In UTF-16, low byte first, half of a line's end is behind what looks like it.
    half = cut % 2 == 0 and head[cut + 1 : cut + 2] == b"\0"
    return head[: cut + 1 + half] if cut > 0 else head


def _with_mark(encoding: str) -> str:
    """The encoding that drops a byte order mark, should there be one.

    UTF-16 keeps its byte order, as "utf-16" refuses what has no mark; the header drops the mark.
    """
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _delimiter(head: str, media_type: str) -> str:
    """What parts the names in the header; the first line tells better than the whole."""
    if media_type == "text/tab-separated-values":
        return "\t"
    first = head.lstrip("\ufeff").partition("\n")[0]
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), -_DELIMITERS.index(mark)))
