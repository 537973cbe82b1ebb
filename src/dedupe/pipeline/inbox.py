"""An inbox: what a snapshot holds is moved out of it, once that snapshot is published.

A move is a rename where that can be, and never takes a name that is taken. A file that changed
since it was read stays where it is: the next run reads it.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from dedupe.acquire import Input
from dedupe.acquire.arrival import Stamp, is_written, stamp_of

log = logging.getLogger("dedupe")


def outside(found: Iterable[Input], done: str) -> list[Input]:
    """The inputs that do not lie in the folder ``done``, which may be inside the inbox."""
    if not done:
        return list(found)
    folder = os.path.realpath(done)
    return [
        target
        for target in found
        if target.open
        or target.address
        or not Path(os.path.realpath(target.path)).is_relative_to(folder)
    ]


def put_away(finished: Iterable[tuple[Input, Stamp]], inputs: Iterable[str], done: str) -> int:
    """Move finished inputs below ``done``, under their path in the folder that was named.

    What cannot be moved stays, with a warning; gives how many were moved.
    """
    folder = Path(done)
    roots = [Path(name) for name in inputs if os.path.isdir(name)]  # noqa: PTH112 - may be no path
    moved = 0
    for target, stamp in finished:
        try:
            if target.path.is_symlink() or stamp_of(target) != stamp or is_written(target):
                log.info("%s: not moved, it is a link or changed after it was read", target.source)
                continue
            _move(target.path, folder / _place(target.path, roots))
            moved += 1
        except OSError as error:
            log.warning("%s: not moved to %s (%s)", target.source, done, error)
    return moved


def _place(path: Path, roots: Iterable[Path]) -> Path:
    """The path in the folder that was named, or the bare name of a file that was."""
    whole, folders = path.absolute(), [root.absolute() for root in roots]
    below = [whole.relative_to(folder) for folder in folders if whole.is_relative_to(folder)]
    return min(below, key=lambda inner: len(inner.parts), default=Path(path.name))


def _move(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    free = _reserve(place)
    try:
        path.replace(free)
    except OSError as error:
        if error.errno != errno.EXDEV:
            free.unlink()
            raise
        _copy(path, free)


def _copy(path: Path, free: Path) -> None:
    """Move to another file system: whole under its name, or not there."""
    draft = free.with_name(f".{free.name}.part")
    try:
        shutil.copy2(path, draft)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(free)
    except OSError:
        draft.unlink(missing_ok=True)
        free.unlink(missing_ok=True)
        raise
    path.unlink()


def _reserve(place: Path) -> Path:
    """Take the first free of ``a.txt``, ``a-2.txt``, ``a-3.txt`` ... by an empty file."""
    number = 1
    while True:
        name = place if number == 1 else place.with_name(f"{place.stem}-{number}{place.suffix}")
        try:
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC))
        except FileExistsError:
            number += 1
        else:
            return name
