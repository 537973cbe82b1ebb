"""An input opened for reading, with all that can go wrong before its first byte."""

from __future__ import annotations

import os
import stat
import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader, BytesIO, FileIO, RawIOBase
from typing import Any, Self

from dedupe.acquire.inputs import Input, Part
from dedupe.rejects import Reason

HEAD_BYTES = 65_536
_SPOOL_BYTES = 8_000_000
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An input that is open: ``stream`` stands at its first byte; ``head`` is a look at the start.

    Args:
        source: the name under which documents of this file are known: ``path``, ``a.zip!/b.html``.
        name: the file's own name; its suffix may tell the form.
        stream: where to read. It cannot be seeked, unless the reader wants it ``seekable``.
        size: bytes as they are stored, which for some files is not what can be read.
        head: up to 64 kB of the start.
        url: the address that a page was fetched from, None for a file.
        media_type: what the transport declared, not yet held against the content.
        charset: the charset that the transport declared: evidence for ``decode``, not law.
        compression: media type of the compression that ``stream`` still has, for a reader that
            wants it ``compressed``.
        part: the part of a file of lines to read, None for all.
    """

    source: str
    name: str
    stream: BufferedReader[Any]
    size: int
    head: bytes
    url: str | None = None
    media_type: str | None = None
    charset: str | None = None
    compression: str | None = None
    part: Part | None = None

    @classmethod
    def of(
        cls,
        stream: Any,  # noqa: ANN401 - a file object of any library
        *,
        source: str,
        name: str,
        size: int,
        seekable: bool = True,
        **declared: str | None,
    ) -> Self:
        """Open whatever has ``read(n)``; ``declared`` are the fields from ``url`` on.

        ``stream`` is closed by whoever opened it. ``seekable``: its ``seek`` may be used, if it
        has one.
        """
        if isinstance(stream, Pieces):
            stream = BufferedReader(stream, HEAD_BYTES)
        elif not isinstance(stream, BufferedReader):
            stream = BufferedReader(_Refilled(stream, seekable=seekable), HEAD_BYTES)
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
        return cls(source=source, name=name, stream=stream, size=size, head=head, **declared)  # type: ignore[arg-type]

    @classmethod
    def of_bytes(cls, content: bytes, *, source: str, name: str, size: int) -> Self:
        """Open what is at hand already, at most 64 kB: a stream of its own would cost more."""
        stream = BufferedReader(_AtHand(content), len(content) + 1)
        return cls(source=source, name=name, stream=stream, size=size, head=content)

    def read_up_to(self, limit: int) -> bytes:
        """Return all that is left to read, or ``limit`` bytes of it.

        Asked for megabytes, the standard library makes room for them before it sees how few there
        are; most files are small.
        """
        first = self.stream.read(min(limit, HEAD_BYTES))
        if len(first) < HEAD_BYTES:
            return first
        return first + self.stream.read(limit - len(first))


class CannotReadError(Exception):
    """An input, or the rest of one, that cannot be read: it becomes a reject with this reason.

    ``source`` is whose fault it is, where that is not the file being read but one that holds it.
    """

    def __init__(self, reason: Reason, detail: str, source: str | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.source = source


@contextmanager
def opened(target: Input) -> Iterator[Opened]:
    """Open ``target`` and close it afterwards.

    Raises:
        CannotReadError: it is a pipe, a socket, a device.
        OSError: the system refuses it.
    """
    if target.open is not None:
        with target.open() as file:
            yield file
        return
    # Asked before it is opened: opening a pipe waits for its writer, opening a device acts on it.
    _require_regular(target.path.stat().st_mode)
    # It may have been swapped since, hence the flag and the second look.
    descriptor = os.open(target.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with BufferedReader(FileIO(descriptor), HEAD_BYTES) as stream:
        status = os.fstat(descriptor)
        _require_regular(status.st_mode)
        file = Opened.of(
            stream,
            source=target.source,
            name=target.path.name,
            size=status.st_size,
            url=target.url,
            media_type=target.media_type,
            charset=target.charset,
        )
        yield replace(file, part=target.part) if target.part else file


@contextmanager
def seekable(file: Opened, max_spool: int) -> Iterator[Opened]:
    """Give ``file`` with a stream that can be seeked: itself, or a temporary copy.

    Raises:
        CannotReadError: the copy would be larger than ``max_spool`` bytes.
    """
    if file.stream.seekable():
        yield file
        return
    with tempfile.SpooledTemporaryFile(_SPOOL_BYTES, prefix="dedupe-") as spool:
        while data := file.stream.read(HEAD_BYTES):
            if spool.tell() + len(data) > max_spool:
                detail = f"unpacks to more than max_spool = {max_spool} bytes"
                raise CannotReadError(Reason.BOMB, detail, file.source)
            spool.write(data)
        size = spool.tell()
        spool.seek(0)
        with BufferedReader(_Refilled(spool), HEAD_BYTES) as stream:
            yield replace(file, stream=stream, size=size)


def _require_regular(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    for is_kind, kind in _SPECIAL:
        if is_kind(mode):
            raise CannotReadError(Reason.UNSUPPORTED, f"{kind}, not a file")


class Pieces(RawIOBase):
    """A raw stream made of pieces of any length; reads are as long as asked for, but at the end.

    A ``CannotReadError`` from ``piece`` comes up only after all that was there before it is given.
    """

    def __init__(self) -> None:
        super().__init__()
        self._failure: CannotReadError | None = None

    @abstractmethod
    def piece(self, limit: int) -> bytes:
        """Give the next bytes, at least one and at most ``limit``; none at the end."""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill ``buffer`` as far as there is something."""
        if self._failure:
            raise self._failure
        view, filled = memoryview(buffer).cast("B"), 0
        try:
            while filled < len(view) and (piece := self.piece(len(view) - filled)):
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        except CannotReadError as error:
            self._failure = error
            if not filled:
                raise
        return filled


class _AtHand(BytesIO):
    """Bytes in memory that are read like any member: from first to last."""

    def seekable(self) -> bool:
        return False


class _Refilled(Pieces):
    """Any file object, where ``seek`` is used only if that is wanted."""

    def __init__(self, stream: Any, *, seekable: bool = True) -> None:  # noqa: ANN401
        super().__init__()
        self._stream = stream
        self._seekable = seekable and stream.seekable()

    def piece(self, limit: int) -> bytes:
        piece: bytes = self._stream.read(limit)
        return piece

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())
