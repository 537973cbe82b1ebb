"""The tables of what was fetched, in which every row has a seal.

SQLite notices damage to its own structure, not to what it holds: a flipped bit may keep a host
waiting for a century. So every row has a checksum, and one whose checksum does not fit tells
nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from typing import Any

FORMAT = 2

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What damage shows by; the text of SQLite's own message may be damaged too."""

_SCHEMA = f"""
create table runs (
    number integer primary key, id text unique not null, at real not null, seal integer not null
);
create table fetched (
    address blob not null, run integer not null, etag text, modified text, validated text,
    stated text, failure text, conditions text not null, seal integer not null,
    primary key (address, run)
) without rowid;
create index by_run on fetched (run);
create table rules (
    origin text primary key, at real not null, status integer, body text, seal integer not null
);
create table resting (host text primary key, until real not null, seal integer not null);
pragma user_version = {FORMAT};
"""


def prepare(base: sqlite3.Connection) -> None:
    """Have a database ready for use, with ``seal`` as a function of SQL; a new one gets its tables.

    Raises:
        sqlite3.DatabaseError: its tables are others.
    """
    base.text_factory = _text
    base.create_function("seal", -1, seal, deterministic=True)
    if base.execute("pragma user_version").fetchone()[0] == FORMAT:
        if _shape(base) != _expected():
            raise sqlite3.DatabaseError("damaged")
        return
    if base.execute("select 1 from sqlite_master").fetchone():
        raise sqlite3.DatabaseError("of another format")
    base.executescript(_SCHEMA)


def seal(*values: str | float | bytes | None) -> int:
    """A checksum of the values of a row."""
    return zlib.crc32(repr(values).encode())


def _text(stored: bytes) -> str:
    # With flipped bits it may be no text any more; its seal does not fit then.
    return stored.decode("utf-8", "replace")


def _shape(base: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """The tables that a database has, in words."""
    return base.execute("select type, name, tbl_name, sql from sqlite_master").fetchall()


def _expected() -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        base.executescript(_SCHEMA)
        return _shape(base)
