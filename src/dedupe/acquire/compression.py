"""Compressed streams: gzip, Zstandard, bzip2, xz, of one member or many, read as they come.

Nothing is trusted but the bytes. What was whole before a break is given first; then the break is
raised. Memory holds a piece of each side and the decompressor's own window.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BufferedReader, BytesIO
from pathlib import PurePath
from typing import Any, Protocol

from dedupe.acquire.limits import Budget
from dedupe.acquire.opened import HEAD_BYTES, CannotReadError, Opened, Pieces
from dedupe.rejects import Reason

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

_FEED_BYTES = 16_384
_PREVIEW_BYTES = 1_024
_MEMORY = 256_000_000
_SHORT = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
_SUFFIXES = {".gz", ".zst", ".zstd", ".bz2", ".xz", ".gzip"}


class _Decompressor(Protocol):
    """What bz2, lzma and zstd agree on."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gunzip:
    """zlib in the same words; it gives all that came before a damaged byte."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._full = False
        self._broken: zlib.error | None = None

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not (self._full or self._inflate.unconsumed_tail or self._broken)

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._broken:
            raise self._broken
        before = self._inflate.copy()
        data = self._inflate.unconsumed_tail + data
        try:
            given = self._inflate.decompress(data, max_length)
        except zlib.error as error:
            self._broken = error
            return _until_it_breaks(before, data, max_length)
        self._full = len(given) == max_length
        return given


def _until_it_breaks(inflate: Any, data: bytes, max_length: int) -> bytes:  # noqa: ANN401 - zlib names no type
    given = b""
    try:
        for at in range(len(data)):
            given += inflate.decompress(data[at : at + 1], max_length)
    except zlib.error:
        pass
    return given


_Kind = tuple[str, tuple[bytes, ...], Callable[[], _Decompressor]]
_SKIPPABLE = tuple(bytes((mark,)) + b"\x2a\x4d\x18" for mark in range(0x50, 0x60))
COMPRESSIONS: dict[str, _Kind] = {
    "application/gzip": ("gzip", (b"\x1f\x8b",), _Gunzip),
    "application/zstd": ("Zstandard", (b"\x28\xb5\x2f\xfd", *_SKIPPABLE), ZstdDecompressor),
    "application/x-bzip2": ("bzip2", (b"BZh",), bz2.BZ2Decompressor),
    "application/x-xz": ("xz", (b"\xfd7zXZ\x00",), lambda: lzma.LZMADecompressor(memlimit=_MEMORY)),
}
"""For each media type its name, how a member begins, and what reads one."""


def inner_name(name: str) -> str:
    """The name without the suffix of a compression: ``a.html`` of ``a.html.gz``."""
    path = PurePath(name)
    suffix = path.suffix.lower()
    if suffix in _SHORT:
        return path.stem + _SHORT[suffix]
    return path.stem if suffix in _SUFFIXES else name


def preview(file: Opened, kind: str) -> bytes:
    """The first bytes of what ``file`` holds, without reading on from its stream."""
    stream = _Inflated(BytesIO(file.head), kind, file.source, None)
    try:
        return stream.read(_PREVIEW_BYTES) or b""
    except CannotReadError:
        return b""


def decompressed(file: Opened, kind: str, budget: Budget) -> Opened:
    """Give ``file`` as it reads without its compression ``kind``."""
    raw = _Inflated(file.stream, kind, file.source, budget)
    stream = BufferedReader(raw, HEAD_BYTES)
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    declared = (
        None if (file.media_type or "").partition(";")[0] in COMPRESSIONS else file.media_type
    )
    return replace(file, name=inner_name(file.name), stream=stream, head=head, media_type=declared)


class _Inflated(Pieces):
    """The bytes that a compressed stream holds."""

    def __init__(self, stream: Any, kind: str, source: str, budget: Budget | None) -> None:  # noqa: ANN401
        super().__init__()
        self._stream = stream
        self._name, self._marks, self._make = COMPRESSIONS[kind]
        self._source = source
        self._budget = budget
        self._member: _Decompressor | None = None
        self._rest = b""
        self._begun = False
        self._taken = 0
        self._produced = 0

    def piece(self, limit: int) -> bytes:
        while self._member or self._begin_member():
            member = self._member
            assert member is not None
            data = b""
            if member.needs_input:
                data, self._rest = self._rest or self._take(), b""
                if not data:
                    raise self._damaged(f"{self._name} data is cut short")
            try:
                piece = member.decompress(data, limit)
            except (zlib.error, lzma.LZMAError, ZstdError, EOFError, OSError, ValueError) as error:
                raise self._damaged(f"{self._name} data is corrupt ({error})") from None
            if member.eof:
                self._rest, self._member = member.unused_data, None
            if piece:
                self._produced += len(piece)
                if self._budget:
                    self._budget.hold_ratio(self._source, self._taken, self._produced)
                    self._budget.expand(len(piece))
                return piece
        return b""

    def _begin_member(self) -> bool:
        """Whether another member begins here; zeros between members and after them are padding."""
        padding = b"\0" if self._begun else b""
        rest = self._rest.lstrip(padding)
        while len(rest) < len(self._marks[-1]) and (more := self._take()):
            rest = (rest + more).lstrip(padding)
        if not rest:
            return False
        if not rest.startswith(self._marks):
            raise self._damaged(f"what follows the {self._name} data is not {self._name}")
        self._rest, self._member, self._begun = rest, self._make(), True
        return True

    def _take(self) -> bytes:
        data: bytes = self._stream.read(_FEED_BYTES)
        self._taken += len(data)
        return data

    def _damaged(self, what: str) -> CannotReadError:
        return CannotReadError(
            Reason.DAMAGED, f"{what}; what was whole before it was read", self._source
        )
