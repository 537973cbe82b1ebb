"""The one commit point: a finished snapshot folder gets its name, then ``current`` is swapped.

A kill before the swap leaves readers on the old snapshot and, at worst, a folder that no link
points at; the next run replaces it. A kill after the swap leaves a whole new snapshot.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from dedupe.publish.durable import make_folder, swap_link, sync_folder, sync_tree
from dedupe.publish.manifest import Manifest
from dedupe.publish.snapshot import CURRENT, SNAPSHOTS


def folder_name(number: int) -> str:
    """``42`` to ``000042``."""
    return f"{number:06d}"


def begin(draft: Path) -> None:
    """Make an empty folder for a draft, and delete what one that died left of its like."""
    for path in (draft, _grave(draft)):
        shutil.rmtree(path, ignore_errors=True)
    draft.mkdir(parents=True)


def place(draft: Path, data_dir: Path, manifest: Manifest) -> Path:
    """Move a finished draft folder to its place among the snapshots; nothing points at it yet."""
    manifest.write(draft)
    sync_tree(draft)
    target = data_dir / SNAPSHOTS / folder_name(manifest.snapshot)
    make_folder(target.parent)
    if target.exists():
        # Left by a run that died between here and the swap: nobody ever read it.
        grave = _grave(draft)
        target.rename(grave)
        shutil.rmtree(grave)
    draft.rename(target)
    sync_folder(target.parent)
    return target


def _grave(draft: Path) -> Path:
    return draft.with_name(f"{draft.name}-replaced")


def swap(data_dir: Path, manifest: Manifest) -> None:
    """Point ``current`` at the snapshot: the moment at which a run has happened."""
    swap_link(data_dir / CURRENT, os.path.join(SNAPSHOTS, folder_name(manifest.snapshot)))  # noqa: PTH118 - a relative link text
