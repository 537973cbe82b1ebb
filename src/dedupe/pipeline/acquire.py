"""Acquire, on a run: inputs to staged shards of documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dedupe.acquire import acquire as acquire_inputs
from dedupe.acquire.arrival import Visits
from dedupe.acquire.fetch import Follower, follower
from dedupe.article import Document
from dedupe.pipeline import staging
from dedupe.pipeline.healing import healing
from dedupe.pipeline.lock import STATE
from dedupe.pipeline.parts import large_files, read_parts
from dedupe.pipeline.rebuild import seen
from dedupe.pipeline.run import Run
from dedupe.rejects import Reject, Unchanged

REPORT_EVERY = 500


@healing
def acquire(run: Run) -> list[Path]:
    """Read the inputs; gives the staged shards, each of about ``Settings.shard_bytes``."""

    def ingested(pairs: Sequence[tuple[str, str]]) -> list[bool]:
        return seen(run.index, [pair[0] for pair in pairs], [pair[1] for pair in pairs])

    shard: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    held = 0

    def flush() -> None:
        nonlocal held
        if shard:
            path = run.staging / f"documents-{len(run.shards('documents')):05d}.arrow"
            staging.write(path, staging.DOCUMENTS, shard)
        shard.clear()
        held = 0

    visits = Visits()
    with run.stage("acquire"), _follower(run) as follow:
        cut = large_files(run, visits)
        whole = [target for target in run.found if target not in cut]
        for item in acquire_inputs(whole, run.settings, ingested, follow, visits):
            run.counts["documents"] += 1
            if run.counts["documents"] % REPORT_EVERY == 0:
                run.progress("acquire", run.counts["documents"], None)
            match item:
                case Document():
                    shard.append(staging.document_row(item))
                    held += item.bytes
                    if held >= run.settings.shard_bytes:
                        flush()
                case Reject():
                    rejects.append(item)
                case Unchanged():
                    run.counts["unchanged"] += 1
        flush()
        run.finished, run.counts["left"] = visits.finished, len(visits.left) + follow.left
        refused = map(staging.reject_row, rejects)
        staging.write(run.staging / "rejects-acquire.arrow", staging.REFUSED, refused)
        run.counts["rejects"] += len(rejects)
        read_parts(run, cut, visits)
        run.progress("acquire", run.counts["documents"], run.counts["documents"])
    return run.shards("documents")


def _follower(run: Run) -> Follower:
    """What fetches for this run. What it notes counts once the tables have a row for the run."""

    def published() -> set[str]:
        parts = run.snapshot.batches("runs", ["run_id"]) if run.snapshot else ()
        return {identity for part in parts for identity in part["run_id"].to_pylist()}

    return follower(
        run.settings,
        state=run.data_dir / STATE / "fetched.sqlite",
        folder=run.staging / "fetched",
        run=run.run_id,
        now=run.started_at.timestamp(),
        published=published,
        abandoned=None if run.dry_run else run.abandoned,
        keep=not run.dry_run,
    )
