"""One writer at a time over a data folder."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dedupe import configuration
from dedupe.errors import LockedError, StoreError
from dedupe.objects import is_address
from dedupe.pipeline.place import STATE, lock_of, remote_of
from dedupe.publish.history import next_number as number_after
from dedupe.publish.history import settle
from dedupe.publish.snapshot import CURRENT, SNAPSHOTS
from dedupe.remote import Hold, hold
from dedupe.settings import Settings

__all__ = ["STATE", "Held", "locked", "next_number"]

log = logging.getLogger("dedupe")


class Held:
    """A data folder under its lock.

    ``root`` is where it is worked on; ``hold`` is the lock on one in object storage, else None.
    """

    def __init__(self, root: Path, hold: Hold | None = None) -> None:
        self.root = root
        self.hold = hold


def next_number(held: Held, current: int) -> int:
    """The number of the next snapshot of a data folder whose current one has ``current``."""
    return held.hold.number if held.hold else number_after(held.root, current)


@contextlib.contextmanager
def locked(place: str | Path, wait: float = 0, settings: Settings | None = None) -> Iterator[Held]:
    """Hold the one lock of a data folder. The kernel frees it when its holder dies.

    One in object storage has a second lock, between machines (``dedupe.remote.hold``).

    Args:
        place: the data folder, a path or an address; made where it does not exist.
        wait: seconds to wait for another holder to let go.
        settings: where the caller has none, those of files and environment.

    Raises:
        LockedError: another process holds it still.
        StoreError: the folder cannot be made or written.
    """
    if not is_address(place):
        with _alone(Path(place), wait):
            yield Held(Path(place))
        return
    settings = settings or configuration.load().settings
    mirror, ledger = remote_of(str(place), settings)
    with _alone(mirror.root, wait), hold(mirror, ledger, settings.lease, wait) as taken:
        yield Held(mirror.root, taken)


@contextlib.contextmanager
def _alone(data_dir: Path, wait: float) -> Iterator[None]:
    """Hold the kernel's lock of a local folder."""
    current = data_dir / CURRENT
    if current.is_dir() and not current.is_symlink():
        raise StoreError(
            f"{current}: a folder where a link should be, as copies have it that follow links; "
            f"replace it by a link to the newest folder of {data_dir / SNAPSHOTS}"
        )
    try:
        lock = FileLock(lock_of(data_dir), timeout=0)
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
        settle(data_dir)
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
