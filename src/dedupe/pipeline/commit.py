"""How a finished draft becomes the current snapshot, with the caches that reflect it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from dedupe.detect import Index, IndexDamageError, IndexUpdate
from dedupe.pipeline.lock import STATE, Held
from dedupe.pipeline.rebuild import rebuild, say_rebuilding
from dedupe.pipeline.template_state import TEMPLATES, drop_others
from dedupe.publish import Manifest, Snapshot, place, swap
from dedupe.publish.keys import KEYS
from dedupe.publish.keys import drop_others as drop_keys
from dedupe.settings import Settings

log = logging.getLogger("dedupe")


Learn = Callable[[Snapshot, Path], None]
"""Writes the state of the templates for a snapshot into a folder."""


def commit(held: Held, draft: Path, manifest: Manifest, update: IndexUpdate, learn: Learn) -> None:
    """Place the draft, write index and templates under its stamp, swap ``current``, drop the old.

    Both are written before the swap, beside those in use: whoever finds the new snapshot finds
    what reflects it, and a kill in between leaves files that nobody asks for. A folder in object
    storage is swapped there first: its mirror here follows.
    """
    data_dir = held.root
    manifest.write(draft)
    _write_page(draft)
    placed = place(draft, data_dir, manifest)
    _write(update, Snapshot(placed), data_dir / STATE / "index")
    templates = data_dir / STATE / TEMPLATES
    learn(Snapshot(placed), templates)
    if held.hold is not None:
        held.hold.publish(placed, manifest)
    swap(data_dir, manifest)
    Index.prune(data_dir / STATE / "index", keep=manifest.stamp)
    drop_others(templates, manifest.stamp)
    drop_keys(data_dir / STATE / KEYS, manifest.files)


def _write(update: IndexUpdate, snapshot: Snapshot, folder: Path) -> None:
    """Write the index for ``snapshot``; where what it is made of is damaged, from the tables."""
    try:
        update.write()
    except IndexDamageError as error:
        say_rebuilding(snapshot, error)
        rebuild(snapshot, folder, Settings.from_mapping(snapshot.manifest.settings))


def _write_page(draft: Path) -> None:
    """The run's page; one that cannot be made is missed, and must not cost the run."""
    # The processes that clean import the pipeline too, and show nothing to anybody.
    from dedupe.report.page import PAGE, write_page

    try:
        write_page(Snapshot(draft), draft / PAGE)
    except OSError:
        raise
    except Exception:
        log.exception("publish: the page of this run could not be made; the tables are whole")
