"""A file opened for reading, with all that can go wrong before its first byte."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO

from dedupe.acquire.inputs import Input
from dedupe.rejects import Reason

_HEAD_BYTES = 65_536
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An input that is open: ``stream`` stands at its first byte; ``head`` is a look at the start.

    ``size`` is what the system says, which for some files is not what can be read.
    """

    source: str
    name: str
    stream: BufferedReader[FileIO]
    size: int
    head: bytes


class CannotOpenError(Exception):
    """An input that is no regular file."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@contextmanager
def opened(target: Input) -> Iterator[Opened]:
    """Open ``target``, a regular file, and close it afterwards.

    Raises:
        CannotOpenError: it is a pipe, a socket, a device.
        OSError: the system refuses it.
    """
    # Asked before it is opened: opening a pipe waits for its writer, opening a device acts on it.
    _require_regular(target.path.stat().st_mode)
    # It may have been swapped since, hence the flag and the second look.
    descriptor = os.open(target.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with BufferedReader(FileIO(descriptor), _HEAD_BYTES) as stream:
        status = os.fstat(descriptor)
        _require_regular(status.st_mode)
        yield Opened(
            source=target.source,
            name=target.path.name,
            stream=stream,
            size=status.st_size,
            head=stream.peek(_HEAD_BYTES)[:_HEAD_BYTES],
        )


def _require_regular(mode: int) -> None:
    for is_kind, kind in _SPECIAL:
        if is_kind(mode):
            raise CannotOpenError(Reason.UNSUPPORTED, f"{kind}, not a file")
