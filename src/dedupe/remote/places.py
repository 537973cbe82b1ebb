"""Where the parts of a remote data folder lie, relative to its address."""

from __future__ import annotations

from dedupe.publish.commit import folder_name
from dedupe.publish.snapshot import SNAPSHOTS


def folder_key(number: int) -> str:
    """The folder of a snapshot."""
    return f"{SNAPSHOTS}/{folder_name(number)}"


def file_key(number: int, path: str) -> str:
    """A file of a snapshot; ``path`` is relative to the snapshot's folder."""
    return f"{folder_key(number)}/{path}"
