"""Where a data folder is worked on: where it lies, or the mirror of one in object storage."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dedupe import configuration
from dedupe.errors import LockedError, StoreError
from dedupe.objects import Bucket, is_address
from dedupe.publish import Snapshot
from dedupe.publish.durable import make_folder
from dedupe.publish.lease import Lease
from dedupe.remote import Mirror
from dedupe.remote.ledger import Ledger
from dedupe.remote.ledgers import ledger_of
from dedupe.settings import Settings

STATE = "state"
"""The folder under ``data/`` that no reader needs: lock, index, staging."""


def root_of(place: str | Path, settings: Settings | None = None) -> Path:
    """The local folder in which ``place`` is worked on."""
    if is_address(place):
        return remote_of(str(place), settings)[0].root
    return Path(place)


def remote_of(address: str, settings: Settings | None = None) -> tuple[Mirror, Ledger]:
    """Mirror and ledger of a data folder in object storage.

    Args:
        address: ``s3://bucket/prefix`` and the like.
        settings: what they leave open is as files and environment have it, so that everybody on
            this machine finds the same mirror and the same ledger.
    """
    here = configuration.load().settings
    chosen = settings or here
    mirror = Mirror(Bucket(address), chosen.cache_dir or here.cache_dir)
    return mirror, ledger_of(mirror.bucket, chosen.ledger or here.ledger)


@contextlib.contextmanager
def viewed(place: str | Path, settings: Settings | None = None) -> Iterator[Path]:
    """The local folder with the current snapshot in it, for a look that changes nothing there.

    Raises:
        LockedError: the mirror has to be brought up to date, and a run is working in it.
        StoreError: the remote folder cannot be read, or its snapshot is damaged.
    """
    if not is_address(place):
        yield Path(place)
        return
    mirror, ledger = remote_of(str(place), settings)
    state, _ = ledger.read()
    if not mirror.shows(state):
        lock = FileLock(lock_of(mirror.root), timeout=0)
        try:
            with lock:
                mirror.follow(state)
        except Timeout as error:
            raise LockedError(f"{place}: a run is working in {mirror.root}; let it end") from error
    snapshot = Snapshot.current(mirror.root)
    lease = Lease(snapshot.folder) if snapshot else None
    try:
        yield mirror.root
    finally:
        if lease is not None:
            lease.close()


def require(place: str | Path) -> None:
    """Hold that something is published at ``place``.

    Raises:
        StoreError: nothing is, or it cannot be read.
    """
    if is_address(place):
        published = remote_of(str(place))[1].read()[0].snapshot > 0
    else:
        published = Snapshot.current(Path(place)) is not None
    if not published:
        raise StoreError(f"{place}: nothing is published here yet; run `dedupe ingest` first")


def lock_of(root: Path) -> Path:
    """The lock's file; its folder is made where it does not exist."""
    path = root / STATE / "lock"
    make_folder(path.parent)
    return path
