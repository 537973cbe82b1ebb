"""One writer at a time over a data folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dedupe.errors import LockedError, StoreError

STATE = "state"
"""The folder under ``data/`` that no reader needs: lock, index, staging."""


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Hold the one lock of a data folder. The kernel frees it when its holder dies.

    Raises:
        LockedError: another process holds it.
        StoreError: the folder cannot be made or written.
    """
    path = data_dir / STATE / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise LockedError(
            f"{data_dir}: another run is writing to it; wait for it to end, or use another folder"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{data_dir}: cannot be written ({error}); choose another --data"
        ) from error
    try:
        yield
    finally:
        lock.release()
