"""How a finished draft becomes the current snapshot, with the index that reflects it."""

from __future__ import annotations

from pathlib import Path

from dedupe.detect import Index, IndexUpdate
from dedupe.pipeline.lock import STATE
from dedupe.publish import Manifest, place, swap


def commit(data_dir: Path, draft: Path, manifest: Manifest, update: IndexUpdate) -> None:
    """Place the draft, write the index under its stamp, swap ``current``, drop the old index.

    The index is written before the swap, beside the one in use: whoever finds the new snapshot
    finds an index that reflects it, and a kill in between leaves one that nobody asks for.
    """
    place(draft, data_dir, manifest)
    update.write()
    swap(data_dir, manifest)
    Index.prune(data_dir / STATE / "index", keep=manifest.stamp)
