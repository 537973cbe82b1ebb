"""The payload of an HTTP response as an archive has it: chunks joined, content decoded.

Many archives hold what was decoded already, under headers that were kept: so what does not decode
is taken as it is. The whole payload is in memory, and never more than the limit.
"""

from __future__ import annotations

import zlib
from io import BytesIO

_GZIP_OR_ZLIB, _RAW_DEFLATE = 47, -15


def decode_payload(raw: bytes, transfer: str, encoding: str, limit: int) -> bytes:
    """Return the content of ``raw``, cut off at ``limit`` bytes.

    Args:
        raw: the payload as it was sent.
        transfer: the header ``Transfer-Encoding``, or nothing.
        encoding: the header ``Content-Encoding``, or nothing.
        limit: most bytes to return.
    """
    if "chunked" in transfer.lower():
        raw = _join_chunks(raw)
    for name in reversed([name.strip().lower() for name in encoding.split(",")]):
        raw = _decode(raw, name, limit)
    return raw[:limit]


def _decode(raw: bytes, name: str, limit: int) -> bytes:
    from fastwarc.stream_io import BrotliReader, ZstdReader

    try:
        if name in {"gzip", "x-gzip", "deflate"}:
            try:
                return _inflate(raw, _GZIP_OR_ZLIB, limit)
            except zlib.error:
                return _inflate(raw, _RAW_DEFLATE, limit) if name == "deflate" else raw
        if name == "br":
            return BrotliReader(BytesIO(raw)).read(limit) or raw
        if name == "zstd":
            return ZstdReader(BytesIO(raw)).read(limit) or raw
    except (zlib.error, OSError):
        return raw
    return raw


def _inflate(raw: bytes, wbits: int, limit: int) -> bytes:
    """Decompress as far as it goes: the end may be missing, not the beginning."""
    inflater = zlib.decompressobj(wbits)
    return inflater.decompress(raw, limit)


def _join_chunks(raw: bytes) -> bytes:
    """Join the chunks of RFC 9112, section 7.1; what is not in chunks stays as it is."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = raw.find(b"\r\n", at, at + 1_024)
        try:
            size = int(raw[at:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0:
            # Cut off after some chunks, or never in chunks at all.
            return b"".join(parts) if parts else raw
        if size == 0:
            return b"".join(parts)
        parts.append(raw[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
