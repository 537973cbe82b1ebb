"""The sequence of snapshots: list it, go back in it, drop what is old.

Going back swaps ``current`` to an earlier snapshot and marks the later ones; they stay where they
are, and their numbers are never given out again. What is older than the ones to keep is dropped,
except the current one and any that a reader holds. What died in the middle of either is settled by
whoever takes the folder's lock next.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dedupe.errors import StoreError
from dedupe.publish.commit import folder_name
from dedupe.publish.durable import swap_link, write_text
from dedupe.publish.lease import held
from dedupe.publish.manifest import Manifest
from dedupe.publish.snapshot import CURRENT, SNAPSHOTS, Snapshot

WITHDRAWN = "withdrawn"
"""A file of this name in a snapshot's folder: a rollback went behind it."""
DROPPED = "-dropped"
"""How the name of a snapshot's folder ends that is being deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One snapshot in the list. ``damage`` says why it cannot be read, where it cannot."""

    number: int
    current: bool
    withdrawn: bool
    created_at: str = ""
    run_id: str = ""
    articles: int = 0
    duplicates: int = 0
    bytes: int = 0
    damage: str = ""

    @classmethod
    def of(cls, manifest: Manifest, *, number: int, current: bool, withdrawn: bool) -> Self:
        """An entry with what the snapshot's manifest says."""
        return cls(
            number=number,
            current=current,
            withdrawn=withdrawn,
            created_at=manifest.created_at,
            run_id=manifest.run_id,
            articles=manifest.rows("articles"),
            duplicates=manifest.rows("duplicates"),
            bytes=sum(file.bytes for file in manifest.files),
        )


def snapshots(data_dir: Path) -> list[Entry]:
    """Every snapshot that was published in ``data_dir``, oldest first.

    A folder after the current one that no rollback withdrew was never published: a run died before
    its commit. It is not listed.
    """
    now = _current_number(data_dir)
    return [
        _entry(folder, number, now)
        for number, folder in _folders(data_dir)
        if number <= now or (folder / WITHDRAWN).exists()
    ]


def published(data_dir: Path, number: int) -> Snapshot:
    """The snapshot of that number, current, earlier or withdrawn.

    Raises:
        StoreError: it was never published, was pruned since, or is damaged.
    """
    folder = data_dir / SNAPSHOTS / folder_name(number)
    now = _current_number(data_dir)
    if not folder.is_dir() or (number > now and not (folder / WITHDRAWN).exists()):
        raise StoreError(
            f"snapshot {number}: not in {data_dir}, or pruned; `dedupe snapshots` lists what is"
        )
    return Snapshot(folder)


def next_number(data_dir: Path, current: int) -> int:
    """The number of the next snapshot: above the current one and all that were withdrawn."""
    taken = [n for n, folder in _folders(data_dir) if (folder / WITHDRAWN).exists()]
    return 1 + max([current, *taken])


def rollback(data_dir: Path, number: int) -> Snapshot:
    """Make snapshot ``number`` current again.

    Raises:
        StoreError: there is no such snapshot, or it is damaged.
    """
    listed = {entry.number: entry for entry in snapshots(data_dir)}
    if number not in listed:
        known = ", ".join(str(n) for n in sorted(listed)) or "none"
        raise StoreError(f"snapshot {number}: not in {data_dir}; there are {known}")
    target = Snapshot(data_dir / SNAPSHOTS / folder_name(number))
    # The current one is marked first and the mark of the target goes last: whatever dies in between
    # leaves a mark on the current one, by which ``settle`` knows.
    for later, folder in reversed(list(_folders(data_dir))):
        if number < later and later in listed and not (folder / WITHDRAWN).exists():
            write_text(folder / WITHDRAWN, f"rolled back to {number}\n")
    swap_link(data_dir / CURRENT, f"{SNAPSHOTS}/{folder_name(number)}")
    settle(data_dir)
    return target


def settle(data_dir: Path) -> None:
    """Put in order what upkeep left that died: marks of a rollback, folders half dropped, drafts.

    A snapshot that stands is not withdrawn, nor is one that it was made from.
    """
    (data_dir / f".{CURRENT}.draft").unlink(missing_ok=True)
    for grave in (data_dir / SNAPSHOTS).glob(f".*{DROPPED}"):
        shutil.rmtree(grave)
    for draft in (data_dir / SNAPSHOTS).glob(f"*/.{WITHDRAWN}.draft"):
        draft.unlink()
    number = _current_number(data_dir)
    folder = data_dir / SNAPSHOTS / folder_name(number)
    marked = [folder] if (folder / WITHDRAWN).exists() else []
    while marked:
        with contextlib.suppress(StoreError):
            parent = Manifest.read(marked[-1]).parent
            folder = data_dir / SNAPSHOTS / folder_name(parent or 0)
            if (folder / WITHDRAWN).exists():
                marked.append(folder)
                continue
        break
    # The current one's mark goes last, too: it is what tells that there is something to settle.
    for folder in reversed(marked):
        (folder / WITHDRAWN).unlink()


def prune(data_dir: Path, keep: int) -> list[int]:
    """Drop all but the newest ``keep`` snapshots; gives the numbers of those dropped.

    The current snapshot stays, and so does one that a reader holds open.
    """
    now = _current_number(data_dir)
    # A folder whose run died before its commit takes nobody's place.
    numbered = [
        (number, folder)
        for number, folder in _folders(data_dir)
        if number <= now or (folder / WITHDRAWN).exists()
    ]
    old = numbered[: max(len(numbered) - keep, 0)]
    dropped: list[int] = []
    for number, folder in old:
        if number == now or held(folder):
            continue
        # Renamed first: a half-deleted folder must not be taken for a snapshot.
        grave = folder.with_name(f".{folder.name}{DROPPED}")
        folder.rename(grave)
        shutil.rmtree(grave)
        dropped.append(number)
    return dropped


def _folders(data_dir: Path) -> Iterator[tuple[int, Path]]:
    root = data_dir / SNAPSHOTS
    found = [path for path in root.iterdir() if path.name.isdecimal()] if root.is_dir() else []
    for path in sorted(found, key=lambda path: int(path.name)):
        yield int(path.name), path


def _current_number(data_dir: Path) -> int:
    """The number in the link itself: it is known even where the snapshot is damaged."""
    link = data_dir / CURRENT
    return int(link.readlink().name) if link.is_symlink() else 0


def _entry(folder: Path, number: int, now: int) -> Entry:
    withdrawn = (folder / WITHDRAWN).exists()
    try:
        manifest = Manifest.read(folder)
    except StoreError as error:
        return Entry(number=number, current=number == now, withdrawn=withdrawn, damage=str(error))
    return Entry.of(manifest, number=number, current=number == now, withdrawn=withdrawn)
