"""WARC files made for tests: records as crawlers write them, byte by byte where it matters."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable

NEWS = "https://news.example"


def page(number: int, words: int = 60) -> bytes:
    """A page of its own, stating no address."""
    body = " ".join(f"word{number}x{i}" for i in range(words))
    return (
        f"<!doctype html><html><head><title>Story {number}</title></head><body><article>"
        f"<h1>Story {number}</h1><p>{body}.</p></article></body></html>"
    ).encode()


def record(
    kind: str, uri: str | None, block: bytes, content_type: str = "", **headers: str
) -> bytes:
    """One record, uncompressed."""
    lines = ["WARC/1.0", f"WARC-Type: {kind}", "WARC-Date: 2025-11-22T04:00:00Z"]
    lines.append(f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{zlib.crc32(block):012}>")
    lines += [f"WARC-Target-URI: {uri}"] if uri else []
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(block)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(
    number: int | str,
    payload: bytes,
    content_type: str | None = "text/html; charset=utf-8",
    status: str = "200 OK",
    *,
    http: Iterable[str] = (),
    **headers: str,
) -> bytes:
    """A response of a server to a request for the page of this number, or for an address."""
    uri = number if isinstance(number, str) else f"{NEWS}/{number}"
    lines = [f"HTTP/1.1 {status}", "Date: Sat, 22 Nov 2025 04:00:00 GMT", *http]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    block = "\r\n".join(lines).encode() + b"\r\n\r\n" + payload
    return record("response", uri, block, "application/http; msgtype=response", **headers)


def about(number: int) -> list[bytes]:
    """Records about the crawl of a page."""
    uri = f"{NEWS}/{number}"
    return [
        record("request", uri, b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n", "application/http"),
        record("metadata", uri, b"fetchTimeMs: 1\r\n", "application/warc-fields"),
    ]


def archive(records: Iterable[bytes], *, compressed: bool = True) -> bytes:
    """A whole file, each record a gzip member of its own."""
    info = record("warcinfo", None, b"software: tests\r\n", "application/warc-fields")
    everything = [info, *records]
    return b"".join(gzip.compress(r, mtime=0) if compressed else r for r in everything)
