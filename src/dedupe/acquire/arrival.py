"""Files that are still on their way into a folder: known by their writer, their age, by change.

A file found in a folder or by a glob is left for the next run while somebody writes it. A file that
was named outright is read as it is.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import stat
import time
from dataclasses import dataclass, field

from dedupe.acquire.inputs import Input

log = logging.getLogger("dedupe")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another."""

    device: int
    inode: int
    size: int
    modified_ns: int


@dataclass(slots=True)
class Visits:
    """What became of the inputs of a run, beside their documents.

    ``finished`` were read to their end and did not change meanwhile; ``left`` are for the next run,
    each with the reason.
    """

    finished: list[tuple[Input, Stamp]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def leave(self, target: Input, why: str) -> None:
        """Leave an input for the next run."""
        log.info("%s: left for the next run: %s", target.source, why)
        self.left.append((target.source, why))


def stamp_of(target: Input) -> Stamp | None:
    """The state of a regular file; None for all else, and where it cannot be asked."""
    if target.open is not None:
        return None
    try:
        status = target.path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def why_unfinished(target: Input, stamp: Stamp | None, settle: float) -> str | None:
    """Say what shows that a file is still being written; None where nothing does.

    ``settle``: seconds for which it must not have changed; 0 asks for none.
    """
    if stamp is None or not target.awaited:
        return None
    # In either direction: the clocks of other machines are not ours.
    age = abs(time.time() - stamp.modified_ns / 1e9)
    if age < settle:
        return f"it changed {age:.0f} s ago, less than settle = {settle:g}"
    if is_written(target):
        return "it is open for writing"
    return None


def is_written(target: Input) -> bool:
    """Whether a process has the file open for writing, where the system can tell.

    Linux grants a read lease only on a file that nobody writes. Elsewhere, on network disks and
    for the files of others the answer is no.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        descriptor = os.open(target.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Should a writer come in this moment, the notice is a signal that is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)  # until it is closed
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
