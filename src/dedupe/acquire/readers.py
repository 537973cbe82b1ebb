"""Readers: one for each form in which documents arrive, behind one small protocol.

A reader takes an open file and gives its documents one by one, or rejects in their place. It holds
no more than one document in memory, and raises nothing but ``OSError``.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Protocol

from dedupe.acquire.inputs import Input
from dedupe.acquire.json_file import read_json
from dedupe.acquire.json_lines import read_json_lines
from dedupe.acquire.opened import CannotOpenError, Opened, opened
from dedupe.acquire.page import read_page
from dedupe.acquire.tabular import read_table
from dedupe.article import Document
from dedupe.decoding import sniff_media_type
from dedupe.rejects import Reason, Reject
from dedupe.transient import is_transient

log = logging.getLogger("dedupe")

PAUSES = (0.2, 2.0, 10.0)
"""Seconds between the tries to read a file that fails in a way that may pass."""


class Reader(Protocol):
    """Reads the documents of one open file, none larger than ``max_bytes``."""

    def __call__(
        self, file: Opened, media_type: str, max_bytes: int
    ) -> Iterator[Document | Reject]:
        """Give the documents of ``file`` in order, and a reject in the place of each other."""


READERS: Mapping[str, Reader] = {
    "text/plain": read_page,
    "text/html": read_page,
    "application/x-ndjson": read_json_lines,
    "application/json": read_json,
    "text/csv": read_table,
    "text/tab-separated-values": read_table,
}

# Forms that may well hold articles, and have no reader yet. All else that is not text is binary.
_UNSUPPORTED = {
    "application/atom+xml",
    "application/gzip",
    "application/pdf",
    "application/rss+xml",
    "application/vnd.apache.parquet",
    "application/warc",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-xz",
    "application/xml",
    "application/zip",
    "application/zstd",
}


def read(target: Input, max_bytes: int) -> Iterator[Document | Reject]:
    """Give the documents in ``target``. Whatever is wrong with it becomes a reject.

    A failure that may pass (``dedupe.transient``) is waited out first.
    """
    given = 0
    for pause in (*PAUSES, None):
        try:
            # What an earlier try gave already, this one passes over.
            for item in itertools.islice(_read(target, max_bytes), given, None):
                given += 1
                yield item
        except CannotOpenError as error:
            yield Reject.of_input(target.source, error.reason, error.detail, size=0)
        except OSError as error:
            if pause is not None and is_transient(error):
                log.warning("%s: %s; trying again in %g s", target.source, error, pause)
                time.sleep(pause)
                continue
            detail = error.strerror or type(error).__name__
            yield Reject.of_input(target.source, Reason.UNREADABLE, detail, size=0)
        return


def _read(target: Input, max_bytes: int) -> Iterator[Document | Reject]:
    with opened(target) as file:
        # What nothing identifies goes to the page reader: decoding decides whether it is text.
        media_type = sniff_media_type(file.name, file.head) or "text/plain"
        reader = READERS.get(media_type)
        if reader is None:
            yield _no_reader(file, media_type)
        else:
            yield from reader(file, media_type, max_bytes)


def _no_reader(file: Opened, media_type: str) -> Reject:
    if media_type in _UNSUPPORTED:
        reason, detail = Reason.UNSUPPORTED, f"no reader for {media_type} yet"
    else:
        reason, detail = Reason.BINARY, f"begins like {media_type}"
    return Reject.of_input(file.source, reason, detail, size=file.size)
