"""One writer at a time over a data folder."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dedupe.errors import LockedError, StoreError
from dedupe.publish.snapshot import CURRENT, SNAPSHOTS

log = logging.getLogger("dedupe")

STATE = "state"
"""The folder under ``data/`` that no reader needs: lock, index, staging."""


@contextlib.contextmanager
def locked(data_dir: Path, wait: float = 0) -> Iterator[None]:
    """Hold the one lock of a data folder. The kernel frees it when its holder dies.

    Args:
        data_dir: the data folder; made where it does not exist.
        wait: seconds to wait for another holder to let go.

    Raises:
        LockedError: another process holds it still.
        StoreError: the folder cannot be made or written.
    """
    current = data_dir / CURRENT
    if current.is_dir() and not current.is_symlink():
        raise StoreError(
            f"{current}: a folder where a link should be, as copies have it that follow links; "
            f"replace it by a link to the newest folder of {data_dir / SNAPSHOTS}"
        )
    path = data_dir / STATE / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        _acquire(lock, data_dir, wait)
    except Timeout as error:
        waited = f" after {wait:g} s of waiting" if wait else ""
        raise LockedError(
            f"{data_dir}: another run is writing to it{waited}; let it end, wait longer "
            "(the setting `wait`), or use another folder"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{data_dir}: cannot be written ({error}); choose another --data"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, data_dir: Path, wait: float) -> None:
    try:
        lock.acquire()
    except Timeout:
        if not wait:
            raise
        log.info("%s: another run is writing to it; waiting up to %g s", data_dir, wait)
        lock.acquire(timeout=wait, poll_interval=0.2)
