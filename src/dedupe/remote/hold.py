"""The lock of a remote data folder: the writer's place in the ledger, with signs of life.

Taking it, publishing and letting go are swaps of the one object. A process that was paused until
its lock was taken over has an old tag: it can still upload, into a folder whose number nobody else
has, but it can make nothing current and drop nothing. A lock whose holder died is taken over after
its lease of silence, by the store's clock; at once where the holder worked in this very mirror,
whose lock the kernel has freed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dedupe.errors import LockedError, StoreError
from dedupe.objects import LostRaceError, Tag
from dedupe.publish import Manifest
from dedupe.remote import history
from dedupe.remote.ledger import Ledger, State, Writer
from dedupe.remote.mirror import Mirror
from dedupe.remote.places import folder_key
from dedupe.remote.tables import read_manifest
from dedupe.remote.upload import upload

log = logging.getLogger("dedupe")

_BEATS = 4
"""Signs of life in the time of a lease."""
_ASK_EVERY = 1.0


class Hold:
    """The lock of a remote data folder, while it is held."""

    def __init__(self, mirror: Mirror, ledger: Ledger, state: State, tag: Tag | None) -> None:
        """Made by ``hold``."""
        self.mirror = mirror
        self.bucket = mirror.bucket
        self._ledger = ledger
        self._state = state
        self._tag = tag
        self._lost = False
        self._uploaded = False
        self._mutex = threading.Lock()
        self._over = threading.Event()

    @property
    def state(self) -> State:
        """What the ledger says."""
        return self._state

    @property
    def number(self) -> int:
        """The number of the next snapshot to be published; no other run has it."""
        return self._state.next - 1

    def publish(self, folder: Path, manifest: Manifest) -> None:
        """Upload the snapshot in ``folder`` and make it current for all.

        Raises:
            LockedError: another run took the lock over; nothing was changed.
        """
        assert manifest.snapshot == self.number
        self._uploaded = True
        now = self._state.snapshot
        previous = read_manifest(self.bucket, now) if now else None
        upload(self.bucket, folder, manifest, previous)

        def published(state: State) -> State:
            return replace(
                state,
                snapshot=manifest.snapshot,
                path=folder_key(manifest.snapshot),
                stamp=manifest.stamp,
                published=(*state.published, manifest.snapshot),
                next=state.next + 1,
            )

        self._amend(published)
        self._uploaded = False

    def rollback(self, number: int) -> None:
        """Make snapshot ``number`` current again, for all and in the mirror.

        Raises:
            StoreError: there is no such snapshot, or it is damaged.
            LockedError: another run took the lock over; nothing was changed.
        """
        manifest = history.require_whole(self.bucket, self._state, number)

        def back(state: State) -> State:
            later = {n for n in state.published if number < n <= state.snapshot}
            return replace(
                state,
                snapshot=number,
                path=folder_key(number),
                stamp=manifest.stamp,
                withdrawn=tuple(sorted({*state.withdrawn, *later} - {number})),
            )

        self._amend(back)
        self.mirror.follow(self._state)

    def prune(self, keep: int, grace: float) -> list[int]:
        """Drop all but the newest ``keep`` snapshots; gives the numbers of those dropped.

        The current one stays, and so does one that was replaced less than ``grace`` seconds ago.

        Raises:
            LockedError: another run took the lock over; nothing was changed.
        """
        old = history.droppable(self.bucket, self._state, keep, grace)

        def without(state: State) -> State:
            return replace(
                state,
                published=tuple(n for n in state.published if n not in old),
                withdrawn=tuple(n for n in state.withdrawn if n not in old),
            )

        if old:
            self._amend(without)  # first: nobody can go back to one whose files begin to go
            history.sweep(self.bucket, self._state)
        return old

    def beat(self) -> None:
        """Show that this run lives."""
        with contextlib.suppress(LockedError):
            self._amend(lambda state: state)

    def _amend(self, change: Callable[[State], State]) -> None:
        """Swap the state for what ``change`` makes of it."""
        with self._mutex:
            writer = self._state.writer
            assert writer is not None
            present = replace(self._state, writer=replace(writer, beat=writer.beat + 1))
            try:
                if self._lost:
                    raise LostRaceError(self.bucket.address)
                self._state, self._tag = self._ledger.swap(change(present), self._tag)
            except LostRaceError as error:
                self._lost = True
                raise LockedError(
                    f"{self.bucket.address}: another run took the lock over, as this one was silent"
                    f" for more than {writer.lease} s; nothing of this run is published, and what "
                    "it uploaded the next one removes. Run again"
                ) from error

    def _release(self) -> None:
        """Let go; a number that nothing was uploaded under is given back."""
        with self._mutex:
            if self._lost:
                return
            given = self._state.next - (not self._uploaded)
            free = replace(self._state, writer=None, next=given)
            try:
                self._state, self._tag = self._ledger.swap(free, self._tag)
            except (LostRaceError, StoreError) as error:
                log.warning("%s: the lock was not let go (%s)", self.bucket.address, error)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Give signs of life until the end of the block, then let go."""
        writer = self._state.writer
        assert writer is not None

        def live() -> None:
            while not self._over.wait(writer.lease / _BEATS):
                try:
                    self.beat()
                except StoreError as error:
                    log.warning("%s: no sign of life was given (%s)", self.bucket.address, error)

        heart = threading.Thread(target=live, name="dedupe-ledger", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._over.set()
            heart.join()
            self._release()


@contextlib.contextmanager
def hold(mirror: Mirror, ledger: Ledger, lease: int, wait: float) -> Iterator[Hold]:
    """Hold the lock of a remote data folder, with its mirror showing the current snapshot.

    The caller holds the mirror's own lock.

    Args:
        mirror: of the data folder.
        ledger: of the data folder.
        lease: seconds of silence after which others may take the lock over.
        wait: seconds to wait for another holder to let go.

    Raises:
        LockedError: another run holds it still.
        StoreError: the ledger or the current snapshot cannot be read.
    """
    taken = _take(mirror, ledger, lease, wait)
    with taken.kept():
        history.sweep(taken.bucket, taken.state)
        mirror.follow(taken.state)
        yield taken


def _take(mirror: Mirror, ledger: Ledger, lease: int, wait: float) -> Hold:
    until = time.monotonic() + wait
    said = False
    while True:
        state, tag = ledger.read()
        writer = state.writer
        left = _silence_left(writer, mirror, ledger) if writer else 0
        if left <= 0:
            if writer:
                log.warning(
                    "%s: taking over from %s, which died", mirror.bucket.address, _who(writer)
                )
            mine = Writer(
                owner=secrets.token_hex(8),
                mirror=mirror.identity,
                host=f"{socket.gethostname()} process {os.getpid()}",
                since=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                lease=lease,
            )
            try:
                taken = ledger.swap(replace(state, writer=mine, next=state.next + 1), tag)
                return Hold(mirror, ledger, *taken)
            except LostRaceError:
                continue  # somebody was quicker: it is theirs now
        assert writer is not None
        if time.monotonic() >= until:
            waited = f" after {wait:g} s of waiting" if wait else ""
            raise LockedError(
                f"{mirror.bucket.address}: another run is writing to it{waited}: {_who(writer)}; "
                "let it end, or wait longer (the setting `wait`). If it is dead, its lock is free "
                f"in {left:.0f} s"
            )
        if not said:
            log.info("%s: another run is writing to it; waiting", mirror.bucket.address)
            said = True
        time.sleep(min(_ASK_EVERY, max(until - time.monotonic(), 0)))


def _silence_left(writer: Writer, mirror: Mirror, ledger: Ledger) -> float:
    """Seconds until the lock may be taken over. Its holder is dead if it used this mirror."""
    return 0 if writer.mirror == mirror.identity else writer.lease - ledger.age()


def _who(writer: Writer) -> str:
    return f"{writer.host}, since {writer.since}"
