"""What a run that died had cleaned, taken over by the next one: a crash costs what was in flight.

A shard's articles follow from its documents, the settings, this package's code, the libraries below
it, and the templates known when the run began. Where all of these are the same, the dead run's
files are moved to the new run's staging folder; no answer depends on whether they were.

Staged files are not synced, since nobody but this machine, as it runs now, reads them. After a
restart of the machine they may be torn, and are not believed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from pathlib import Path
from typing import Any

from dedupe.acquire.fetch.kept import KEPT, RECORD
from dedupe.pipeline import staging
from dedupe.pipeline.provenance import code, versions
from dedupe.settings import Settings

log = logging.getLogger("dedupe")

KINDS = ("sketches", "cuts", "passages", "rejects", "cleaned")
"""What cleaning makes of a shard of documents, in the order in which it is moved."""

NOTE = "cleaning.json"
"""In a staging folder, says what its cleaned shards follow from besides their documents."""

UNRELATED = frozenset({"workers", "scheduler", "wait"})
"""Settings that a person changes after a crash, and on which no text depends."""

BOOT = Path("/proc/sys/kernel/random/boot_id")


def set_aside(nursery: Path, abandoned: Path) -> None:
    """Keep in ``abandoned`` what a run left in ``nursery`` that another may take over."""
    if any(nursery.glob(f"*/{NOTE}")) or any(nursery.glob(f"*/{KEPT}/*{RECORD}")):
        shutil.rmtree(abandoned, ignore_errors=True)
        nursery.rename(abandoned)
    shutil.rmtree(nursery, ignore_errors=True)


def take_over(
    shards: list[Path], abandoned: Path, settings: Settings, templates: Path | None
) -> dict[Path, tuple[int, int]]:
    """Move beside ``shards`` what a dead run had made of the same documents.

    Args:
        shards: the staged documents of this run.
        abandoned: where ``set_aside`` keeps what dead runs left.
        settings: this run's.
        templates: what is known of the sites' templates; None if nothing.

    Returns:
        For each shard that need not be cleaned again, how many of its documents became articles
        and how many were rejected.
    """
    if len(shards) < 2 or (note := _note(settings, templates)) is None:  # noqa: PLR2004 - one is redone
        return {}
    (shards[0].parent / NOTE).write_text(note)
    before: dict[str, Path] = {}
    sizes: set[int] = set()
    for path in sorted(abandoned.glob("*/documents-*.arrow")):
        if _told(path.with_name(NOTE)) == note and all(each.exists() for each in _made_of(path)):
            before[_digest(path)] = path
            sizes.add(path.stat().st_size)
    done: dict[Path, tuple[int, int]] = {}
    for shard in shards:
        twin = before.pop(_digest(shard), None) if shard.stat().st_size in sizes else None
        if twin is not None:
            for source, target in zip(_made_of(twin), _made_of(shard), strict=True):
                source.rename(target)
            done[shard] = _counts(shard)
    if done:
        log.info("clean: %d of %d shards by a run that died", len(done), len(shards))
    return done


def _made_of(shard: Path) -> list[Path]:
    name = shard.name.removeprefix("documents-")
    return [shard.with_name(f"{kind}-{name}") for kind in KINDS]


def _counts(shard: Path) -> tuple[int, int]:
    paths = dict(zip(KINDS, _made_of(shard), strict=True))
    return staging.read(paths["cleaned"]).num_rows, staging.read(paths["rejects"]).num_rows


def _note(settings: Settings, templates: Path | None) -> str | None:
    """What cleaning follows from; None where it cannot be told whether the machine restarted."""
    try:
        boot = BOOT.read_text().strip()
    except OSError:
        return None
    recorded = settings.recorded()
    told: dict[str, Any] = {
        "boot": boot,
        "code": code(),
        "versions": versions(),
        "settings": {name: recorded[name] for name in sorted(recorded.keys() - UNRELATED)},
        "templates": templates.name if templates else None,
    }
    return json.dumps(told, sort_keys=True)


def _told(note: Path) -> str | None:
    try:
        return note.read_text()
    except OSError:
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "blake2b").hexdigest()
