"""What earlier runs fetched: validators, links that need no second look, hosts that want rest.

A cache under ``data/state``: losing it costs requests, never documents. The danger lies the other
way: a validator of a fetch whose documents nobody has would bring 304 for them for ever. So every
record carries the run that made it, and counts only where the tables of the present snapshot know
that run. A run that died before its commit, and one that a rollback withdrew, are not among them.

All that a run notes is one transaction, closed when its inputs have been read; up to two records of
an address are kept, so that a run that dies does not take the validators of the one before with it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from dedupe.acquire.fetch.answers import Rules
from dedupe.acquire.fetch.sealed import DAMAGE, prepare, seal

Given = ParamSpec("Given")
Gives = TypeVar("Gives")

log = logging.getLogger("dedupe")

RULES_KEPT = 86_400.0
"""Seconds for which a robots.txt is not asked for again (RFC 9309, section 2.4)."""
KEPT = 400 * 86_400.0
"""Seconds after which what a run noted is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an earlier run learnt of an address.

    ``validated`` is the address that the validators are of; ``stated`` the time of the last change
    that the link to it stated; ``failure`` says why there was nothing to read, if there was not.
    """

    etag: str | None = None
    last_modified: str | None = None
    validated: str | None = None
    stated: str | None = None
    failure: str | None = None
    at: float = 0.0


def _mending(method: Callable[Concatenate[State, Given], Gives]) -> Callable[..., Gives]:
    """Have it done again on new records where the old ones turn out to be damaged."""

    @functools.wraps(method)
    def done(self: State, *args: Given.args, **named: Given.kwargs) -> Gives:
        # Validators are asked for by the thread that reads, rules by the one that fetches.
        with self._lock:
            try:
                return method(self, *args, **named)
            except sqlite3.OperationalError:  # a full disk, a lock
                raise
            except DAMAGE as error:
                self._start_anew(error)
                return method(self, *args, **named)

    return done


class State:
    """The records of one data folder, as one run sees them and adds to them."""

    def __init__(
        self,
        path: Path,
        *,
        run: str,
        now: float,
        published: Callable[[], Collection[str]],
        conditions: str = "",
        keep: bool = True,
    ) -> None:
        """Open the records in ``path``; what cannot be read is begun anew.

        Args:
            path: an SQLite database; made where it does not exist.
            run: the id of this run.
            now: seconds since 1970.
            published: gives the ids of the runs that the present snapshot knows.
            conditions: the settings on which failures and links of lists depend; records made
                under others tell nothing of them.
            keep: False: nothing is written (a dry run).
        """
        self._path = path
        self._run = run
        self.now = float(now)
        self.published = frozenset(published())
        self._conditions = conditions
        self._keep = keep
        self._number = 0
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        """Open the database."""
        try:
            self._connect()
            self._begin()
        except DAMAGE as error:
            self._start_anew(error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep what was noted, unless the stage broke."""
        try:
            if kind is None and self._keep:
                self._base.commit()
            else:
                self._base.rollback()
        except sqlite3.Error as failure:
            log.warning("%s: %s; what was fetched may be fetched again", self._path, failure)
        finally:
            self._base.close()

    def _connect(self) -> None:
        if self._keep:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self._path, check_same_thread=False)
        else:
            self._base = sqlite3.connect(":memory:", check_same_thread=False)
            if self._path.exists():
                uri = f"{self._path.resolve().as_uri()}?mode=ro"
                with contextlib.closing(sqlite3.connect(uri, uri=True)) as stored:
                    stored.backup(self._base)

    def _begin(self) -> None:
        prepare(self._base)
        if self._base.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
        runs = self._base.execute("select number, id, at, seal from runs").fetchall()
        forgotten = [
            (number,)
            for number, identity, at, sealed in runs
            if identity not in self.published
            or at < self.now - KEPT
            or sealed != seal(number, identity, at)
        ]
        self._base.executemany("delete from fetched where run = ?", forgotten)
        self._base.executemany("delete from runs where number = ?", forgotten)
        self._base.execute("delete from resting where until <= ?", (self.now,))
        self._base.execute("delete from rules where at <= ?", (self.now - RULES_KEPT,))

    def _start_anew(self, error: Exception) -> None:
        log.warning("%s: %s; begun anew, so more will be asked for", self._path, error)
        self._base.close()
        self._number = 0
        if self._keep:
            self._path.unlink(missing_ok=True)
            self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)
            self._base = sqlite3.connect(self._path, check_same_thread=False)
        else:
            self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._begin()

    @_mending
    def known(self, address: str) -> Known | None:
        """What the last published run that asked for ``address``, in normal form, learnt."""
        rows = self._execute(
            "select at, fetched.* from fetched join runs on run = number "
            "where address = ? and run <> ? order by run desc",
            _key(address),
            self._number,
        ).fetchall()
        row = next((row for row in rows if row[-1] == seal(*row[1:-1])), None)
        if row is None:
            return None
        at, _, _, *values, conditions, _ = row
        found = Known(
            etag=values[0],
            last_modified=values[1],
            validated=values[2],
            stated=values[3],
            failure=values[4],
            at=at,
        )
        if conditions not in {"", self._conditions}:
            return None if found.failure else replace(found, etag=None, last_modified=None)
        return found

    @_mending
    def note(self, address: str, known: Known, *, conditional: bool = False) -> None:
        """Note what this run learnt; ``conditional``: under other settings it may be otherwise."""
        if not self._number:
            last = self._execute("select coalesce(max(number), 0) from runs").fetchone()
            self._number = last[0] + 1
            self._execute(
                "insert into runs values (?1, ?2, ?3, seal(?1, ?2, ?3))",
                self._number,
                self._run,
                self.now,
            )
        key = _key(address)
        self._execute(
            "delete from fetched where address = ? and run < "
            "(select max(run) from fetched where address = ? and run <> ?)",
            key,
            key,
            self._number,
        )
        self._execute(
            "insert or replace into fetched values "
            "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, seal(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
            key,
            self._number,
            known.etag,
            known.last_modified,
            known.validated,
            known.stated,
            known.failure,
            self._conditions if conditional else "",
        )

    @_mending
    def rules(self, origin: str) -> Rules | None:
        """The robots.txt of ``origin``, where it was asked for within a day."""
        row = self._execute("select * from rules where origin = ?", origin).fetchone()
        return Rules(*row[2:-1]) if row and row[-1] == seal(*row[:-1]) else None

    @_mending
    def note_rules(self, origin: str, rules: Rules) -> None:
        """Keep a robots.txt for a day."""
        self._execute(
            "insert or replace into rules values (?1, ?2, ?3, ?4, seal(?1, ?2, ?3, ?4))",
            origin,
            self.now,
            rules.status,
            rules.text,
        )

    @_mending
    def rest_left(self, host: str) -> float:
        """Seconds for which ``host`` wants to be left alone still."""
        row = self._execute("select * from resting where host = ?", host).fetchone()
        return float(row[1]) - self.now if row and row[-1] == seal(*row[:-1]) else 0.0

    @_mending
    def note_rest(self, host: str, seconds: float) -> None:
        """Note that ``host`` wants to be left alone."""
        self._execute(
            "insert or replace into resting values (?1, ?2, seal(?1, ?2))",
            host,
            self.now + seconds,
        )

    def _execute(self, statement: str, *values: str | float | bytes | None) -> sqlite3.Cursor:
        return self._base.execute(statement, values)


def _key(address: str) -> bytes:
    return hashlib.blake2b(address.encode(), digest_size=16).digest()
