"""Manifests: which segments make up the index for one snapshot, and of what kind they are.

A manifest is written whole, synced and renamed into place under its stamp, beside the others. So a
kill at any moment leaves every manifest openable that was so before.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedupe.detect.header import Header
from dedupe.detect.sketch import Parameters
from dedupe.errors import StoreError

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The segments of the index under ``stamp``, in rising order of their ordinals."""

    stamp: str
    sketch: dict[str, str | int]
    segments: tuple[Header, ...] = ()

    @property
    def end(self) -> int:
        """The first ordinal that is free."""
        last = self.segments[-1] if self.segments else None
        return last.base + last.span if last else 0


def path_of(folder: Path, stamp: str) -> Path:
    """Where the manifest for ``stamp`` lies."""
    if not stamp.replace("-", "").replace("_", "").isalnum() and stamp:
        raise StoreError(f"{stamp!r} cannot stamp an index: letters, digits, - and _ can")
    return folder / f"manifest-{stamp or 'none'}.json"


def write(folder: Path, manifest: Manifest) -> None:
    """Makes ``manifest`` durable, replacing any of the same stamp."""
    body = json.dumps(
        {
            "format": FORMAT,
            "stamp": manifest.stamp,
            "sketch": manifest.sketch,
            "segments": [header.as_dict() for header in manifest.segments],
        },
        separators=(",", ":"),
    )
    path = path_of(folder, manifest.stamp)
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(f"{_digest(body)}\n{body}\n")
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    sync(folder)


def read(folder: Path, stamp: str) -> Manifest:
    """The manifest for ``stamp``.

    Raises:
        StoreError: there is none, it is damaged, or another version wrote it.
    """
    path = path_of(folder, stamp)
    try:
        digest, body = path.read_text(encoding="utf-8").split("\n", 1)
    except FileNotFoundError as error:
        raise StoreError(f"{folder} holds no index for snapshot {stamp or 'none'}") from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if digest != _digest(body.rstrip("\n")):
        raise StoreError(f"{path} is damaged")
    values: dict[str, Any] = json.loads(body)
    if values["format"] != FORMAT:
        raise StoreError(f"{path} has format {values['format']}, this version reads {FORMAT}")
    return Manifest(
        stamp=values["stamp"],
        sketch=values["sketch"],
        segments=tuple(map(Header.of, values["segments"])),
    )


def check_sketch(manifest: Manifest, parameters: Parameters) -> None:
    """Refuses a manifest whose sketches are of another kind.

    Raises:
        StoreError: the message names the parameter.
    """
    for name, wanted in parameters.as_dict().items():
        found = manifest.sketch.get(name)
        if found != wanted:
            raise StoreError(
                f"the index was made with {name} {found}, these settings ask for {wanted}: "
                "it must be rebuilt"
            )


def stored(folder: Path) -> list[Path]:
    """All manifests in ``folder``."""
    return sorted(folder.glob("manifest-*.json"))


def sync(folder: Path) -> None:
    """Makes the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()
