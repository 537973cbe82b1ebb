"""Upkeep of a data folder between runs: go back, compact, drop what is old.

``fold``, ``drop`` and ``mend`` (and ``strip_earlier`` of ``template_upkeep``) do the work under a
lock that the caller holds, so that several steps can be one turn of upkeep that no run comes
between.
"""

from __future__ import annotations

import datetime as dt
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from dedupe import configuration
from dedupe.errors import StoreError
from dedupe.objects import is_address
from dedupe.pipeline.commit import commit
from dedupe.pipeline.lock import STATE, Held, locked, next_number
from dedupe.pipeline.place import remote_of
from dedupe.pipeline.provenance import versions
from dedupe.pipeline.rebuild import open_whole, rebuild
from dedupe.pipeline.signature_rows import sketch_metadata
from dedupe.pipeline.template_changes import carry_on
from dedupe.pipeline.template_learning import open_templates
from dedupe.pipeline.template_state import TEMPLATES
from dedupe.publish import Changes, Manifest, Snapshot, begin, sorted_files, write_tables
from dedupe.publish.check import refuse_damaged
from dedupe.publish.history import Entry
from dedupe.publish.history import prune as drop_old
from dedupe.publish.history import rollback as go_back
from dedupe.publish.history import snapshots as listed_here
from dedupe.remote.history import snapshots as listed_there
from dedupe.settings import Settings

COMPACTED = "compact"
"""The run id in the manifest of a snapshot that only rearranged files."""


def compact(data_dir: str | Path, wait: float = 0) -> dict[str, Any]:
    """Fold small files together in a new snapshot with the same rows; gives files before and after.

    Raises:
        StoreError: nothing is published in ``data_dir``.
        LockedError: a run holds it.
    """
    with locked(data_dir, wait) as held:
        return fold(held)


def fold(held: Held) -> dict[str, Any]:
    """``compact`` under a lock that is held already."""
    folder = held.root
    snapshot = _current(folder)
    before = len(snapshot.manifest.files)
    settings = Settings.from_mapping(snapshot.manifest.settings)
    index = open_whole(snapshot, folder / STATE / "index", settings)
    changes = Changes(fold=2)
    changes.metadata["signatures"] = sketch_metadata(index)
    number = next_number(held, snapshot.number)
    draft = folder / STATE / "staging" / COMPACTED
    begin(draft)
    files = sorted_files(write_tables(snapshot, changes, number, draft))
    done = {"snapshot": number, "files_before": before, "files_after": len(files)}
    if len(files) == before:
        shutil.rmtree(draft)
        return {**done, "snapshot": snapshot.number}
    manifest = Manifest(
        snapshot=number,
        run_id=COMPACTED,
        created_at=dt.datetime.now(dt.UTC).isoformat(),
        parent=snapshot.number,
        settings=snapshot.manifest.settings,
        versions=versions(),
        files=files,
    )
    commit(held, draft, manifest, index.draft(manifest.stamp), partial(carry_on, snapshot))
    return done


def snapshots(data_dir: str | Path) -> list[Entry]:
    """Every snapshot that was published at ``data_dir``, oldest first."""
    if not is_address(data_dir):
        return listed_here(Path(data_dir))
    mirror, ledger = remote_of(str(data_dir))
    return listed_there(mirror.bucket, ledger.read()[0])


def rollback(data_dir: str | Path, number: int) -> dict[str, Any]:
    """Make snapshot ``number`` current again, and its index with it.

    Raises:
        StoreError: there is no such snapshot, or it is damaged.
        LockedError: a run holds ``data_dir``.
    """
    with locked(data_dir) as held:
        folder = held.root
        if held.hold is not None:
            held.hold.rollback(number)
            snapshot = _current(folder)
        else:
            refuse_damaged(folder, number)
            snapshot = go_back(folder, number)
        settings = Settings.from_mapping(snapshot.manifest.settings)
        open_whole(snapshot, folder / STATE / "index", settings)
        if settings.templates:
            open_templates(snapshot, folder / STATE / TEMPLATES)
        return {"snapshot": snapshot.number, "articles": snapshot.counts["articles"]}


def prune(data_dir: str | Path, keep: int, wait: float = 0) -> dict[str, Any]:
    """Drop all but the newest ``keep`` snapshots; gives the numbers of those dropped.

    The current one stays, and so does any that a reader holds open (``dedupe.open``). In object
    storage readers leave no trace: there the setting ``grace`` protects them.

    Raises:
        LockedError: a run holds ``data_dir``.
    """
    with locked(data_dir, wait) as held:
        return drop(held, keep)


def drop(held: Held, keep: int) -> dict[str, Any]:
    """``prune`` under a lock that is held already."""
    folder = held.root
    if held.hold is not None:
        dropped = held.hold.prune(keep, configuration.load().settings.grace)
    else:
        dropped = drop_old(folder, keep)
    return {"snapshot": _current(folder).number, "dropped": dropped}


def mend(held: Held) -> None:
    """Build the index anew from the tables, under a lock that is held already."""
    folder = held.root
    snapshot = _current(folder)
    settings = Settings.from_mapping(snapshot.manifest.settings)
    rebuild(snapshot, folder / STATE / "index", settings)


def _current(folder: Path) -> Snapshot:
    snapshot = Snapshot.current(folder)
    if snapshot is None:
        raise StoreError(f"{folder}: nothing is published here yet; run `dedupe ingest` first")
    return snapshot
