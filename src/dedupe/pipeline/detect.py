"""Detect, on a run: staged articles to verified pairs, in the batch and against all history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dedupe.article import Relation
from dedupe.detect import Detector, unpack_ids
from dedupe.elect import Candidate
from dedupe.pipeline.batch import Batch, Live
from dedupe.pipeline.candidates import Candidates
from dedupe.pipeline.evidence import Evidence
from dedupe.pipeline.healing import healing
from dedupe.pipeline.mapped import Mapped
from dedupe.pipeline.rebuild import known
from dedupe.pipeline.run import Run
from dedupe.pipeline.sketching import gather
from dedupe.pipeline.template_changes import hash_without_template
from dedupe.pipeline.template_state import Known
from dedupe.pipeline.texts import Texts
from dedupe.pipeline.versions import Entry, resolve

REPORT_EVERY = 100

_HISTORY = ["id", "word_count", "first_seen_at", "published_at", "site", "version", "cluster_id"]


@healing
def detect(run: Run, shards: list[Path]) -> int:
    """Sort out versions, then find and verify the batch's pairs; gives how many were compared."""
    with run.stage("detect"):
        run.batch = Batch([Mapped(shard) for shard in shards])
        _sort_out_versions(run)
        run.texts = Texts(run.live, run.snapshot)
        run.candidates = Candidates(run.live, run.started_at)
        run.detector = Detector(run.settings, run.index)
        sketches = gather(run.live, run.shards("sketches"), run.staging)
        run.detector.add_sketches(run.live.ids, sketches)
        _load_history(run)
        run.ranking = run.candidates.ranking(run.settings)
        evidence = Evidence(run.settings)
        ranking = run.ranking
        for pair in run.detector.pairs_in(ranking.ids, run.texts.fetch, ranking.apart):
            if pair.left == pair.right:
                continue
            run.counts["candidates"] += 1
            if pair.verdict.relation is Relation.DISTINCT:
                evidence.add(pair)
            else:
                run.pairs.append(pair)
            if run.counts["candidates"] % REPORT_EVERY == 0:
                run.progress("detect", run.counts["candidates"], None)
        run.progress("detect", run.counts["candidates"], run.counts["candidates"])
        run.pairs.extend(evidence.pairs())
    return run.counts["candidates"]


def _sort_out_versions(run: Run) -> None:
    """Most documents are met for the first time; the others are gone through one by one."""
    ids, where, times = np.unique(
        run.batch.document_ids.view("S16"), return_inverse=True, return_counts=True
    )
    packed = np.ascontiguousarray(ids).view(run.batch.document_ids.dtype)
    before = known(run.index, packed)
    run.document_rows = _history_of(run, unpack_ids(packed[before]))
    alone = (times == 1) & ~before
    entries = run.batch.entries(np.flatnonzero(~alone[where]))
    _see_through_templates(run, entries)

    def text_of(entry: Entry) -> str:
        return run.batch.text(run.batch.row(entry.shard, entry.row))

    versions = resolve(entries, run.document_rows, text_of, run.settings)
    run.live = Live(run.batch, np.flatnonzero(alone[where]), versions.live)
    run.superseded = versions.superseded
    run.counts["unchanged"] += versions.unchanged


def _history_of(run: Run, document_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everything the tables hold of these documents, by document id."""
    found: dict[str, list[dict[str, Any]]] = {}
    if run.snapshot is None:
        return found
    for table in ("articles", "duplicates"):
        rows = run.snapshot.rows(table, document_ids, key="document_id").to_pylist()
        for row in sorted(rows, key=lambda row: str(row["id"])):
            row["table"] = table
            row["superseded"] = row.get("relation") == Relation.REVISION
            found.setdefault(row["document_id"], []).append(row)
    return found


def _see_through_templates(run: Run, entries: list[Entry]) -> None:
    """A version that differs by its site's template only has the content that is known already."""
    sites = Known.at(run.templates)
    stored = {
        document_id: {hash_without_template(row, sites): row["content_hash"] for row in rows}
        for document_id, rows in run.document_rows.items()
    }
    for entry in entries:
        same = stored.get(entry.document_id, {})
        entry.content_hash = same.get(entry.content_hash, entry.content_hash)


def _load_history(run: Run) -> None:
    """The candidates for election from history: the canonicals that the batch may match."""
    matched = run.detector.history()
    if run.snapshot is None or not matched:
        return
    rows = run.snapshot.rows("articles", matched, [*_HISTORY, "text"])
    for row in rows.to_pylist():
        run.texts.remember({row["id"]: row["text"]})
        run.history[row["id"]] = row
        run.candidates.add(Candidate.of_row(row, incumbent=True))
