"""An input, read: opened, recognised, unpacked, and given to the reader of its form."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator

from dedupe.acquire.inputs import Input
from dedupe.acquire.opened import CannotReadError, Opened, opened, seekable
from dedupe.acquire.registry import EXPECTED, READERS
from dedupe.article import Document
from dedupe.decoding import sniff_media_type
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings
from dedupe.transient import is_transient

log = logging.getLogger("dedupe")

PAUSES = (0.2, 2.0, 10.0)
"""Seconds between the tries to read a file that fails in a way that may pass."""

# Unpacking is not there yet.
_PACKED = {
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
    "application/zip",
    "application/zstd",
}


def read(target: Input, settings: Settings) -> Iterator[Document | Reject]:
    """Give the documents in ``target``. Whatever is wrong with it becomes a reject.

    A failure that may pass (``dedupe.transient``) is waited out first.
    """
    given = 0
    for pause in (*PAUSES, None):
        try:
            # What an earlier try gave already, this one passes over.
            for item in itertools.islice(_read(target, settings), given, None):
                given += 1
                yield item
        except CannotReadError as error:
            yield Reject.of_input(target.source, error.reason, error.detail, size=0)
        except OSError as error:
            if pause is not None and is_transient(error):
                log.warning("%s: %s; trying again in %g s", target.source, error, pause)
                time.sleep(pause)
                continue
            detail = error.strerror or type(error).__name__
            yield Reject.of_input(target.source, Reason.UNREADABLE, detail, size=0)
        return


def _read(target: Input, settings: Settings) -> Iterator[Document | Reject]:
    with opened(target) as file:
        yield from _read_opened(file, settings)


def _read_opened(file: Opened, settings: Settings) -> Iterator[Document | Reject]:
    # What nothing identifies goes to the page reader: decoding decides whether it is text.
    media_type = sniff_media_type(file.name, file.head, file.media_type) or "text/plain"
    form = READERS.get(media_type)
    if form is None:
        yield _no_reader(file, media_type)
        return
    try:
        if form.wants == "seekable":
            with seekable(file) as at_will:
                yield from form.read(at_will, media_type, settings)
        else:
            yield from form.read(file, media_type, settings)
    except CannotReadError as error:
        yield Reject.of_input(file.source, error.reason, error.detail, size=file.size)


def _no_reader(file: Opened, media_type: str) -> Reject:
    if media_type in EXPECTED | _PACKED:
        reason, detail = Reason.UNSUPPORTED, f"no reader for {media_type} yet"
    else:
        reason, detail = Reason.BINARY, f"begins like {media_type}"
    return Reject.of_input(file.source, reason, detail, size=file.size)
