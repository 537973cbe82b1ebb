"""Rows of ``duplicates`` that a run writes: newly filed, moved, demoted, superseded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dedupe.article import Relation, Verdict
from dedupe.detect import I64, Packed, compare, pack_ids
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import Own, StagedRows, put_staged
from dedupe.pipeline.tally import filed_reasons
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
    names = run.live.among(list(run.outcome.filed))
    positions = run.live.positions(names)

    def special(rows: list[int]) -> dict[str, list[Any]]:
        ids, at = [names[row] for row in rows], positions[rows].tolist()
        canonicals = [run.outcome.filed[identity][0] for identity in ids]
        return _figures([run.outcome.filed[identity][1] for identity in ids]) | {
            "canonical_id": canonicals,
            "policy_reason": filed_reasons(run, canonicals, ids),
            "version": [run.live.version(position) for position in at],
            "first_seen_at": [run.candidates.first_seen_at(position) for position in at],
        }

    _put_staged(run, changes, run.live.rows[positions], run.live.ids[positions], special)


def _superseded(run: Run, changes: Changes) -> None:
    """Documents of the batch that a later one of the same batch replaces."""
    entries = run.superseded
    finals = [_final(entry) for entry in entries]
    rows = [run.batch.row(entry.shard, entry.row) for entry in entries]
    ids = [superseded_id(entry.document_id, entry.content_hash) for entry in entries]

    def special(wanted: list[int]) -> dict[str, list[Any]]:
        both = [(entries[at], finals[at]) for at in wanted]
        texts = [run.batch.text(rows[at]) for at in wanted]
        found = [_revision(run, text, final) for text, (_, final) in zip(texts, both, strict=True)]
        return _figures(found) | {
            "canonical_id": [run.outcome.canonical_of(final.id) for _, final in both],
            "policy_reason": [
                f"version: {final.version} replaces {entry.version}" for entry, final in both
            ],
            "version": [entry.version for entry, _ in both],
        }

    _put_staged(run, changes, np.array(rows, np.int64), pack_ids(ids), special)


def _put_staged(
    run: Run,
    changes: Changes,
    rows: I64,
    ids: Packed,
    make: Callable[[list[int]], dict[str, list[Any]]],
) -> None:
    """Rows each of which has figures of its own."""
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
    own = Own(np.arange(len(rows)), make)
    staged = StagedRows(DUPLICATES, run.batch, rows, ids, usual, own, without_text=without)
    put_staged(changes, "duplicates", staged)


def _moved_members(run: Run, changes: Changes) -> Iterator[dict[str, Any]]:
    """Documents of history under another canonical than before."""
    outcome = run.outcome
    moved: list[tuple[dict[str, Any], str, Verdict]] = []
    for identity, row in outcome.members.items():
        changes.drop["duplicates"].add(identity)
        if identity in outcome.filed:
            moved.append((row, *outcome.filed[identity]))
    if outcome.demoted and run.snapshot is not None:
        rows = run.snapshot.rows("articles", outcome.demoted).to_pylist()
        moved += [(row, *outcome.demoted[row["id"]]) for row in rows]
    yield from _moved(run, moved)
    for identity, (row, canonical) in outcome.revisions.items():
        changes.drop["duplicates"].add(identity)
        yield {**row, "canonical_id": canonical}


def _replaced_versions(run: Run, changes: Changes) -> Iterator[dict[str, Any]]:
    """Documents of history of which the batch brings a later version."""
    moved = []
    for entry, old in run.revised:
        changes.drop[old["table"]].add(old["id"])
        verdict = _revision(run, old["text"] or "", entry)
        moved.append((old, run.outcome.canonical_of(entry.id), verdict))
    for (entry, old), row in zip(run.revised, _moved(run, moved), strict=True):
        row["id"] = superseded_id(old["document_id"], old["content_hash"])
        row["policy_reason"] = f"version: {entry.version} replaces {old['version']}"
        yield row


def _moved(
    run: Run, moved: Sequence[tuple[dict[str, Any], str, Verdict]]
) -> Iterator[dict[str, Any]]:
    """Rows under another canonical, with their figures there."""
    canonicals, ids = [place for _, place, _ in moved], [row["id"] for row, _, _ in moved]
    figures = _figures([verdict for _, _, verdict in moved])
    figures["policy_reason"] = filed_reasons(run, canonicals, ids)
    for at, (row, canonical, _) in enumerate(moved):
        own = {name: column[at] for name, column in figures.items()}
        yield {**row, "canonical_id": canonical, **own, "run_id": run.run_id}


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


def _figures(verdicts: Sequence[Verdict]) -> dict[str, list[Any]]:
    return {
        "relation": [verdict.relation.value for verdict in verdicts],
        "jaccard": [verdict.jaccard for verdict in verdicts],
        "containment": [verdict.containment for verdict in verdicts],
        "reason": [verdict.reason for verdict in verdicts],
    }


def _final(entry: Entry) -> Entry:
    while entry.successor is not None:
        entry = entry.successor
    return entry


def _put(changes: Changes, rows: pa.Table) -> None:
    changes.put("duplicates", rows, month_of(rows["published_at"]))
