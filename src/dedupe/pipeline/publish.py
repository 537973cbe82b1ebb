"""Publish, on a run: the outcome of the election to the next snapshot, and the index with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from dedupe.acquire.urls import masked
from dedupe.detect import IndexUpdate, unpack_ids
from dedupe.pipeline import staging
from dedupe.pipeline.article_rows import article_changes, fresh_positions
from dedupe.pipeline.commit import commit
from dedupe.pipeline.duplicate_rows import duplicate_changes
from dedupe.pipeline.healing import healing
from dedupe.pipeline.inbox import put_away
from dedupe.pipeline.lock import STATE
from dedupe.pipeline.provenance import versions
from dedupe.pipeline.rebuild import put_documents, put_seen
from dedupe.pipeline.removal_rows import removal_changes
from dedupe.pipeline.run import Run
from dedupe.pipeline.signature_rows import signature_changes
from dedupe.pipeline.template_changes import learn_from
from dedupe.publish import Changes, Manifest, Snapshot, sorted_files, write_tables
from dedupe.publish.keys import KEYS
from dedupe.schemas import COMPARISONS, REJECTS, RUNS

AT_ONCE = 4096
"""Documents whose sketches go to the index at a time."""

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
    "left",
)


@healing
def publish(run: Run) -> int:
    """Write the next snapshot and make it current; gives its number.

    A dry run counts what would be written and writes nothing; it gives the present number.
    """
    with run.stage("publish"):
        published = _published(run)
        number = _write(run) if published is None else published
    if run.settings.done and not run.dry_run:
        put_away(run.finished, run.inputs, run.settings.done)
    return number


def _write(run: Run) -> int:
    changes = Changes()
    article_changes(run, changes)
    duplicate_changes(run, changes)
    removal_changes(run, changes)
    _rejects(run, changes)
    _comparisons(run, changes)
    if run.dry_run:
        return run.snapshot.number if run.snapshot else 0
    changes.keys = run.data_dir / STATE / KEYS
    signature_changes(run, changes)
    _runs(run, changes)
    return _commit(run, changes)


def _published(run: Run) -> int | None:
    """The number of this run's snapshot, where a try that broke after its commit is made again."""
    present = None if run.dry_run else Snapshot.current(run.data_dir)
    return present.number if present and present.manifest.run_id == run.run_id else None


def _commit(run: Run, changes: Changes) -> int:
    draft = run.staging / "snapshot"
    draft.mkdir()
    files = write_tables(run.snapshot, changes, run.number, draft)
    manifest = Manifest(
        snapshot=run.number,
        run_id=run.run_id,
        created_at=run.started_at.isoformat(),
        parent=run.snapshot.number if run.snapshot else None,
        settings=run.settings.recorded(),
        versions=versions(),
        files=sorted_files(files),
    )
    update = _index_update(run, manifest.stamp)
    commit(run.held, draft, manifest, update, partial(learn_from, run))
    return manifest.snapshot


def _index_update(run: Run, stamp: str) -> IndexUpdate:
    outcome = run.outcome
    update = run.index.draft(stamp)
    revised = {old["id"] for _, old in run.revised if old["table"] == "articles"}
    update.remove(sorted({*outcome.demoted, *revised}))
    ids = run.live.ids[fresh_positions(run)]
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        update.add_sketches(unpack_ids(part), run.detector.sketches_of(part))
        run.batch.looked(len(part))
    restored = sorted(outcome.restored)
    texts = run.texts.fetch(restored)
    update.add(restored, [texts[identity] for identity in restored])
    for shard, table in enumerate(run.batch.shards):
        put_documents(update, table["document_id"].to_pylist(), table["raw_hash"].to_pylist())
        run.batch.looked(table.num_rows, (shard,))
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
    columns = {
        "left_id": [pair.left for pair in run.pairs],
        "right_id": [pair.right for pair in run.pairs],
        "relation": [pair.verdict.relation.value for pair in run.pairs],
        "jaccard": [pair.verdict.jaccard for pair in run.pairs],
        "containment": [pair.verdict.containment for pair in run.pairs],
        "reason": [pair.verdict.reason for pair in run.pairs],
        "run_id": [run.run_id] * len(run.pairs),
    }
    changes.put("comparisons", pa.table(columns, schema=COMPARISONS))


def _runs(run: Run, changes: Changes) -> None:
    row = {
        "run_id": run.run_id,
        "snapshot": run.number,
        "started_at": run.started_at,
        "seconds": round(run.seconds, 3),
        "inputs": [masked(name) for name in run.inputs],
        **{name: run.counts[name] for name in _REPORTED},
        "relations": sorted(run.relations.items()),
        "stage_seconds": sorted(run.stage_seconds.items()),
        "settings": json.dumps(run.settings.recorded(), sort_keys=True),
        "versions": json.dumps(versions(), sort_keys=True),
    }
    changes.put("runs", pa.Table.from_pylist([row], schema=RUNS))
