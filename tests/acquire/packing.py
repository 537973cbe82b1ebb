"""Rows, texts and bombs, packed in every way."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import json
import lzma
import sys
import tarfile
from collections.abc import Callable
from typing import Any

from dedupe.article import Document
from dedupe.rejects import Reason, Reject

if sys.version_info >= (3, 14):
    import zipfile

    from compression import zstd
else:
    from backports import zstd
    from backports.zstd import zipfile

Take = Callable[..., list[Any]]

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstd.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
PAGE = b"<!DOCTYPE html><html><body><p>A page in a box.</p></body></html>"


def rows(count: int, first: int = 0) -> bytes:
    texts = (f"Row {number}, of {'many ' * (number % 7)}words." for number in range(first, count))
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


@functools.cache
def bomb(suffix: str) -> bytes:
    return COMPRESS[suffix](bytes(30_000_000))


def texts(outcomes: list[Any]) -> list[str]:
    return [item.text for item in outcomes if isinstance(item, Document)]


def faults(outcomes: list[Any]) -> list[tuple[str, Reason]]:
    return [(item.source, item.reason) for item in outcomes if isinstance(item, Reject)]


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return box.getvalue()


def tarred(members: dict[str, bytes | tuple[bytes, str]], mode: str = "w") -> bytes:
    """A tar of these files; a pair is the type of a special member and where it leads."""
    box = io.BytesIO()
    with tarfile.open(fileobj=box, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                entry.type, entry.linkname = content
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return box.getvalue()
