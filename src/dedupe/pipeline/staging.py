"""What the stages of a run hand to each other: Arrow files in the run's staging folder.

Uncompressed IPC files are memory-mapped, so any text of the batch is at hand by shard and row
without being held in memory, and a stage in another process needs a path only.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from dedupe.acquire.urls import masked
from dedupe.article import Article, Document, Stated
from dedupe.rejects import Reject
from dedupe.schemas import REJECTS
from dedupe.words import fingerprint

_text = pa.string()
_large = pa.large_string()
_names = pa.list_(pa.field("element", pa.string()))
_time = pa.timestamp("us", tz="UTC")

DOCUMENTS = pa.schema(
    {
        "id": _text,
        "source": _text,
        "media_type": _text,
        "text": _large,
        "raw_hash": _text,
        "bytes": pa.int64(),
        "url": _text,
        "encoding": _text,
        "stated": _text,
    }
)

CLEANED = pa.schema(
    {
        "document_id": _text,
        "source": _text,
        "media_type": _text,
        "raw_hash": _text,
        "url": _text,
        "site": _text,
        "title": _text,
        "authors": _names,
        "published_at": _time,
        "published_stated": _text,
        "modified_at": _time,
        "language": _text,
        "summary": _text,
        "text": _large,
        "word_count": pa.int32(),
        "content_hash": _text,
        "provenance": _text,
    }
)

CUTS = pa.schema(
    {
        "row": pa.int64(),
        "rule": _text,
        "stage": _text,
        "start": pa.int64(),
        "end": pa.int64(),
        "text": _large,
    }
)

REFUSED = pa.schema([field for field in REJECTS if field.name not in {"first_seen_at", "run_id"}])


def write(path: Path, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write ``rows`` as one Arrow file, complete or not at all; gives their number."""
    return write_table(path, pa.Table.from_pylist(list(rows), schema=schema))


def write_table(path: Path, table: pa.Table) -> int:
    """``write`` for what is a table already."""
    # A worker that counts as dead may still write while another does its task again.
    draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.draft")
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    draft.replace(path)
    return int(table.num_rows)


def read(path: Path) -> pa.Table:
    """An Arrow file, memory-mapped."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def document_row(document: Document) -> dict[str, Any]:
    """A document as a row of ``DOCUMENTS``."""
    return {
        "id": document.id,
        "source": _encodable(document.source),
        "media_type": document.media_type,
        "text": _encodable(document.text),
        "raw_hash": document.raw_hash,
        "bytes": document.bytes,
        "url": _shown(document.url),
        "encoding": document.encoding,
        "stated": json.dumps(dict(document.stated), default=_iso, ensure_ascii=True),
    }


def document_of(row: Mapping[str, Any]) -> Document:
    """The inverse of ``document_row``."""
    stated = json.loads(row["stated"])
    for name in ("published_at", "modified_at"):
        if isinstance(stated.get(name), str):
            stated[name] = _time_of(stated[name])
    return Document(**{**row, "stated": stated})


def _shown(url: str | None) -> str | None:
    """An address as it is stored: nobody who reads the tables gets at what it was fetched with."""
    return masked(url) if url else None


def cleaned_row(document: Document, article: Article) -> dict[str, Any]:
    """A document and what ``clean`` made of it as a row of ``CLEANED``."""
    text = _encodable(article.text)
    count, digest = fingerprint(text)
    return {
        "document_id": document.id,
        "source": document.source,
        "media_type": document.media_type,
        "raw_hash": document.raw_hash,
        "url": _shown(document.url or article.url),
        "site": article.site,
        "title": article.title and _encodable(article.title),
        "authors": [_encodable(author) for author in article.authors],
        "published_at": _instant(article.published_at),
        "published_stated": article.published_at and article.published_at.isoformat(),
        "modified_at": _instant(article.modified_at),
        "language": article.language,
        "summary": article.summary and _encodable(article.summary),
        "text": text,
        "word_count": count,
        "content_hash": digest,
        "provenance": _provenance(tuple(article.provenance.items())),
    }


def cut_rows(article: Article, row: int) -> list[dict[str, Any]]:
    """What was cut from the article in row ``row`` of its shard, as rows of ``CUTS``."""
    return [
        {
            "row": row,
            "rule": cut.rule,
            "stage": cut.stage,
            "start": cut.start,
            "end": cut.end,
            "text": _encodable(cut.text),
        }
        for cut in article.removals
    ]


def reject_row(reject: Reject) -> dict[str, Any]:
    """A reject as a row of ``REFUSED``."""
    row = {name: getattr(reject, name) for name in REFUSED.names}
    return {**row, "detail": _encodable(reject.detail), "source": _encodable(reject.source)}


@lru_cache(maxsize=1024)
def _provenance(fields: tuple[tuple[str, str], ...]) -> str:
    """Where each field was read, as JSON: the articles of a source have it in common."""
    return json.dumps(dict(fields), sort_keys=True)


def _encodable(text: str) -> str:
    """Lone surrogates, which no UTF-8 file can hold, as replacement characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _instant(stated: Stated) -> dt.datetime | None:
    """A stated time as a UTC instant; one without a zone, or without a time, is taken as UTC."""
    if stated is None:
        return None
    if not isinstance(stated, dt.datetime):
        return dt.datetime(stated.year, stated.month, stated.day, tzinfo=dt.UTC)
    if stated.tzinfo is None:
        return stated.replace(tzinfo=dt.UTC)
    try:
        return stated.astimezone(dt.UTC)
    except OverflowError:  # the first or last day of the calendar
        return stated.replace(tzinfo=dt.UTC)


def _iso(value: object) -> str:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} among the stated fields")


def _time_of(text: str) -> Stated:
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)  # noqa: PLR2004 - YYYY-MM-DD
