"""Writes that survive a power cut: data first, then the name, then the folder that holds the name.

A rename is atomic on POSIX, but neither the file's bytes nor the new name are on disk until file
and folder are synced (Pillai et al., *All File Systems Are Not Created Equal*, OSDI 2014).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path


def sync_file(path: Path) -> None:
    """Flush a file's bytes to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Flush a folder's names to disk."""
    sync_file(path)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each with its name on disk."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in reversed(missing):
        sync_folder(folder.parent)


def sync_tree(root: Path) -> None:
    """Flush the names of every folder under ``root``, leaves first."""
    for folder, _, _ in os.walk(root, topdown=False):
        sync_folder(Path(folder))


def write_text(path: Path, text: str) -> None:
    """Replace a small file atomically and durably."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def swap_link(link: Path, target: str) -> None:
    """Point the symbolic link at ``target`` atomically: readers see the old one or the new one."""
    draft = link.with_name(f".{link.name}.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    sync_folder(link.parent)


def link_or_copy(source: Path, target: Path) -> None:
    """Share an immutable file between snapshots; copy it where the disk has no hard links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK}:
            raise
        shutil.copyfile(source, target)
        sync_file(target)


def digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
