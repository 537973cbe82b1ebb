"""Targets that are one file: lines of JSON, or Parquet. Each is replaced atomically.

JSON lines are a log of changes: the first export has every article as ``added``, later ones add
what changed. A file of that name and ``.export.json`` beside it says which snapshot the log
reflects and how long it was then. It is written after the log, so where the log is longer, an
export died in between, and the next one cuts what that one added and adds it again. Compressed
logs are compressed anew in one frame: some readers stop after the first.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import itertools
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dedupe.downstream.feed import Feed
from dedupe.downstream.ordered import ROWS
from dedupe.downstream.target import Mark, all_added, whole
from dedupe.errors import StoreError
from dedupe.publish import Snapshot
from dedupe.publish.durable import sync_file, sync_folder, write_text

_CODECS = {".gz": "gzip", ".zst": "zstd"}
_CHUNK = 1 << 20
_FOOTER = b"dedupe.export"


class _File:
    """What the two have in common: a draft beside the file, and a lock on their folder."""

    is_file = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.draft")

    def exists(self) -> bool:
        return self._path.exists()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Exports into one folder take turns; the kernel lets go where one dies."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # a disk that cannot lock
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _put_in_place(self) -> None:
        sync_file(self._draft)
        self._draft.replace(self._path)
        sync_folder(self._path.parent)


class JsonLines(_File):
    """A log of changes as JSON lines, gzip or zstd by the name's ending."""

    whole_only = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._codec = _CODECS.get(path.suffix.lower())
        self._note = path.with_name(f"{path.name}.export.json")

    def mark(self) -> Mark | None:
        """What the note beside it says."""
        note = self._noted()
        if note is None:
            return None
        clean = self._path.stat().st_size == note["bytes"]
        return Mark(note["snapshot"], note["stamp"], note["since"], clean)

    def replace(self, after: Snapshot, table: str) -> dict[str, int]:
        """Begin the log anew, with every row as ``added``."""
        # Noted first: a file without a note is somebody else's.
        self._write_note(Mark(0, ""), 0)
        return self._append(Feed(None, after, table), after, 0, 0)

    def apply(self, feed: Feed, after: Snapshot) -> dict[str, int]:
        """Add the changes to the log."""
        note = self._noted()
        if note is None:
            self._write_note(Mark(0, ""), 0)
            return self._append(feed, after, 0, feed.since)
        return self._append(feed, after, note["length"], note["since"])

    def _append(self, feed: Feed, after: Snapshot, length: int, since: int) -> dict[str, int]:
        added = lines(feed.tables())
        first = next(added, None)
        mark = self.mark()
        if first is not None or mark is None or not mark.clean:
            with self._opened_draft() as out:
                for chunk in self._kept(length):
                    out.write(chunk)
                for line in itertools.chain([first] if first else [], added):
                    out.write(line)
                    length += len(line)
            self._put_in_place()
        self._write_note(Mark.of(after, since), length)
        return dict(feed.counts)

    @contextlib.contextmanager
    def _opened_draft(self) -> Iterator[BinaryIO]:
        with pa.OSFile(str(self._draft), "wb") as sink:
            if self._codec is None:
                yield sink
            else:
                with pa.CompressedOutputStream(sink, self._codec) as packed:
                    yield packed

    def _kept(self, length: int) -> Iterator[bytes]:
        """The first ``length`` bytes of the log as it is, unpacked."""
        if not length:
            return
        with pa.input_stream(str(self._path), compression=self._codec) as stream:
            while length:
                chunk = stream.read(min(length, _CHUNK))
                if not chunk:
                    raise StoreError(
                        f"{self._path}: shorter than when it was exported; `--full` exports anew"
                    )
                length -= len(chunk)
                yield chunk

    def _noted(self) -> dict[str, Any] | None:
        if not self._note.exists() or not self.exists():
            return None
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            found = {name: note[name] for name in ("snapshot", "stamp", "since", "length", "bytes")}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self._note}: not readable ({error}); `--full` exports anew"
            ) from error
        return found if found["snapshot"] else None

    def exists(self) -> bool:
        """A log whose first export died counts for none; one without a note is foreign."""
        if not self._path.exists():
            return False
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return bool(json.loads(self._note.read_text(encoding="utf-8"))["snapshot"])
        return True

    def _write_note(self, mark: Mark, length: int) -> None:
        note = {
            "snapshot": mark.snapshot,
            "stamp": mark.stamp,
            "since": mark.since,
            "length": length,
            "bytes": self._path.stat().st_size if self._path.exists() else 0,
        }
        write_text(self._note, json.dumps(note) + "\n")


class OneParquet(_File):
    """A whole table in one Parquet file, by month and id; or the changes since a snapshot."""

    whole_only = True

    def mark(self) -> Mark | None:
        """What its footer says."""
        if not self.exists():
            return None
        try:
            footer = pq.read_schema(self._path).metadata or {}
            return Mark(**json.loads(footer[_FOOTER]))
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
            return None

    def replace(self, after: Snapshot, table: str) -> dict[str, int]:
        """Write all rows, in place of what is there."""
        self._write(whole(after, table), Mark.of(after))
        return all_added(after, table)

    def apply(self, feed: Feed, after: Snapshot) -> dict[str, int]:
        """Write the changes, in place of what is there."""
        self._write(feed.reader(), Mark.of(after, feed.since))
        return dict(feed.counts)

    def _write(self, rows: pa.RecordBatchReader, mark: Mark) -> None:
        note = {"snapshot": mark.snapshot, "stamp": mark.stamp, "since": mark.since}
        schema = rows.schema.with_metadata({_FOOTER: json.dumps(note).encode()})
        with pq.ParquetWriter(self._draft, schema, compression="zstd") as out:
            for batch in rows:
                out.write_table(
                    pa.Table.from_batches([batch]).replace_schema_metadata(schema.metadata),
                    row_group_size=ROWS,
                )
        self._put_in_place()


def lines(tables: Iterable[pa.Table]) -> Iterator[bytes]:
    """Rows as JSON lines in UTF-8; times as ISO 8601, null where there is nothing."""
    for table in tables:
        for batch in table.to_batches(max_chunksize=1_000):
            for row in batch.to_pylist():
                yield json.dumps(row, ensure_ascii=False, default=_iso).encode() + b"\n"


def _iso(value: object) -> str:
    assert isinstance(value, dt.datetime)
    return value.isoformat()
