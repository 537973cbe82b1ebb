"""The index is a cache of the tables: opened where it reflects them, else built from them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedupe.detect import Index, IndexDamageError, IndexUpdate, Packed, pack_ids
from dedupe.errors import StoreError
from dedupe.pipeline.lock import STATE, locked
from dedupe.pipeline.place import require
from dedupe.pipeline.template_learning import rebuild as learn_again
from dedupe.pipeline.template_state import TEMPLATES, path_of
from dedupe.publish import Snapshot
from dedupe.settings import Settings

log = logging.getLogger("dedupe")

SEEN = "seen"
"""Key space of (document id, raw hash): inputs that were ingested before."""
DOCUMENTS = "documents"
"""Key space of document ids: which identities the tables know."""

Keys = npt.NDArray[np.uint64]


def open_whole(snapshot: Snapshot, folder: Path, settings: Settings) -> Index:
    """The index that reflects ``snapshot``, read in full; rebuilt where none does, or is damaged.

    For upkeep, which reads the tables in full too; a run verifies what it reads.
    """
    try:
        index = Index.open(folder, snapshot.stamp, settings)
        if problem := next(index.problems(), None):
            raise IndexDamageError(problem)
    except StoreError as error:
        say_rebuilding(snapshot, error)
        return rebuild(snapshot, folder, settings)
    return index


def say_rebuilding(snapshot: Snapshot, why: StoreError) -> None:
    """Log that the index is made anew, and why."""
    level = logging.WARNING if isinstance(why, IndexDamageError) else logging.INFO
    log.log(level, "index: rebuilding from snapshot %d (%s)", snapshot.number, why)


def rebuild(snapshot: Snapshot, folder: Path, settings: Settings) -> Index:
    """A new index from a snapshot's tables alone."""
    update = Index.create(folder, settings).draft(snapshot.stamp)
    for part in snapshot.batches("articles", ["id", "document_id", "raw_hash", "text"]):
        update.add(part["id"].to_pylist(), part["text"].to_pylist())
        put_documents(update, part["document_id"].to_pylist(), part["raw_hash"].to_pylist())
    for part in snapshot.batches("duplicates", ["document_id", "raw_hash"]):
        put_documents(update, part["document_id"].to_pylist(), part["raw_hash"].to_pylist())
    for part in snapshot.batches("rejects", ["id", "raw_hash"]):
        put_seen(update, part["id"].to_pylist(), part["raw_hash"].to_pylist())
    update.write()
    Index.prune(folder, keep=snapshot.stamp)
    return Index.open(folder, snapshot.stamp, settings)


def rebuild_index(data_dir: str | Path) -> dict[str, int]:
    """Build index and templates of a data folder anew; gives the snapshot and its canonicals.

    Raises:
        StoreError: nothing is published in ``data_dir``.
        LockedError: a run holds it.
    """
    require(data_dir)
    with locked(data_dir) as held:
        folder = held.root
        snapshot = Snapshot.current(folder)
        assert snapshot is not None  # published snapshots are never taken back
        settings = Settings.from_mapping(snapshot.manifest.settings)
        rebuild(snapshot, folder / STATE / "index", settings)
        if settings.templates:
            path = path_of(folder / STATE / TEMPLATES, snapshot.stamp)
            learn_again(snapshot, path)
    return {"snapshot": snapshot.number, "canonicals": snapshot.counts["articles"]}


def put_documents(update: IndexUpdate, ids: Sequence[str], raw_hashes: Sequence[str]) -> None:
    """Remember documents by identity and by content."""
    put_seen(update, ids, raw_hashes)
    keys, values = _halves(bytes.fromhex(identity) for identity in ids)
    update.put(DOCUMENTS, keys, values)


def put_seen(update: IndexUpdate, ids: Sequence[str], raw_hashes: Sequence[str]) -> None:
    """Remember inputs, whatever became of them."""
    keys, values = _halves(map(_seen_key, ids, raw_hashes))
    update.put(SEEN, keys, values)


def seen(index: Index, ids: Sequence[str], raw_hashes: Sequence[str]) -> list[bool]:
    """For each input whether these very bytes were ingested before as this document."""
    return [bool(flag) for flag in _present(index, SEEN, *_halves(map(_seen_key, ids, raw_hashes)))]


def known(index: Index, ids: Packed) -> npt.NDArray[np.bool_]:
    """For each document id whether the tables hold a version of it."""
    return _present(index, DOCUMENTS, *_halves_of(ids))


def _seen_key(identity: str, raw_hash: str) -> bytes:
    return hashlib.blake2b(f"{identity} {raw_hash}".encode(), digest_size=16).digest()


def _halves(keys: Iterable[bytes]) -> tuple[Keys, Keys]:
    """128-bit hashes as look-up key and value: a match must agree in both halves."""
    return _halves_of(np.frombuffer(b"".join(keys), dtype=pack_ids([]).dtype))


def _halves_of(packed: Packed) -> tuple[Keys, Keys]:
    both = np.ascontiguousarray(packed).view(">u8").astype(np.uint64).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def _present(index: Index, space: str, keys: Keys, values: Keys) -> npt.NDArray[np.bool_]:
    positions, found = index.lookup(space, keys)
    present = np.zeros(len(keys), dtype=bool)
    present[positions[values[positions] == found]] = True
    return present
