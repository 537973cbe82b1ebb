"""Bodies, off the wire and unpacked into a file, with a limit before and after unpacking."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from dedupe.acquire.fetch.answers import FetchError
from dedupe.rejects import Reason

_PIECE = 65_536
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]+)""", re.IGNORECASE)
_UNREADABLE = re.compile(
    r"(?:image|audio|video|font|model)/.*"
    r"|text/(?:css|(?:java|ecma)script|calendar|vcard|x-component)"
    r"|application/(?:(?:x-)?javascript|ecmascript|wasm|pdf|postscript|rtf|ogg|dash\+xml"
    r"|(?:x-)?font-.*|x-shockwave-flash|vnd\.(?:apple|android|debian)\..*|java-archive"
    r"|x-(?:msdownload|executable|iso9660-image|7z-compressed|rar-compressed))"
)
_PAGES = {"text/html", "application/xhtml+xml"}
_GENERIC = {"application/octet-stream", "binary/octet-stream", "application/download"}


def media_type_of(response: httpx.Response) -> tuple[str | None, str | None]:
    """Return the media type and the charset that a response declares; None for either."""
    stated = response.headers.get("content-type", "")
    kind = stated.partition(";")[0].strip().lower()
    charset = _CHARSET.search(stated)
    return (kind if kind and kind not in _GENERIC else None), (charset[1] if charset else None)


def is_page(media_type: str | None) -> bool:
    """Whether a body of this type is one document, and so bound by ``max_bytes``."""
    return media_type in _PAGES


def check_readable(media_type: str | None, known: Callable[[str], bool]) -> None:
    """Hold that some reader may read this type.

    Raises:
        FetchError: none does; the body need not be read.
    """
    if media_type and _UNREADABLE.fullmatch(media_type) and not known(media_type):
        raise FetchError(Reason.UNSUPPORTED, f"{media_type} is not read", lasting=True)


async def spool(
    response: httpx.Response, path: Path, limit: int, check: Callable[[int], None]
) -> int:
    """Write the body of ``response``, unpacked, to ``path``; gives its size in bytes.

    Args:
        response: open, its body unread.
        path: a file to make.
        limit: bytes allowed, on the wire and unpacked.
        check: called with the bytes read so far; it may raise.

    Raises:
        FetchError: too large, packed in an unknown way, or broken.
    """
    unpacker = _Unpacker(response.headers.get("content-encoding", ""))
    stated = response.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limit:
        raise _too_large(int(stated), limit)
    read = written = 0
    with path.open("wb") as file:
        async for packed in response.aiter_raw():
            read += len(packed)
            check(read)
            for piece in unpacker.pieces(packed):
                written += len(piece)
                if max(read, written) > limit:
                    raise _too_large(max(read, written), limit)
                file.write(piece)
    unpacker.end()
    return written


def _too_large(size: int, limit: int) -> FetchError:
    detail = f"more than {limit} bytes, and not read further"
    return FetchError(Reason.TOO_LARGE, detail, lasting=True, size=size)


class _Unpacker:
    """Unpacks piece by piece, so that a bomb is noticed when it has grown to the limit."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower() or "identity"
        if self._encoding not in {"identity", "gzip", "x-gzip", "deflate"}:
            detail = f"packed as {self._encoding[:40]}, which was not asked for"
            raise FetchError(Reason.UNSUPPORTED, detail, lasting=True)
        self._begun = False
        self._new(zlib.MAX_WBITS if self._encoding == "deflate" else zlib.MAX_WBITS | 16)

    def _new(self, bits: int) -> None:
        self._inflate = zlib.decompressobj(bits)

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Give what ``packed`` unpacks to, in pieces of bounded size."""
        if self._encoding == "identity":
            yield packed
            return
        while packed:
            if self._inflate.eof:
                if self._encoding == "deflate" or not packed.startswith(b"\x1f\x8b"):
                    return  # padding
                self._new(zlib.MAX_WBITS | 16)
            try:
                piece = self._inflate.decompress(packed, _PIECE)
            except zlib.error as error:
                if self._encoding == "deflate" and not self._begun:
                    self._begun = True  # some send it without zlib's header
                    self._new(-zlib.MAX_WBITS)
                    continue
                raise FetchError(
                    Reason.FETCH_FAILED, f"broken {self._encoding} ({error})"
                ) from None
            self._begun = True
            packed = self._inflate.unconsumed_tail or self._inflate.unused_data
            yield piece

    def end(self) -> None:
        """Hold that nothing is missing at the end."""
        if self._encoding != "identity" and self._begun and not self._inflate.eof:
            raise FetchError(
                Reason.FETCH_FAILED, f"the {self._encoding} ends too early", again=True
            )
