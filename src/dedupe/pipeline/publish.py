"""Publish, on a run: the outcome of the election to the next snapshot, and the index with it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from dedupe.detect import Index, IndexUpdate
from dedupe.pipeline import staging
from dedupe.pipeline.article_rows import article_changes
from dedupe.pipeline.commit import commit
from dedupe.pipeline.duplicate_rows import duplicate_changes
from dedupe.pipeline.rebuild import put_documents, put_seen
from dedupe.pipeline.removal_rows import removal_changes
from dedupe.pipeline.run import Run
from dedupe.publish import Changes, Manifest, Snapshot, month_of, sorted_files, write_tables
from dedupe.schemas import COMPARISONS, REJECTS, RUNS, SIGNATURES

_REPORTED = (
    "documents",
    "unchanged",
    "articles",
    "revisions",
    "duplicates",
    "rejects",
    "promotions",
    "removals",
    "candidates",
)
_PACKAGES = ("dedupe-ingest", "datasketch", "pyarrow", "numpy", "beautifulsoup4")


def publish(run: Run) -> int:
    """Write the next snapshot and make it current; gives its number.

    A dry run counts what would be written and writes nothing; it gives the present number.
    """
    with run.stage("publish"):
        if (published := _published(run)) is not None:
            return published
        changes = Changes()
        article_changes(run, changes)
        duplicate_changes(run, changes)
        removal_changes(run, changes)
        _rejects(run, changes)
        _comparisons(run, changes)
        if run.dry_run:
            return run.snapshot.number if run.snapshot else 0
        _signatures(run, changes)
        _runs(run, changes)
        return _commit(run, changes)


def _published(run: Run) -> int | None:
    """The number of this run's snapshot, where a try that broke after its commit is made again."""
    present = None if run.dry_run else Snapshot.current(run.data_dir)
    return present.number if present and present.manifest.run_id == run.run_id else None


def versions() -> dict[str, str]:
    """The versions of what a run's output depends on."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found}


def _commit(run: Run, changes: Changes) -> int:
    draft = run.staging / "snapshot"
    draft.mkdir()
    files = write_tables(run.snapshot, changes, run.number, draft)
    manifest = Manifest(
        snapshot=run.number,
        run_id=run.run_id,
        created_at=run.started_at.isoformat(),
        parent=run.snapshot.number if run.snapshot else None,
        settings=run.settings.as_dict(),
        versions=versions(),
        files=sorted_files(files),
    )
    commit(run.data_dir, draft, manifest, _index_update(run, manifest.stamp))
    return manifest.snapshot


def sketch_metadata(index: Index) -> dict[str, str]:
    """The sketch parameters as the metadata of ``signatures`` states them."""
    return {
        f"dedupe.sketch.{name}": str(value) for name, value in index.parameters.as_dict().items()
    }


def _index_update(run: Run, stamp: str) -> IndexUpdate:
    outcome = run.outcome
    update = run.index.draft(stamp)
    revised = {
        entry.predecessor["id"]
        for entry in run.versions.live
        if entry.predecessor is not None and entry.predecessor["table"] == "articles"
    }
    update.remove(sorted({*outcome.demoted, *revised}))
    fresh = [entry.id for entry in run.versions.live if entry.id not in outcome.filed]
    update.add_from(run.detector, fresh)
    restored = sorted(outcome.restored)
    texts = run.texts.fetch(restored)
    update.add(restored, [texts[identity] for identity in restored])
    for table in run.texts.shards:
        put_documents(update, table["document_id"].to_pylist(), table["raw_hash"].to_pylist())
    for rejects in _rejected(run):
        put_seen(update, rejects["id"].to_pylist(), rejects["raw_hash"].to_pylist())
    return update


def _rejected(run: Run) -> Iterator[pa.Table]:
    for path in run.shards("rejects"):
        yield staging.read(path)


def _rejects(run: Run, changes: Changes) -> None:
    for rejects in _rejected(run):
        rows = rejects.append_column(
            REJECTS.field("first_seen_at"),
            pa.array([run.started_at] * rejects.num_rows, REJECTS.field("first_seen_at").type),
        ).append_column(
            REJECTS.field("run_id"), pa.array([run.run_id] * rejects.num_rows, pa.string())
        )
        changes.put("rejects", rows)


def _comparisons(run: Run, changes: Changes) -> None:
    rows = [
        {
            "left_id": pair.left,
            "right_id": pair.right,
            "relation": pair.verdict.relation.value,
            "jaccard": pair.verdict.jaccard,
            "containment": pair.verdict.containment,
            "reason": pair.verdict.reason,
            "run_id": run.run_id,
        }
        for pair in run.pairs
    ]
    changes.put("comparisons", pa.Table.from_pylist(rows, schema=COMPARISONS))


def _signatures(run: Run, changes: Changes) -> None:
    """Sketches of the new canonicals; those of demoted and revised ones go."""
    outcome = run.outcome
    changes.metadata["signatures"] = sketch_metadata(run.index)
    changes.drop["signatures"] |= changes.drop["articles"]
    fresh = [entry for entry in run.versions.live if entry.id not in outcome.filed]
    restored = sorted(outcome.restored)
    texts = run.texts.fetch(restored)
    run.detector.add(restored, [texts[identity] for identity in restored])
    published = {entry.id: entry.published_at for entry in fresh}
    published |= {i: outcome.members[i]["published_at"] for i in restored}
    hashes = {entry.id: entry.content_hash for entry in fresh}
    hashes |= {i: outcome.members[i]["content_hash"] for i in restored}
    # A canonical whose row was rewritten for its copies keeps its sketch.
    filed = {entry.id for entry in run.versions.live if entry.id in outcome.filed}
    kept = changes.drop["articles"] - set(published) - set(outcome.demoted) - filed
    changes.drop["signatures"] -= kept
    ids = list(published)
    rows = pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "content_hash": pa.array([hashes[i] for i in ids], pa.string()),
            "signature": _lists(run.detector.signatures(ids)),
            "shingles": pa.array(run.detector.sketches(ids).shingles, pa.int32()),
        },
        schema=SIGNATURES,
    )
    changes.put("signatures", rows, month_of(pa.array(list(published.values()), _TIME)))


_TIME = pa.timestamp("us", tz="UTC")


def _lists(matrix: Any) -> pa.Array:  # noqa: ANN401 - numpy (n, permutations) uint32
    rows, width = matrix.shape
    offsets = pa.array(range(0, rows * width + 1, width) if rows else [0], pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(matrix.reshape(-1), pa.uint32()))


def _runs(run: Run, changes: Changes) -> None:
    row = {
        "run_id": run.run_id,
        "snapshot": run.number,
        "started_at": run.started_at,
        "seconds": round(run.seconds, 3),
        "inputs": run.inputs,
        **{name: run.counts[name] for name in _REPORTED},
        "relations": sorted(run.relations.items()),
        "stage_seconds": sorted(run.stage_seconds.items()),
        "settings": json.dumps(run.settings.as_dict(), sort_keys=True),
        "versions": json.dumps(versions(), sort_keys=True),
    }
    changes.put("runs", pa.Table.from_pylist([row], schema=RUNS))
