"""From one snapshot's files to the next one's: what changed is rewritten, the rest is shared.

Rows are addressed by key. A file that loses a row is rewritten without it, together with what is
added to the same month; every other file is hard-linked. Small files are folded together when too
many gather in a month, so that the number of files grows with the logarithm of the number of runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedupe.publish.durable import digest, link_or_copy, sync_file
from dedupe.publish.manifest import File
from dedupe.publish.snapshot import Snapshot
from dedupe.schemas import SCHEMA_VERSION, TABLES

UNKNOWN = "unknown"
FILE_ROWS = 16_384
"""Rows in a file: what changing one row costs to rewrite."""
GROUP_ROWS = 1_024
"""Rows in a row group: what fetching one text costs to decode."""
FOLD = 8
"""Small files in a month from which they are folded into one."""

SORT_KEYS = {
    "articles": ["id"],
    "duplicates": ["id"],
    "removals": ["article_id", "start", "end", "rule"],
    "rejects": ["id"],
    "signatures": ["id"],
    "comparisons": ["left_id", "right_id"],
    "runs": ["snapshot"],
}
KEYS = {table: keys[0] for table, keys in SORT_KEYS.items()}
"""The column by which ``Changes.drop`` addresses the rows of a table."""


@dataclass(slots=True)
class Changes:
    """What a run does to the tables: rows to drop by key, then rows to add by month.

    ``metadata`` goes into the footer of every file written for a table; ``fold`` is the number of
    small files in a month from which they become one.
    """

    drop: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    add: dict[str, list[tuple[str, pa.Table]]] = field(default_factory=lambda: defaultdict(list))
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    fold: int = FOLD

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


def month_of(published: pa.ChunkedArray | pa.Array) -> list[str]:
    """The partition of each publication time: ``YYYY-MM``, or ``unknown`` for null."""
    months = pc.fill_null(pc.strftime(published, format="%Y-%m"), UNKNOWN)
    return [str(month) for month in months.to_pylist()]


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
    for table in TABLES:
        files += _write_table(previous, changes, table, number, folder)
    return files


def _write_table(
    previous: Snapshot | None, changes: Changes, table: str, number: int, folder: Path
) -> list[File]:
    rewritten: dict[str, list[pa.Table]] = defaultdict(list)
    for month, rows in changes.add.get(table, []):
        rewritten[month].append(rows)
    kept: list[File] = []
    old = [file for file in previous.manifest.of(table) if file.rows] if previous else []
    dropped = changes.drop.get(table, set())
    value_set = pa.array(sorted(dropped), pa.string()) if dropped else None
    for file in old:
        rest = _without(previous, file, value_set) if previous and value_set is not None else None
        if rest is None:
            kept.append(file)
        elif rest.num_rows:
            rewritten[file.month].append(rest)
    # A run looks at the months it writes to anyway; compaction looks at all of them.
    months = {*rewritten, *(file.month for file in kept if changes.fold < FOLD)}
    for month in sorted(months):
        small = [f for f in kept if f.month == month and f.rows < FILE_ROWS // FOLD]
        if len(small) >= changes.fold and previous:
            kept = [file for file in kept if file not in small]
            rewritten[month] += [previous.read(file) for file in small]
    metadata = changes.metadata.get(table, {})
    written = [
        file
        for month in sorted(rewritten)
        for file in _write_month(table, month, rewritten[month], number, folder, metadata)
    ]
    if not kept and not written:
        # An empty table still has a file: readers glob for one.
        nothing = [TABLES[table].empty_table()]
        written = list(_write_month(table, UNKNOWN, nothing, number, folder, metadata))
    for file in kept:
        assert previous is not None
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(previous.path(file), target)
    return kept + written


def _without(previous: Snapshot, file: File, dropped: pa.Array) -> pa.Table | None:
    """The file's rows less the dropped ones; None where it holds none of them."""
    key = KEYS[file.table]
    column = previous.read(file, [key]).column(key)
    hit = pc.is_in(pc.cast(column, pa.string()), value_set=dropped)
    if not pc.any(hit).as_py():
        return None
    return previous.read(file).filter(pc.invert(hit))


def _write_month(
    table: str,
    month: str,
    parts: list[pa.Table],
    number: int,
    folder: Path,
    metadata: dict[str, str],
) -> Iterator[File]:
    """Write the rows of one month in key order, in files of bounded size."""
    rows = pa.concat_tables(parts).sort_by([(key, "ascending") for key in SORT_KEYS[table]])
    footer = {"dedupe.schema_version": str(SCHEMA_VERSION), **metadata}
    target = folder / table / f"month={month}"
    target.mkdir(parents=True, exist_ok=True)
    for part, start in enumerate(range(0, max(rows.num_rows, 1), FILE_ROWS)):
        path = target / f"{number:06d}-{part}.parquet"
        piece = rows.slice(start, FILE_ROWS)
        pq.write_table(
            piece.replace_schema_metadata(footer),
            path,
            compression="zstd",
            compression_level=1,
            row_group_size=GROUP_ROWS,
        )
        sync_file(path)
        yield File(
            path=path.relative_to(folder).as_posix(),
            table=table,
            month=month,
            rows=piece.num_rows,
            bytes=path.stat().st_size,
            sha256=digest(path),
        )
