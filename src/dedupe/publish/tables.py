"""From one snapshot's files to the next one's: what changed is rewritten, the rest is shared.

Rows are addressed by key. A file that loses a row is rewritten without it, together with what is
added to the same month; every other file is hard-linked. Small files are folded together when too
many gather in a month, so that the number of files grows with the logarithm of the number of runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dedupe.publish.durable import digest, link_or_copy, sync_file
from dedupe.publish.keys import CACHED_FROM, Wanted, keep
from dedupe.publish.manifest import File
from dedupe.publish.pieces import KEYS, PUBLISHED, TIMED, UNIQUE, Dated, Lazy, Part, pieces
from dedupe.publish.rest import Read, Rest, reader, times_of
from dedupe.publish.snapshot import Snapshot
from dedupe.schemas import SCHEMA_VERSION, TABLES

UNKNOWN = "unknown"
GROUP_ROWS = 256
"""Rows in a row group: what fetching one text costs to decode."""
SMALL_ROWS = 1_024
"""Rows below which a file is small."""
FOLD = 8
"""Small files in a month from which they are folded into one."""

WRITERS = 2
"""Files written at a time; each holds its rows in memory."""

LEVEL = 3
"""How hard Zstandard tries: texts take less room than at 1 for hardly more time, and reading is as
fast; beyond, time grows by far faster than room shrinks."""

LEVELS = {"signatures": 1}
"""Tables for which another level is as good: nothing makes random numbers smaller."""

REPEATED = [
    "site",
    "authors.list.element",
    "sites.list.element",
    "language",
    "version",
    "first_seen_at",
    "updated_at",
    "media_type",
    "provenance",
    "policy_reason",
    "relation",
    "reason",
    "rule",
    "stage",
    "detail",
    "run_id",
]
"""Columns that hold the same values over and over, and are written with a dictionary of them. It
would only cost time and room for texts, ids and the numbers of signatures."""


RANGED = [
    "id",
    "document_id",
    "canonical_id",
    "article_id",
    "left_id",
    "right_id",
    "site",
    "language",
    "published_at",
    "first_seen_at",
    "updated_at",
    "word_count",
    "copies",
    "version",
    "relation",
    "jaccard",
    "containment",
    "run_id",
]
"""Columns of which each row group states the least and the greatest value: none of long texts."""

SOUGHT = {"articles": ["id"], "signatures": ["id"], "duplicates": ["id", "canonical_id"]}
"""Ids that every run looks for, and that are sorted when a file is written."""


@dataclass(slots=True)
class Changes:
    """What a run does to the tables: rows to drop by key, then rows to add by month.

    ``metadata`` goes into the footer of every file written for a table; ``fold`` is the number of
    small files in a month from which they become one; ``keys`` is where sorted ids of the files are
    kept (see that module).
    """

    drop: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    add: dict[str, list[tuple[str, pa.Table | Part]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    fold: int = FOLD
    keys: Path | None = None

    def put(self, table: str, rows: pa.Table, months: list[str] | None = None) -> None:
        """Add ``rows``, each to its month; without ``months`` all go to ``unknown``."""
        rows = rows.select(TABLES[table].names).cast(TABLES[table])
        if not rows.num_rows:
            return
        if months is None:
            self.add[table].append((UNKNOWN, rows))
            return
        of_month: dict[str, list[int]] = defaultdict(list)
        for row, month in enumerate(months):
            of_month[month].append(row)
        for month in sorted(of_month):
            part = rows if len(of_month) == 1 else rows.take(pa.array(of_month[month]))
            self.add[table].append((month, part))

    def put_dated(self, table: str, rows: pa.Table, published: pa.Array) -> None:
        """Add ``rows`` of a table that does not say when they were published, with these times."""
        months = months_of(published).dictionary_encode()
        codes = months.indices.to_numpy().astype(np.int64)
        dated = Dated(rows, KEYS[table], times_of(published))
        self.put_lazily(table, dated, codes, months.dictionary.to_pylist())

    def put_lazily(
        self, table: str, rows: Lazy, codes: NDArray[np.int64], months: Sequence[str]
    ) -> None:
        """Add ``rows`` that are made when they are written; row i goes to ``months[codes[i]]``."""
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(months)))
        for code in sorted(range(len(months)), key=lambda code: months[code]):
            of_month = order[(ends[code - 1] if code else 0) : ends[code]]
            if len(of_month):
                self.add[table].append((months[code], Part(rows, of_month)))


def months_of(published: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The partition of each publication time: ``YYYY-MM``, or ``unknown`` for null."""
    # A day has one month, and the days are few: dates are formatted once each.
    days = pc.cast(pc.floor_temporal(published, unit="day"), pa.int64()).dictionary_encode()
    days = days.unify_dictionaries().combine_chunks() if isinstance(days, pa.ChunkedArray) else days
    named = pc.strftime(days.dictionary.cast(pa.timestamp("us", tz="UTC")), format="%Y-%m")
    return pc.fill_null(named.take(days.indices), UNKNOWN)


def month_of(published: pa.ChunkedArray | pa.Array) -> list[str]:
    """``months_of`` as a list."""
    return [str(month) for month in months_of(published).to_pylist()]


def write_tables(
    previous: Snapshot | None, changes: Changes, number: int, folder: Path
) -> list[File]:
    """Write the next snapshot's table files under ``folder`` and list them.

    Args:
        previous: the snapshot the changes apply to; None for the first.
        changes: what to drop and add.
        number: the new snapshot's number; file names carry it.
        folder: the new snapshot's folder; it must not hold table folders yet.
    """
    files: list[File] = []
    # Packing and syncing leave Python's lock, so two threads write two files at a time.
    with ThreadPoolExecutor(WRITERS) as writers:
        waiting: list[Iterator[File]] = []
        for table in TABLES:
            kept, months = _plan(previous, changes, table)
            for file in kept:
                assert previous is not None
                target = folder / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(previous.path(file), target)
            files += kept
            for month, parts in sorted(months.items()):
                target = folder / table / f"month={month}"
                target.mkdir(parents=True, exist_ok=True)
                write = partial(_write_piece, folder, target, table, number, changes)
                made = list(pieces(table, parts))
                waiting.append(writers.map(write, range(len(made)), made))
        for written in waiting:
            files += written
    return files


def _plan(
    previous: Snapshot | None, changes: Changes, table: str
) -> tuple[list[File], dict[str, list[pa.Table | Part]]]:
    """The files of a table that stay as they are, and what is written anew in which month."""
    rewritten: dict[str, list[pa.Table | Part]] = defaultdict(list)
    for month, rows in changes.add.get(table, []):
        rewritten[month].append(rows)
    kept: list[File] = []
    old = [file for file in previous.manifest.of(table) if file.rows] if previous else []
    dropped = changes.drop.get(table, set())
    wanted = Wanted(dropped) if dropped else None
    read = reader(previous) if previous else None
    for file in old:
        gone = None
        if previous is not None and wanted is not None:
            gone = previous.mask(file, KEYS[table], wanted)
        if gone is None:
            kept.append(file)
        elif read and not pc.all(gone).as_py():
            rewritten[file.month].append(_rest(previous, read, file, gone))
    # A run looks at the months it writes to anyway; compaction looks at all of them.
    months = {*rewritten, *(file.month for file in kept if changes.fold < FOLD)}
    for month in sorted(months):
        small = [f for f in kept if f.month == month and f.rows < SMALL_ROWS]
        if len(small) >= changes.fold and read:
            kept = [file for file in kept if file not in small]
            rewritten[month] += [_rest(previous, read, file, None) for file in small]
    if not kept and not rewritten:
        # An empty table still has a file: readers glob for one.
        rewritten[UNKNOWN] = [TABLES[table].empty_table()]
    return kept, rewritten


def _rest(
    previous: Snapshot | None, read: Read, file: File, gone: pa.Array | pa.ChunkedArray | None
) -> pa.Table | Part:
    """The file's rows less those that are gone."""
    assert previous is not None
    if file.table not in UNIQUE:
        whole = previous.read(file)
        return whole if gone is None else whole.filter(pc.invert(gone))
    columns = [KEYS[file.table], *([PUBLISHED] if file.table in TIMED else [])]
    rest = Rest(read, previous.read(file, columns), file, gone)
    return Part(rest, np.arange(len(rest.keys)))


def _write_piece(
    folder: Path,
    target: Path,
    table: str,
    number: int,
    changes: Changes,
    part: int,
    make: Callable[[], pa.Table],
) -> File:
    piece = make()
    path = target / f"{number:06d}-{part}.parquet"
    footer = {"dedupe.schema_version": str(SCHEMA_VERSION), **changes.metadata.get(table, {})}
    pq.write_table(
        piece.replace_schema_metadata(footer),
        path,
        compression="zstd",
        compression_level=LEVELS.get(table, LEVEL),
        row_group_size=GROUP_ROWS,
        use_dictionary=[name for name in REPEATED if name.partition(".")[0] in piece.column_names],
        write_statistics=[name for name in RANGED if name in piece.column_names],
    )
    sync_file(path)
    file = File(
        path=path.relative_to(folder).as_posix(),
        table=table,
        month=target.name.removeprefix("month="),
        rows=piece.num_rows,
        bytes=path.stat().st_size,
        sha256=digest(path),
    )
    if changes.keys is not None and file.rows >= CACHED_FROM:
        for key in SOUGHT.get(table, ()):
            keep(changes.keys, file, key, piece[key])
    return file
