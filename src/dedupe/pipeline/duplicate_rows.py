"""Rows of ``duplicates`` that a run writes: newly filed, moved, demoted, superseded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dedupe.article import Relation, Verdict
from dedupe.detect import I64, Packed, compare, pack_ids
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import StagedRows, put_staged
from dedupe.pipeline.tally import filed_reason
from dedupe.pipeline.versions import Entry, superseded_id
from dedupe.publish import Changes, month_of
from dedupe.schemas import DUPLICATES


def duplicate_changes(run: Run, changes: Changes) -> None:
    """Rows of ``duplicates``: newly filed, moved, demoted and superseded documents."""
    _filed(run, changes)
    _superseded(run, changes)
    rows = [*_moved_members(run, changes), *_replaced_versions(run, changes)]
    if not run.settings.keep_duplicate_text:
        rows = [{**row, "text": None} for row in rows]
    _put(changes, pa.Table.from_pylist(rows, schema=DUPLICATES))


def _filed(run: Run, changes: Changes) -> None:
    """Documents of the batch that stand under another."""
    names = [identity for identity in run.outcome.filed if identity in run.live]
    positions = run.live.positions(names)
    special: dict[int, dict[str, Any]] = {}
    for at, (identity, position) in enumerate(zip(names, positions.tolist(), strict=True)):
        canonical, verdict = run.outcome.filed[identity]
        special[at] = _figures(verdict) | {
            "canonical_id": canonical,
            "policy_reason": filed_reason(run, canonical, identity),
            "version": run.live.version(position),
            "first_seen_at": run.candidates.first_seen_at(position),
        }
    _put_staged(run, changes, run.live.rows[positions], run.live.ids[positions], special)


def _superseded(run: Run, changes: Changes) -> None:
    """Documents of the batch that a later one of the same batch replaces."""
    rows, ids = [], []
    special: dict[int, dict[str, Any]] = {}
    for at, entry in enumerate(run.superseded):
        final = _final(entry)
        row = run.batch.row(entry.shard, entry.row)
        rows.append(row)
        ids.append(superseded_id(entry.document_id, entry.content_hash))
        special[at] = _figures(_revision(run, run.batch.text(row), final)) | {
            "canonical_id": run.outcome.canonical_of(final.id),
            "policy_reason": f"version: {final.version} replaces {entry.version}",
            "version": entry.version,
        }
    _put_staged(run, changes, np.array(rows, np.int64), pack_ids(ids), special)


def _put_staged(
    run: Run, changes: Changes, rows: I64, ids: Packed, special: dict[int, dict[str, Any]]
) -> None:
    usual = {
        "canonical_id": "",
        "relation": "",
        "jaccard": 0.0,
        "containment": 0.0,
        "reason": "",
        "policy_reason": "",
        "version": 1,
        "first_seen_at": run.started_at,
        "run_id": run.run_id,
    }
    without = not run.settings.keep_duplicate_text
    staged = StagedRows(DUPLICATES, run.batch, rows, ids, usual, special, without_text=without)
    put_staged(changes, "duplicates", staged)


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
    for entry, old in run.revised:
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
        **_figures(verdict),
        "policy_reason": filed_reason(run, canonical, row["id"]),
        "run_id": run.run_id,
    }


def _revision(run: Run, text: str, successor: Entry) -> Verdict:
    """How an earlier version's text compares with the version that replaced it."""
    later = run.batch.text(run.batch.row(successor.shard, successor.row))
    verdict = compare(text, later, run.settings)
    return Verdict(
        relation=Relation.REVISION,
        jaccard=verdict.jaccard,
        containment=verdict.containment,
        reason="same document, later text",
    )


def _figures(verdict: Verdict) -> dict[str, Any]:
    return {
        "relation": verdict.relation.value,
        "jaccard": verdict.jaccard,
        "containment": verdict.containment,
        "reason": verdict.reason,
    }


def _final(entry: Entry) -> Entry:
    while entry.successor is not None:
        entry = entry.successor
    return entry


def _put(changes: Changes, rows: pa.Table) -> None:
    changes.put("duplicates", rows, month_of(rows["published_at"]))
