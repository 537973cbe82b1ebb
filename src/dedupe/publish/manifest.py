"""The manifest: which files make up a snapshot, with their rows and digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from dedupe.errors import StoreError
from dedupe.publish.durable import write_text

FORMAT = 1
"""Version of the snapshot layout; a data folder of a later format is refused, never guessed at."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet file of a snapshot. ``path`` is relative to the snapshot's folder."""

    path: str
    table: str
    month: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A snapshot's table of contents."""

    snapshot: int
    run_id: str
    created_at: str
    parent: int | None
    settings: dict[str, Any]
    versions: dict[str, str]
    files: tuple[File, ...]
    format: int = FORMAT

    @property
    def stamp(self) -> str:
        """Name of this snapshot's content, by which the index knows what it reflects."""
        body = "\n".join(f"{file.path} {file.sha256}" for file in self.files)
        return f"{self.snapshot:06d}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"

    def of(self, table: str) -> list[File]:
        """The files of one table, in the order of their paths."""
        return [file for file in self.files if file.table == table]

    def rows(self, table: str) -> int:
        """Rows of one table."""
        return sum(file.rows for file in self.of(table))

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` durably."""
        write_text(folder / MANIFEST, json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of the snapshot in ``folder``.

        Raises:
            StoreError: it is missing, not readable, or of a later format.
        """
        path = folder / MANIFEST
        try:
            return cls.parsed(path.read_bytes(), str(path))
        except OSError as error:
            raise _unreadable(str(path), error) from error

    @classmethod
    def parsed(cls, body: bytes, where: str) -> Self:
        """The manifest that was written as ``body``; ``where`` names it in messages.

        Raises:
            StoreError: it is not readable, or of a later format.
        """
        try:
            values = json.loads(body)
            if values["format"] > FORMAT:
                raise StoreError(
                    f"{where}: written by a later version (format {values['format']}, this "
                    f"reads {FORMAT}); upgrade dedupe-ingest"
                )
            values["files"] = tuple(File(**file) for file in values["files"])
            return cls(**values)
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(where, error) from error


def _unreadable(where: str, error: Exception) -> StoreError:
    return StoreError(
        f"{where}: not a readable manifest ({error}); `dedupe snapshots` lists the whole ones, "
        "`dedupe rollback N` goes back to one"
    )


def sorted_files(files: Iterable[File]) -> tuple[File, ...]:
    """Files in the one order in which manifests list them."""
    return tuple(sorted(files, key=lambda file: file.path))
