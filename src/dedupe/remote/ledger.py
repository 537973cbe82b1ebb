"""The ledger: what a remote data folder is at this moment, in one object that is only ever swapped.

It says which snapshot is current, which ones were published, which numbers were given out, and who
is writing. Each state carries a nonce, so no two are the same bytes: an entity tag that is a digest
of the content names one moment, and a writer whose answer was lost knows its own words again.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, Self

from dedupe.errors import StoreError
from dedupe.objects import Bucket, BucketAwayError, LostRaceError, Tag

LEDGER = "current"
CLOCK = "clock"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who holds the lock.

    Args:
        owner: unlike that of any other run.
        mirror: the local mirror that it works in; one lock of the kernel guards it.
        host: the machine's name and the process's number, for people.
        since: when it took the lock, by its own clock.
        lease: seconds of silence after which others may take the lock over.
        beat: counts the signs of life.
    """

    owner: str
    mirror: str
    host: str
    since: str
    lease: int
    beat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the ledger says.

    Args:
        snapshot: number of the current snapshot; 0 before the first.
        path: its folder, relative to the ledger's, for those who read it by hand.
        stamp: name of its content (``Manifest.stamp``).
        published: numbers of all snapshots that can be read, rising.
        withdrawn: those of them that a rollback went behind.
        next: the number that the next run takes; none is given out twice.
        writer: who holds the lock, if anybody does.
        nonce: makes each state unlike every other.
        database: whether a database holds the ledger; the object is then a copy for readers.
    """

    snapshot: int = 0
    path: str = ""
    stamp: str = ""
    published: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()
    next: int = 1
    writer: Writer | None = None
    nonce: str = ""
    database: bool = False
    format: int = FORMAT

    def encoded(self) -> bytes:
        """As JSON, one field a line."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    @classmethod
    def decoded(cls, body: bytes, where: str) -> Self:
        """The inverse of ``encoded``.

        Raises:
            StoreError: this is no ledger, or one of a later version.
        """
        try:
            values: dict[str, Any] = json.loads(body)
            if values["format"] > FORMAT:
                raise StoreError(
                    f"{where}: written by a later version (format {values['format']}, this reads "
                    f"{FORMAT}); upgrade dedupe-ingest"
                )
            writer = values["writer"] and Writer(**values["writer"])
            lists = {name: tuple(values[name]) for name in ("published", "withdrawn")}
            return cls(**{**values, **lists, "writer": writer})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{where}: not a ledger ({error!r}); restore an earlier version of this object, or "
                "name another folder"
            ) from error


class Ledger(Protocol):
    """A place that holds one state, and replaces it only for those who have read it."""

    def read(self) -> tuple[State, Tag | None]:
        """The present state and its tag; an empty state without one before the first."""

    def swap(self, state: State, tag: Tag | None) -> tuple[State, Tag]:
        """Replace the state that was read with ``tag``; gives the new one as it was written.

        Raises:
            LostRaceError: it is not the present state any more.
            StoreError: it cannot be known whether the state was replaced.
        """

    def age(self) -> float:
        """Seconds since the state was last replaced, by the place's own clock."""


def settled(
    ledger: Ledger, where: str, state: State, tag: Tag | None, write: Callable[[State], Tag]
) -> tuple[State, Tag]:
    """Write ``state`` under a nonce of its own, and find out what became of it where that is open.

    The request may have been done and its answer lost; a second try then meets the first one's
    work.
    """
    fresh = replace(state, nonce=secrets.token_hex(8))
    try:
        return fresh, write(fresh)
    except (LostRaceError, BucketAwayError) as error:
        try:
            present, found = ledger.read()
        except BucketAwayError as away:
            raise StoreError(
                f"{where}: no answer came, and it cannot be read; what was published before is "
                f"whole, so run again when it is back ({away})"
            ) from None
        if present.nonce == fresh.nonce and found is not None:
            return present, found
        if isinstance(error, LostRaceError) or found != tag:
            raise LostRaceError(where) from error
        raise StoreError(f"{where}: could not be written ({error})") from None


class ObjectLedger:
    """The ledger as an object beside the snapshots, swapped by conditional writes."""

    def __init__(self, bucket: Bucket) -> None:
        """The ledger of the data folder in ``bucket``; no request is sent."""
        self._bucket = bucket
        self._where = f"{bucket.address}/{LEDGER}"

    def read(self) -> tuple[State, Tag | None]:
        """See ``Ledger``."""
        try:
            body, tag = self._bucket.read(LEDGER)
        except FileNotFoundError:
            return State(), None
        return State.decoded(body, self._where), tag

    def swap(self, state: State, tag: Tag | None) -> tuple[State, Tag]:
        """See ``Ledger``."""
        if tag is None:
            self._require_conditions()
        if state.database:
            raise StoreError(
                f"{self._where}: the ledger of this folder is kept in a database; name it (the "
                "setting `ledger`)"
            )

        def write(fresh: State) -> Tag:
            return self._bucket.swap(LEDGER, fresh.encoded(), tag)

        return settled(self, self._where, state, tag, write)

    def age(self) -> float:
        """See ``Ledger``: an object written now tells the store's time."""
        self._bucket.write(CLOCK, b"")
        since: dt.timedelta = self._bucket.modified(CLOCK) - self._bucket.modified(LEDGER)
        return since.total_seconds()

    def _require_conditions(self) -> None:
        """Hold, where a data folder is new, that the store heeds conditions: some ignore them."""
        first = secrets.token_hex(8).encode()
        key = f"{CLOCK}-{first.decode()}"
        stale = self._bucket.swap(key, first, None)
        try:
            self._bucket.write(key, b"another")
            for tag in (None, stale):
                try:
                    self._bucket.swap(key, b"a third", tag)
                except LostRaceError:
                    continue
                raise StoreError(
                    f"{self._bucket.address}: this store ignores conditions on writes (If-Match), "
                    "so two runs could overwrite each other; keep the ledger in a database "
                    "(the setting `ledger`), or use another store"
                )
        finally:
            self._bucket.delete([key])
