"""Rows of ``articles`` that a run writes: new, revised, restored, and those with other copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from dedupe.pipeline.run import Run
from dedupe.pipeline.tally import (
    Copies,
    canonical_reason,
    filed_under,
    lost_members,
    remaining_copies,
    staged_rows,
)
from dedupe.pipeline.versions import Entry, cluster_apart
from dedupe.publish import Changes, month_of
from dedupe.schemas import ARTICLES


def article_changes(run: Run, changes: Changes) -> None:
    """Rows of ``articles``: new ones, revised ones, and those whose copies changed."""
    outcome = run.outcome
    filed = filed_under(run)
    lost = lost_members(run)
    remaining = remaining_copies(run, set(lost))
    fresh = [entry for entry in run.versions.live if entry.id not in outcome.filed]
    heirs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for identity, (canonical, _) in outcome.demoted.items():
        heirs[canonical].append(run.history[identity])
    changes.drop["articles"].update(outcome.demoted)

    columns: dict[str, list[Any]] = defaultdict(list)
    for entry in fresh:
        old = entry.predecessor
        if old is not None and old["table"] == "articles":
            changes.drop["articles"].add(entry.id)
        kept = remaining.get(entry.id, [])
        sites = [entry.site, *(site for _, site in [*kept, *filed.get(entry.id, [])])]
        taken = sorted(heirs.get(entry.id, []), key=lambda row: (row["first_seen_at"], row["id"]))
        columns["id"].append(entry.id)
        columns["cluster_id"].append(_cluster(entry, taken))
        columns["copies"].append(len(kept) + len(filed.get(entry.id, [])))
        columns["sites"].append(sorted({site for site in sites if site}))
        columns["first_seen_at"].append(run.candidates[entry.id].first_seen_at)
        columns["updated_at"].append(run.started_at)
        columns["version"].append(entry.version)
        columns["policy_reason"].append(canonical_reason(run, entry.id, filed))
        columns["run_id"].append(run.run_id)
    _put(changes, staged_rows(run, fresh, columns, ARTICLES))

    touched = {*filed, *lost} - {entry.id for entry in run.versions.live}
    rows = _restored_rows(run, outcome.restored, filed)
    if run.snapshot is not None:
        present = touched - outcome.restored - set(outcome.demoted)
        for row in run.snapshot.rows("articles", present).to_pylist():
            here = filed.get(row["id"], [])
            if row["id"] in lost:
                kept = remaining.get(row["id"], [])
                row["copies"] = len(kept) + len(here)
                names = {row["site"], *(site for _, site in [*kept, *here])}
            else:
                row["copies"] += len(here)
                names = {row["site"], *row["sites"], *(site for _, site in here)}
            row["sites"] = sorted(name for name in names if name)
            row["updated_at"] = run.started_at
            if here or not row["copies"]:
                row["policy_reason"] = canonical_reason(run, row["id"], filed)
            changes.drop["articles"].add(row["id"])
            rows.append(row)
    _put(changes, pa.Table.from_pylist(rows, schema=ARTICLES))


def _cluster(entry: Entry, taken: Sequence[dict[str, Any]]) -> str:
    """The name of a new or revised canonical's cluster; one taken over keeps its name."""
    old = entry.predecessor
    if old is not None and old["table"] == "articles":
        return str(old["cluster_id"])
    if taken:
        return str(taken[0]["cluster_id"])
    return cluster_apart(entry.id, old["canonical_id"]) if old is not None else entry.id


def _restored_rows(run: Run, restored: Iterable[str], filed: Copies) -> list[dict[str, Any]]:
    rows = []
    for identity in sorted(restored):
        row = dict(run.outcome.members[identity])
        here = filed.get(identity, [])
        row |= {
            "cluster_id": cluster_apart(identity, row["canonical_id"]),
            "copies": len(here),
            "sites": sorted({site for site in [row["site"], *(s for _, s in here)] if site}),
            "updated_at": run.started_at,
            "policy_reason": "restored: its canonical changed and no longer covers it",
        }
        rows.append(row)
    return rows


def _put(changes: Changes, rows: pa.Table) -> None:
    changes.put("articles", rows, month_of(rows["published_at"]))
