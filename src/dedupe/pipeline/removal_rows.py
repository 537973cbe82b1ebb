"""Rows of ``removals``: what was cut from the batch, and from versions that it superseded."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from dedupe.pipeline import staging
from dedupe.pipeline.run import Run
from dedupe.pipeline.versions import superseded_id
from dedupe.publish import Changes, month_of
from dedupe.schemas import REMOVALS


def removal_changes(run: Run, changes: Changes) -> None:
    """Rows of ``removals``: what was cut from the batch, and cuts of versions now superseded."""
    name_of: dict[tuple[int, int], str] = {}
    month: dict[tuple[int, int], str] = {}
    for entry in [*run.versions.live, *run.versions.superseded]:
        late = entry.successor is not None
        identity = superseded_id(entry.document_id, entry.content_hash) if late else entry.id
        name_of[entry.shard, entry.row] = identity
        month[entry.shard, entry.row] = _month(entry.published_at)
    for shard, path in enumerate(run.shards("cuts")):
        rows = [
            ({**cut, "article_id": name_of[key], "run_id": run.run_id}, month[key])
            for cut in staging.read(path).to_pylist()
            if (key := (shard, cut["row"])) in name_of
        ]
        run.counts["removals"] += len(rows)
        table = pa.Table.from_pylist([row for row, _ in rows], schema=REMOVALS)
        changes.put("removals", table, [when for _, when in rows])
    renamed = {
        entry.predecessor["id"]: superseded_id(
            entry.predecessor["document_id"], entry.predecessor["content_hash"]
        )
        for entry in run.versions.live
        if entry.predecessor is not None
    }
    if renamed and run.snapshot is not None:
        old = run.snapshot.rows("removals", renamed, key="article_id").to_pylist()
        changes.drop["removals"].update(renamed)
        stated = {
            entry.predecessor["id"]: entry.predecessor["published_at"]
            for entry in run.versions.live
            if entry.predecessor is not None
        }
        months = [_month(stated[row["article_id"]]) for row in old]
        rows_again = [{**row, "article_id": renamed[row["article_id"]]} for row in old]
        changes.put("removals", pa.Table.from_pylist(rows_again, schema=REMOVALS), months)


def _month(published: dt.datetime | None) -> str:
    return month_of(pa.array([published], pa.timestamp("us", tz="UTC")))[0]
