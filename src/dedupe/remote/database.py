"""The ledger as a row of a database, for stores that ignore conditions on writes.

PostgreSQL serves several machines; SQLite those processes that share a local disk. One row holds
the state, a revision is its tag, and ``update ... where revision`` is the conditional write. After
each publication the object ``current`` is written as well, as a copy for readers who know only the
bucket; who writes goes by the row alone.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dedupe.errors import SettingsError, StoreError
from dedupe.objects import Bucket, BucketAwayError, LostRaceError, Tag
from dedupe.remote.ledger import LEDGER, ObjectLedger, State, settled

MISSING = "pip install 'dedupe-ingest[postgres]'"

_TABLE = (
    "create table if not exists dedupe_ledger (address text primary key, revision bigint not null, "
    "state text not null, changed double precision not null)"
)
_CLOCKS = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}
_READ = "select state, revision from dedupe_ledger where address = ?"
_INSERT = (
    "insert into dedupe_ledger (address, revision, state, changed) values (?, 1, ?, CLOCK) "
    "on conflict (address) do nothing"
)
_UPDATE = (
    "update dedupe_ledger set revision = revision + 1, state = ?, changed = CLOCK "
    "where address = ? and revision = ?"
)
_AGE = "select CLOCK - changed from dedupe_ledger where address = ?"
_PATIENCE = 30


class DatabaseLedger:
    """The ledger of one data folder in a database; see ``Ledger`` for what its methods promise."""

    def __init__(self, bucket: Bucket, url: str) -> None:
        """The ledger at ``url``: ``postgresql://user@host/name`` or ``sqlite:///path``.

        Raises:
            SettingsError: it is another kind of address.
        """
        self._bucket = bucket
        self._url = re.sub(r"^postgres:", "postgresql:", url)
        self._kind = self._url.partition(":")[0]
        if self._kind not in _CLOCKS:
            raise SettingsError(
                f"ledger: not a database that is known; {' and '.join(_CLOCKS)} are"
            )
        self._where = f"{bucket.address} in the {self._kind} ledger"

    def read(self) -> tuple[State, Tag | None]:
        """The present state; before the first, what the object beside the snapshots says."""
        rows = self._asked(_READ)
        if not rows:
            return replace(ObjectLedger(self._bucket).read()[0], writer=None), None
        body, revision = rows[0]
        return State.decoded(body.encode(), self._where), Tag(str(revision), None)

    def swap(self, state: State, tag: Tag | None) -> tuple[State, Tag]:
        """Replace the state that was read with ``tag``."""
        before = self.read()[0].snapshot if tag else None
        revision = int(tag.etag or 0) + 1 if tag else 1

        def write(fresh: State) -> Tag:
            body, address = fresh.encoded().decode(), self._bucket.address
            if tag is None:
                done = self._changed(_INSERT, address, body)
            else:
                done = self._changed(_UPDATE, body, address, revision - 1)
            if not done:
                raise LostRaceError(self._where)
            return Tag(str(revision), None)

        written, new = settled(self, self._where, replace(state, database=True), tag, write)
        if written.snapshot != before:
            self._bucket.write(LEDGER, replace(written, writer=None).encoded())
        return written, new

    def age(self) -> float:
        """Seconds since the row was changed, by the database's clock."""
        rows = self._asked(_AGE)
        return float(rows[0][0]) if rows else 0.0

    def _asked(self, query: str) -> list[Any]:
        with self._connected() as connection:
            return list(connection.execute(self._said(query), (self._bucket.address,)).fetchall())

    def _changed(self, query: str, *values: object) -> int:
        with self._connected() as connection:
            return int(connection.execute(self._said(query), values).rowcount)

    def _said(self, query: str) -> str:
        """A statement in the words of the database at hand."""
        query = query.replace("CLOCK", _CLOCKS[self._kind])
        return query.replace("?", "%s") if self._kind == "postgresql" else query

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection that commits each statement, with the table there."""
        with self._sqlite() if self._kind == "sqlite" else self._postgresql() as connection:
            yield connection

    @contextlib.contextmanager
    def _sqlite(self) -> Iterator[sqlite3.Connection]:
        path = Path(self._url.removeprefix("sqlite:///"))
        try:
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            with contextlib.closing(connection):
                connection.execute(_TABLE)
                yield connection
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._where}: {path} cannot be used ({error})") from error

    @contextlib.contextmanager
    def _postgresql(self) -> Iterator[Any]:
        try:
            import psycopg
        except ImportError as error:
            raise StoreError(f"{self._where}: needs an extra: {MISSING}") from error
        try:
            with psycopg.connect(
                self._url, autocommit=True, connect_timeout=_PATIENCE
            ) as connection:
                # Asked first: who may only read the table has no right to make one.
                if connection.execute("select to_regclass('dedupe_ledger')").fetchone() == (None,):
                    with contextlib.suppress(psycopg.errors.UniqueViolation):  # two made it at once
                        connection.execute(_TABLE)
                yield connection
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(f"{self._where}: the database refuses ({error})") from error
        except psycopg.OperationalError as error:
            raise BucketAwayError(f"{self._where}: {error}") from error
