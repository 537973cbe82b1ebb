"""Clusters and canonicals anew, from the tables alone: under other thresholds or another policy.

All present versions take part as if they came in one run, each first seen when it was and none of
them canonical already. So the outcome is a function of the documents and the settings, whatever
runs they came by and whatever stood before. Nothing is read, cleaned or dropped: every document
stays, as an article or filed; versions stay versions of what they were.

It takes the memory of a run over all documents; their texts are mapped from a file.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from dedupe.detect import Detector, Index
from dedupe.errors import SettingsError, StoreError
from dedupe.pipeline.commit import commit
from dedupe.pipeline.lock import STATE, Held, locked, next_number
from dedupe.pipeline.place import require
from dedupe.pipeline.provenance import versions
from dedupe.pipeline.rebuild import open_whole
from dedupe.pipeline.reelect_rows import Rows
from dedupe.pipeline.reelection import Documents, Reelection
from dedupe.pipeline.signature_rows import foreign, put_signatures, sketch_metadata
from dedupe.pipeline.template_changes import carry_on
from dedupe.pipeline.template_learning import open_templates
from dedupe.pipeline.template_state import TEMPLATES
from dedupe.publish import Changes, Manifest, Snapshot, sorted_files, write_tables
from dedupe.settings import DECIDING, Settings

ELECTED = "elect"
"""The run id in the manifest of such a snapshot, and of what it filed anew."""


def elect_again(
    data_dir: str | Path, given: Mapping[str, Any] | None = None, wait: float = 0
) -> dict[str, Any]:
    """Recompute clusters and canonicals of a data folder and publish a snapshot with the outcome.

    Args:
        data_dir: the data folder.
        given: deciding settings that are to be others than those of the present snapshot.
        wait: seconds to wait for another holder of the folder.

    Gives the snapshot, the settings changed, the documents, the articles before and after, and how
    many articles were demoted and promoted. Where neither a row nor a setting is another, no
    snapshot is made.

    Raises:
        StoreError: nothing is published, or texts of duplicates were not kept.
        SettingsError: a value is out of bounds, or is no deciding setting.
        LockedError: a run holds the folder.
    """
    require(data_dir)
    with locked(data_dir, wait) as held:
        nursery = held.root / STATE / "staging"
        shutil.rmtree(nursery, ignore_errors=True)
        nursery.mkdir(parents=True)
        try:
            return _elect_again(held, given or {}, nursery)
        finally:
            shutil.rmtree(nursery, ignore_errors=True)


def _elect_again(held: Held, given: Mapping[str, Any], staging: Path) -> dict[str, Any]:
    snapshot = Snapshot.current(held.root)
    assert snapshot is not None  # published snapshots are never taken back
    before = Settings.from_mapping(snapshot.manifest.settings)
    settings = _settings(before, given)
    documents = Documents.of(snapshot, staging)
    if documents.without_text:
        raise StoreError(
            f"{held.root}: {documents.without_text} duplicates have no text, as they were ingested "
            "with keep_duplicate_text off, so they cannot be compared again; ingest their sources "
            "into a new data folder"
        )
    detector = Detector(settings, Index.create(staging / "index", settings))
    outcome = Reelection.of(documents, detector, settings)
    now = dt.datetime.now(dt.UTC)
    changes = Changes()
    rows = Rows(snapshot, documents, outcome, settings, ELECTED, now)
    changed = rows.put(changes)
    done = {
        "snapshot": snapshot.number,
        "settings": {
            name: value
            for name, value in settings.as_dict().items()
            if value != before.as_dict()[name]
        },
        "documents": len(documents.all),
        "articles_before": snapshot.counts["articles"],
        "articles": len(outcome.canonicals),
        "demoted": len(outcome.demoted),
        "promoted": len(outcome.promoted),
    }
    if not changed and not done["settings"]:
        return done
    rows.put_comparisons(changes)
    index = open_whole(snapshot, held.root / STATE / "index", settings)
    fresh = outcome.canonicals if foreign(snapshot, index) else outcome.promoted
    changes.metadata["signatures"] = sketch_metadata(index)
    changes.drop["signatures"].update(outcome.demoted)
    changes.drop["signatures"].update(fresh)
    put_signatures(changes, detector, fresh, *documents.dated(fresh))
    if settings.templates:
        open_templates(snapshot, held.root / STATE / TEMPLATES)
    number = next_number(held, snapshot.number)
    draft = staging / "snapshot"
    draft.mkdir()
    manifest = Manifest(
        snapshot=number,
        run_id=ELECTED,
        created_at=now.isoformat(),
        parent=snapshot.number,
        settings=settings.as_dict(),
        versions=versions(),
        files=sorted_files(write_tables(snapshot, changes, number, draft)),
    )
    update = index.draft(manifest.stamp)
    update.remove(outcome.demoted)
    update.add_from(detector, outcome.promoted)
    commit(held, draft, manifest, update, partial(carry_on, snapshot))
    return {**done, "snapshot": number}


def _settings(before: Settings, given: Mapping[str, Any]) -> Settings:
    for name in given:
        if name not in DECIDING:
            raise SettingsError(f"{name}: decides no cluster; {', '.join(DECIDING)} do")
    return Settings.from_mapping({**before.as_dict(), **given})
