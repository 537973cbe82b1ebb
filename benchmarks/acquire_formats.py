"""Cases of ``python -m benchmarks acquire`` for archives, tables, feeds and mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

Row = dict[str, Any]

_CONTENT = "http://purl.org/rss/1.0/modules/content/"


def _page(row: Row) -> bytes:
    head = f"<!DOCTYPE html><html><head><title>{row['title']}</title></head>"
    return f"{head}<body><p>{row['text']}</p></body></html>".encode()


def write_warc(path: Path, rows: Sequence[Row]) -> None:
    """A request and a response for each row; compressed, each is a gzip member."""
    from fastwarc.stream_io import GzipWriter
    from fastwarc.warc import WarcRecord, WarcRecordType

    http = "application/http"
    with path.open("wb") as sink:
        for row in rows:
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _page(
                row
            )
            for kind, block in (
                (WarcRecordType.request, b"GET / HTTP/1.1\r\n\r\n"),
                (WarcRecordType.response, answer),
            ):
                record = WarcRecord()
                record.init_headers(record_type=kind)
                record.headers["WARC-Target-URI"] = row["url"]
                record.headers["Content-Type"] = http
                record.set_bytes_content(block)
                record.write(GzipWriter(sink) if path.suffix == ".gz" else sink)


def bare_warc(path: Path) -> Iterator[bytes]:
    """FastWARC to the payload of every response."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            yield record.reader.read()


def write_parquet(path: Path, rows: Sequence[Row]) -> None:
    """One row group, as pyarrow writes it."""
    pq.write_table(pa.Table.from_pylist(list(rows)), path, compression="zstd")


def bare_parquet(path: Path) -> Iterator[Row]:
    """Pyarrow to Python rows, batch by batch."""
    table = pq.ParquetFile(path, pre_buffer=False)
    for batch in table.iter_batches(1_024, use_threads=False):
        yield from batch.to_pylist()


def write_feed(path: Path, rows: Sequence[Row]) -> None:
    """RSS with the full text of each entry, escaped."""
    items = "".join(
        f"<item><title>{row['title']}</title><link>{row['url']}</link>"
        f"<content:encoded>{escape('<p>' + row['text'] + '</p>')}</content:encoded></item>\n"
        for row in rows
    )
    path.write_text(f'<rss xmlns:content="{_CONTENT}"><channel>{items}</channel></rss>')


def bare_feed(path: Path) -> Iterator[Row]:
    """Lxml, entry by entry."""
    names = {f"{{{_CONTENT}}}encoded": "html", "link": "url"}
    for _, item in etree.iterparse(path, tag="item"):
        yield {names.get(child.tag, child.tag): child.text for child in item}
        item.clear()


def write_mail(path: Path, rows: Sequence[Row]) -> None:
    """A folder of newsletters."""
    path.mkdir()
    for number, row in enumerate(rows):
        message = EmailMessage()
        message["Subject"] = row["title"]
        message["Message-ID"] = f"<{number}@news.example>"
        message.set_content(_page(row).decode(), subtype="html", cte="8bit")
        (path / f"{number}.eml").write_bytes(message.as_bytes())


def bare_mail(path: Path) -> Iterator[bytes]:
    """The standard library, to the decoded part."""
    for file in sorted(path.iterdir()):
        payload = message_from_bytes(file.read_bytes()).get_payload(decode=True)
        assert isinstance(payload, bytes)
        yield payload


CASES = (
    ("pages.warc", write_warc, bare_warc),
    ("pages.warc.gz", write_warc, bare_warc),
    ("rows.parquet", write_parquet, bare_parquet),
    ("feed.xml", write_feed, bare_feed),
    ("mail", write_mail, bare_mail),
)
