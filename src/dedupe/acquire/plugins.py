"""Readers of users, found by entry point and loaded when a file of their form comes.

An entry point of the group ``dedupe.readers`` is named by the media type or by the suffix that it
reads, and leads to a reader, or to a ``Form`` where that wants more than a stream. It goes before
the reader that comes with this package.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from dedupe.acquire.opened import CannotReadError
from dedupe.acquire.registry import READERS, Form
from dedupe.media_types import suffix_of
from dedupe.rejects import Reason

log = logging.getLogger("dedupe")

GROUP = "dedupe.readers"


def form_for(name: str, media_type: str | None) -> Form | None:
    """Return what reads a file of this name and form, or None where nothing does.

    Raises:
        CannotReadError: a user's reader cannot be loaded.
    """
    entry = _entry(name, media_type)
    return _loaded(entry) if entry else READERS.get(media_type or "")


def of_user(name: str, media_type: str | None) -> bool:
    """Whether a user's reader takes files of this name and form."""
    return _entry(name, media_type) is not None


def _entry(name: str, media_type: str | None) -> EntryPoint | None:
    there = _installed(tuple(sys.path))
    if not there:
        return None
    return there.get(suffix_of(name)) or there.get(media_type or "")


@lru_cache(maxsize=4)
def _installed(path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    del path  # what is installed there; the same for as long as it is the same
    found: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        name = entry.name.lower()
        if name in found:
            log.warning("%s: read by %s, and not by %s", name, found[name].value, entry.value)
        found.setdefault(name, entry)
    return found


@lru_cache(maxsize=64)
def _loaded(entry: EntryPoint) -> Form:
    try:
        reader = entry.load()
    except Exception as error:
        detail = f"the reader {entry.value} cannot be loaded: {type(error).__name__}: {error}"
        raise CannotReadError(Reason.READER_FAILED, detail) from error
    return reader if isinstance(reader, Form) else Form(reader)
