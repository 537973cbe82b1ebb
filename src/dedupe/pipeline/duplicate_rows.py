"""Rows of ``duplicates`` that a run writes: newly filed, moved, demoted, superseded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from dedupe.article import Relation, Verdict
from dedupe.detect import compare
from dedupe.pipeline.run import Run
from dedupe.pipeline.tally import filed_reason, staged_rows
from dedupe.pipeline.versions import Entry, superseded_id
from dedupe.publish import Changes, month_of
from dedupe.schemas import DUPLICATES


def duplicate_changes(run: Run, changes: Changes) -> None:
    """Rows of ``duplicates``: newly filed, moved, demoted and superseded documents."""
    _put(changes, _of_batch(run))
    rows = [*_moved_members(run, changes), *_replaced_versions(run, changes)]
    if not run.settings.keep_duplicate_text:
        rows = [{**row, "text": None} for row in rows]
    _put(changes, pa.Table.from_pylist(rows, schema=DUPLICATES))


def _of_batch(run: Run) -> pa.Table:
    """Documents of the batch that are filed, or superseded by a later one of the same batch."""
    filed = [entry for entry in run.versions.live if entry.id in run.outcome.filed]
    columns: dict[str, list[Any]] = defaultdict(list)
    for entry in filed:
        canonical, verdict = run.outcome.filed[entry.id]
        columns["id"].append(entry.id)
        columns["canonical_id"].append(canonical)
        _figures(columns, verdict)
        columns["policy_reason"].append(filed_reason(run, canonical, entry.id))
        columns["version"].append(entry.version)
        columns["first_seen_at"].append(run.candidates[entry.id].first_seen_at)
        columns["run_id"].append(run.run_id)
    for entry in run.versions.superseded:
        final = _final(entry)
        columns["id"].append(superseded_id(entry.document_id, entry.content_hash))
        columns["canonical_id"].append(run.outcome.canonical_of(final.id))
        _figures(columns, _revision(run, run.texts.of(entry), final))
        columns["policy_reason"].append(f"version: {final.version} replaces {entry.version}")
        columns["version"].append(entry.version)
        columns["first_seen_at"].append(run.started_at)
        columns["run_id"].append(run.run_id)
    return staged_rows(run, [*filed, *run.versions.superseded], columns, DUPLICATES)


def _moved_members(run: Run, changes: Changes) -> Iterator[dict[str, Any]]:
    """Documents of history under another canonical than before."""
    outcome = run.outcome
    for identity, row in outcome.members.items():
        changes.drop["duplicates"].add(identity)
        if identity in outcome.filed:
            canonical, verdict = outcome.filed[identity]
            yield _moved(run, row, canonical, verdict)
    if outcome.demoted and run.snapshot is not None:
        for row in run.snapshot.rows("articles", outcome.demoted).to_pylist():
            canonical, verdict = outcome.demoted[row["id"]]
            yield _moved(run, row, canonical, verdict)
    for identity, (row, canonical) in outcome.revisions.items():
        changes.drop["duplicates"].add(identity)
        yield {**row, "canonical_id": canonical}


def _replaced_versions(run: Run, changes: Changes) -> Iterator[dict[str, Any]]:
    """Documents of history of which the batch brings a later version."""
    for entry in run.versions.live:
        old = entry.predecessor
        if old is None:
            continue
        changes.drop[old["table"]].add(old["id"])
        verdict = _revision(run, old["text"] or "", entry)
        row = _moved(run, old, run.outcome.canonical_of(entry.id), verdict)
        row["id"] = superseded_id(old["document_id"], old["content_hash"])
        row["policy_reason"] = f"version: {entry.version} replaces {old['version']}"
        yield row


def _moved(run: Run, row: dict[str, Any], canonical: str, verdict: Verdict) -> dict[str, Any]:
    return {
        **row,
        "canonical_id": canonical,
        "relation": verdict.relation.value,
        "jaccard": verdict.jaccard,
        "containment": verdict.containment,
        "reason": verdict.reason,
        "policy_reason": filed_reason(run, canonical, row["id"]),
        "run_id": run.run_id,
    }


def _revision(run: Run, text: str, successor: Entry) -> Verdict:
    """How an earlier version's text compares with the version that replaced it."""
    verdict = compare(text, run.texts.of(successor), run.settings)
    return Verdict(
        relation=Relation.REVISION,
        jaccard=verdict.jaccard,
        containment=verdict.containment,
        reason="same document, later text",
    )


def _figures(columns: dict[str, list[Any]], verdict: Verdict) -> None:
    columns["relation"].append(verdict.relation.value)
    columns["jaccard"].append(verdict.jaccard)
    columns["containment"].append(verdict.containment)
    columns["reason"].append(verdict.reason)


def _final(entry: Entry) -> Entry:
    while entry.successor is not None:
        entry = entry.successor
    return entry


def _put(changes: Changes, rows: pa.Table) -> None:
    changes.put("duplicates", rows, month_of(rows["published_at"]))
