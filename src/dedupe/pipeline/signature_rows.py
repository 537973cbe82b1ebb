"""Rows of ``signatures`` that a run writes: sketches of new canonicals, all of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dedupe.detect import Detector, Index
from dedupe.pipeline.run import Run
from dedupe.publish import Changes, month_of
from dedupe.schemas import SIGNATURES

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
    live = run.versions.live
    fresh = [entry for entry in live if entry.id not in outcome.filed]
    restored = sorted(outcome.restored)
    texts = run.texts.fetch(restored)
    run.detector.add(restored, [texts[identity] for identity in restored])
    published = {entry.id: entry.published_at for entry in fresh}
    published |= {i: outcome.members[i]["published_at"] for i in restored}
    hashes = {entry.id: entry.content_hash for entry in fresh}
    hashes |= {i: outcome.members[i]["content_hash"] for i in restored}
    gone = {entry.id for entry in live} | set(outcome.demoted)
    changes.drop["signatures"] |= gone
    if _foreign(run):
        _sketch_again(run, changes, gone)
    put_signatures(
        changes, run.detector, list(published), list(hashes.values()), list(published.values())
    )


def _foreign(run: Run) -> bool:
    """Whether the snapshot's sketches are of another kind than this run's; all are of one kind."""
    if run.snapshot is None:
        return False
    wanted = sketch_metadata(run.index)
    for file in run.snapshot.manifest.of("signatures"):
        if file.rows:
            stated = pq.read_schema(run.snapshot.path(file)).metadata or {}
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
    rows = pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "content_hash": pa.array(hashes, pa.string()),
            "signature": _lists(detector.signatures(ids)),
            "shingles": pa.array(detector.sketches(ids).shingles, pa.int32()),
        },
        schema=SIGNATURES,
    )
    changes.put("signatures", rows, month_of(pa.array(published, _TIME)))


def _lists(matrix: Any) -> pa.Array:  # noqa: ANN401 - numpy (n, permutations) uint32
    rows, width = matrix.shape
    offsets = pa.array(range(0, rows * width + 1, width) if rows else [0], pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(matrix.reshape(-1), pa.uint32()))
