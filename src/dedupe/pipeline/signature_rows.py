"""Rows of ``signatures`` that a run writes: sketches of new canonicals, all of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedupe.detect import I64, Detector, Index, Packed, pack_ids
from dedupe.pipeline.article_rows import fresh_positions
from dedupe.pipeline.batch import Batch
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import digits, id_column
from dedupe.publish import Changes, Snapshot
from dedupe.schemas import SIGNATURES

_PUBLISHED = "published_at"
_TIME = pa.timestamp("us", tz="UTC")


def sketch_metadata(index: Index) -> dict[str, str]:
    """The sketch parameters as the metadata of ``signatures`` states them."""
    return {
        f"dedupe.sketch.{name}": str(value) for name, value in index.parameters.as_dict().items()
    }


def signature_changes(run: Run, changes: Changes) -> None:
    """Sketches of the new canonicals; those of demoted, filed and revised ones go."""
    outcome = run.outcome
    changes.metadata["signatures"] = sketch_metadata(run.index)
    fresh = fresh_positions(run)
    later = Signatures(run.detector, run.live.ids[fresh], run.batch, run.live.rows[fresh])
    codes, months = run.batch.months()
    changes.put_lazily("signatures", later, codes[run.live.rows[fresh]], months)
    restored = sorted(outcome.restored)
    texts, members = run.texts.fetch(restored), [outcome.members[i] for i in restored]
    detector = Detector(run.settings, run.index)
    detector.add(restored, [texts[identity] for identity in restored])
    hashes, published = ([row[name] for row in members] for name in ("content_hash", _PUBLISHED))
    put_signatures(changes, detector, restored, hashes, published)
    gone = {entry.id for entry in run.live.entries.values()} | set(outcome.demoted)
    changes.drop["signatures"] |= gone
    if foreign(run.snapshot, run.index):
        _sketch_again(run, changes, gone)


class Signatures:
    """Rows of ``signatures`` for documents of the batch, made when they are written."""

    schema = SIGNATURES

    def __init__(self, detector: Detector, ids: Packed, batch: Batch, rows: I64) -> None:
        """Documents that the detector has sketched, and where they lie in the batch."""
        self.keys = digits(ids)
        self.times: I64 | None = batch.published[rows]
        self._detector = detector
        self._ids = ids
        self._batch = batch
        self._rows = rows

    def take(self, rows: I64) -> pa.Table:
        """The rows at these places."""
        ids = self._ids[rows]
        staged = self._batch.take(self._rows[rows], ["content_hash"])
        return _table(self._detector, ids, staged.column("content_hash"))


def foreign(snapshot: Snapshot | None, index: Index) -> bool:
    """Whether a snapshot's sketches are of another kind than the index's; all are of one kind."""
    if snapshot is None:
        return False
    wanted = sketch_metadata(index)
    for file in snapshot.manifest.of("signatures"):
        if file.rows:
            stated = pq.read_schema(snapshot.path(file)).metadata or {}
            return any(stated.get(key.encode()) != wanted[key].encode() for key in wanted)
    return False


def _sketch_again(run: Run, changes: Changes, gone: set[str]) -> None:
    """Replace the sketches of all canonicals that stay, file by file."""
    assert run.snapshot is not None
    columns = ["id", "text", "content_hash", "published_at"]
    for part in run.snapshot.batches("articles", columns):
        rows = [row for row in part.to_pylist() if row["id"] not in gone]
        ids, texts, hashes, published = ([row[name] for row in rows] for name in columns)
        changes.drop["signatures"].update(ids)
        detector = Detector(run.settings, run.index)
        detector.add(ids, texts)
        put_signatures(changes, detector, ids, hashes, published)


def put_signatures(
    changes: Changes,
    detector: Detector,
    ids: Sequence[str],
    hashes: Sequence[str],
    published: Sequence[Any],
) -> None:
    """Rows for canonicals whose texts the detector has sketched."""
    rows = _table(detector, pack_ids(ids), pa.array(hashes, pa.string()))
    changes.put_dated("signatures", rows, pa.array(published, _TIME))


def _table(detector: Detector, ids: Packed, hashes: pa.Array | pa.ChunkedArray) -> pa.Table:
    sketches = detector.sketches_of(ids)
    return pa.table(
        {
            "id": id_column(ids),
            "content_hash": hashes,
            "signature": _lists(sketches.signatures),
            "shingles": pa.array(sketches.shingles, pa.int32()),
        },
        schema=SIGNATURES,
    )


def _lists(matrix: Any) -> pa.Array:  # noqa: ANN401 - numpy (n, permutations) uint32
    rows, width = matrix.shape
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
    return pa.ListArray.from_arrays(offsets, pa.array(matrix.reshape(-1), pa.uint32()))
