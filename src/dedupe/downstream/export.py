"""Export: bring a file or a table of another format to the present snapshot.

The first export is whole. What was written knows the snapshot that it reflects, and becomes that of
the next one in one step; so a later export brings what changed since, and each change exactly once,
whatever died in between.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dedupe.downstream.feed import KEYED, Change, Feed, leased
from dedupe.downstream.files import JsonLines, OneParquet
from dedupe.downstream.target import Mark, Target
from dedupe.errors import DedupeError, SettingsError, StoreError
from dedupe.publish import Snapshot

FORMATS = ("jsonl", "parquet", "delta", "iceberg")

_ENDINGS = {"jsonl": r"\.(jsonl|ndjson)(\.gz|\.zst)?$", "parquet": r"\.parquet$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export did. ``since`` is 0 where all rows were written.

    ``changes`` counts the changes it brought, by kind; ``written`` is False where the target
    reflected the snapshot already.
    """

    path: str
    to: str
    table: str
    snapshot: int
    since: int
    changes: dict[str, int]
    written: bool

    def as_dict(self) -> dict[str, Any]:
        """The fields with JSON-ready values."""
        return asdict(self)


def export_snapshot(  # noqa: PLR0913 - as on the command line
    number: int,
    data_dir: str | Path,
    path: str | Path,
    *,
    to: str | None = None,
    table: str = "articles",
    since: int | None = None,
    full: bool = False,
    catalog: str | None = None,
) -> Export:
    """Bring ``path`` to snapshot ``number`` of a data folder; see ``Store.export``."""
    to = _format(path, to, catalog)
    if table not in KEYED:
        raise SettingsError(f"table: {table} cannot be exported; {' and '.join(KEYED)} can")
    if full and since:
        raise SettingsError("full: writes all rows, so it does not go with since")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_writing(path))
        target = _target(to, path, table, catalog)
        after = leased(data_dir, number, stack)
        stack.enter_context(target.held())
        mark = None if full else _mark(target, path, since)
        base = _base(target, mark, path, since, number)
        written = mark is None or not _reflects(target, mark, after, base)
        if not written:
            base, changes = number, dict.fromkeys(map(str, Change), 0)
        elif base == 0:
            changes = target.replace(after, table)
        else:
            before = leased(data_dir, base, stack, "; `--full` exports anew")
            if mark is not None and not target.whole_only and not mark.is_of(before):
                raise StoreError(
                    f"{path}: reflects a snapshot {base} of another data folder than {data_dir}; "
                    "`--full` exports anew"
                )
            changes = target.apply(Feed(before, after, table), after)
    return Export(
        path=str(path),
        to=to,
        table=table,
        snapshot=number,
        since=base,
        changes=changes,
        written=written,
    )


def _format(path: str | Path, to: str | None, catalog: str | None) -> str:
    """The format asked for, else the one that the name tells."""
    name = str(path).lower()
    told = next((known for known, ending in _ENDINGS.items() if re.search(ending, name)), None)
    found = to or ("iceberg" if catalog else told)
    if found not in FORMATS:
        asked = f"{to} is not a format" if to else f"{path} does not tell the format"
        raise SettingsError(f"to: {asked}; say one of {', '.join(FORMATS)}")
    if catalog and found != "iceberg":
        raise SettingsError(f"catalog: goes with iceberg, not with {found}")
    if "://" in name:
        raise SettingsError(f"{path}: exports are written to this machine's own folders")
    return found


def _target(to: str, path: str | Path, table: str, catalog: str | None) -> Target:
    match to:
        case "jsonl":
            return JsonLines(Path(path))
        case "parquet":
            return OneParquet(Path(path))
        case "delta":
            with _extra("delta"):
                from dedupe.downstream.delta import Delta
            return Delta(Path(path), table)
        case _:
            with _extra("iceberg"):
                from dedupe.downstream.iceberg import Iceberg
            return Iceberg(str(path), table, catalog)


@contextlib.contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise DedupeError(
            f"{name}: needs {error.name}, which is not installed; "
            f"pip install 'dedupe-ingest[{name}]'"
        ) from error


@contextlib.contextmanager
def _writing(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path}: the export was broken off ({error}); what was there before is whole, so "
            "mend the cause and export again"
        ) from error


def _mark(target: Target, path: str | Path, since: int | None) -> Mark | None:
    mark = target.mark()
    if mark is None and target.exists() and (target.is_file or not since):
        raise StoreError(
            f"{path}: was not written by an export, or does not say which snapshot it reflects; "
            "choose another path, or `--full` to write over it"
        )
    if mark is None and since and not target.is_file and not target.exists():
        raise StoreError(f"{path}: there is no table to bring further; leave out `--since`")
    return mark


def _base(target: Target, mark: Mark | None, path: str | Path, since: int | None, now: int) -> int:
    """The snapshot from which to count changes; 0 to write all rows."""
    if mark is None:
        return since or 0
    if target.whole_only:
        if bool(since) != bool(mark.since):
            held = f"the changes since snapshot {mark.since}" if mark.since else "a whole table"
            raise StoreError(f"{path}: holds {held}; choose another path, or `--full`")
        return since or 0
    if since is not None and mark.snapshot not in {since, now}:
        raise StoreError(
            f"{path}: reflects snapshot {mark.snapshot}, not {since}; leave out `--since`, or "
            "`--full` exports anew"
        )
    return mark.snapshot


def _reflects(target: Target, mark: Mark, after: Snapshot, base: int) -> bool:
    return mark.clean and mark.is_of(after) and (not target.whole_only or mark.since == base)
