"""How a finished draft becomes the current snapshot, with the index that reflects it."""

from __future__ import annotations

import logging
from pathlib import Path

from dedupe.detect import Index, IndexUpdate
from dedupe.pipeline.lock import STATE
from dedupe.publish import Manifest, Snapshot, place, swap
from dedupe.report.page import PAGE, write_page

log = logging.getLogger("dedupe")


def commit(data_dir: Path, draft: Path, manifest: Manifest, update: IndexUpdate) -> None:
    """Place the draft, write the index under its stamp, swap ``current``, drop the old index.

    The index is written before the swap, beside the one in use: whoever finds the new snapshot
    finds an index that reflects it, and a kill in between leaves one that nobody asks for.
    """
    manifest.write(draft)
    _write_page(draft)
    place(draft, data_dir, manifest)
    update.write()
    swap(data_dir, manifest)
    Index.prune(data_dir / STATE / "index", keep=manifest.stamp)


def _write_page(draft: Path) -> None:
    """The run's page; one that cannot be made is missed, and must not cost the run."""
    try:
        write_page(Snapshot(draft), draft / PAGE)
    except OSError:
        raise
    except Exception:
        log.exception("publish: the page of this run could not be made; the tables are whole")
