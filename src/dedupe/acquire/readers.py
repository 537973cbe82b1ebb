"""An input, read: opened, recognised, unpacked, and given to the reader of its form."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

from dedupe.acquire.archives import ARCHIVES
from dedupe.acquire.compression import COMPRESSIONS, decompressed, inner_name, preview
from dedupe.acquire.inputs import Input
from dedupe.acquire.limits import Budget
from dedupe.acquire.opened import CannotReadError, Opened, opened, seekable
from dedupe.acquire.plugins import form_for, of_user
from dedupe.acquire.registry import EXPECTED, Form, Found
from dedupe.media_types import sniff_media_type
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings
from dedupe.transient import is_transient

log = logging.getLogger("dedupe")

PAUSES = (0.2, 2.0, 10.0)
"""Seconds between the tries to read a file that fails in a way that may pass."""


def read(target: Input, settings: Settings) -> Iterator[Found]:
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


def _read(target: Input, settings: Settings) -> Iterator[Found]:
    with opened(target) as file:
        budget = Budget(settings, file.source, file.size)
        yield from _read_opened(file, settings, budget, 0)


def _read_opened(file: Opened, settings: Settings, budget: Budget, depth: int) -> Iterator[Found]:
    """Read a file, and what is packed in it one layer down. A fault in it ends it, and only it."""
    try:
        budget.go_down(depth, file.source)
        media_type = _form_of(file)
        if media_type in COMPRESSIONS:
            yield from _read_compressed(file, media_type, settings, budget, depth)
        elif media_type in ARCHIVES and not of_user(file.name, media_type):
            yield from _read_archive(file, media_type, settings, budget, depth)
        elif form := form_for(file.name, media_type):
            yield from _read_form(file, media_type, form, settings)
        else:
            yield _no_reader(file, media_type)
    except CannotReadError as error:
        if error.source not in {None, file.source}:
            raise
        yield Reject.of_input(file.source, error.reason, error.detail, size=file.size)


def _form_of(file: Opened) -> str:
    """The media type by content, declaration and name; packed is only what begins like it."""
    name = file.name
    media_type = sniff_media_type(name, file.head, file.media_type)
    if media_type in COMPRESSIONS and not file.head.startswith(COMPRESSIONS[media_type][1]):
        media_type = sniff_media_type(inner_name(name), file.head)
    # What nothing identifies goes to the page reader: decoding decides whether it is text.
    return media_type or "text/plain"


def _read_compressed(
    file: Opened, kind: str, settings: Settings, budget: Budget, depth: int
) -> Iterator[Found]:
    inner = sniff_media_type(inner_name(file.name), preview(file, kind))
    form = form_for(inner_name(file.name), inner)
    if form and form.wants == "compressed":
        yield from _watched(form, replace(file, compression=kind), inner or "", settings)
    else:
        yield from _read_opened(decompressed(file, kind, budget), settings, budget, depth + 1)


def _read_archive(
    file: Opened, media_type: str, settings: Settings, budget: Budget, depth: int
) -> Iterator[Found]:
    if not file.head:
        raise CannotReadError(Reason.EMPTY, "0 bytes")
    archive = ARCHIVES[media_type]
    with seekable(file, settings.max_spool) if archive.seeks else nullcontext(file) as whole:
        for member in archive.members(whole, budget):
            if isinstance(member, Reject):
                yield member
            else:
                yield from _read_opened(member, settings, budget, depth + 1)


def _read_form(file: Opened, media_type: str, form: Form, settings: Settings) -> Iterator[Found]:
    if form.wants == "seekable":
        with seekable(file, settings.max_spool) as whole:
            yield from _watched(form, whole, media_type, settings)
    else:
        yield from _watched(form, file, media_type, settings)


def _watched(form: Form, file: Opened, media_type: str, settings: Settings) -> Iterator[Found]:
    """What a reader gives. One that breaks is a reject, and the rest goes on."""
    try:
        for item in form.read(file, media_type, settings):
            if not isinstance(item, Found):
                raise TypeError(f"gave {type(item).__name__}, neither a document nor a reject")
            yield item
    except (CannotReadError, OSError, MemoryError):
        raise
    except Exception as error:
        log.exception("%s: its reader broke", file.source)
        name = getattr(form.read, "__qualname__", repr(form.read))
        detail = f"the reader {name} broke: {type(error).__name__}: {error}"
        raise CannotReadError(Reason.READER_FAILED, detail) from error


def _no_reader(file: Opened, media_type: str) -> Reject:
    if media_type in EXPECTED:
        reason, detail = Reason.UNSUPPORTED, f"no reader for {media_type} yet"
    else:
        reason, detail = Reason.BINARY, f"begins like {media_type}"
    return Reject.of_input(file.source, reason, detail, size=file.size)
