"""Readers' leases: a shared lock on a snapshot's manifest, which the kernel drops with its holder.

A reader needs no permission to write, leaves nothing behind, and cannot forget to let go. On a disk
that cannot lock nothing is held, and ``prune`` keeps to the age of snapshots alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from dedupe.publish.manifest import MANIFEST


class Lease:
    """Holds a snapshot open until it is closed or its process ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lease; without effect where the disk cannot lock."""
        self._handle: int | None = None
        handle = os.open(folder / MANIFEST, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # It waits for ``held`` at most, which has the lock for as long as it takes to ask.
            fcntl.flock(handle, fcntl.LOCK_SH)
        except OSError:
            os.close(handle)
        else:
            self._handle = handle

    def close(self) -> None:
        """Let go; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        self.close()


def held(folder: Path) -> bool:
    """Whether some reader holds the snapshot in ``folder``."""
    with contextlib.suppress(FileNotFoundError), _opened(folder / MANIFEST) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
