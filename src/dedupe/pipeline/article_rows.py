"""Rows of ``articles`` that a run writes: new, revised, restored, and those with other copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dedupe.detect import I64
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import StagedRows, put_staged
from dedupe.pipeline.tally import (
    ONLY,
    Copies,
    canonical_reason,
    filed_under,
    lost_members,
    remaining_copies,
)
from dedupe.pipeline.versions import cluster_apart
from dedupe.publish import Changes, month_of
from dedupe.schemas import ARTICLES


def article_changes(run: Run, changes: Changes) -> None:
    """Rows of ``articles``: new ones, revised ones, and those whose copies changed."""
    outcome = run.outcome
    filed = filed_under(run)
    lost = lost_members(run)
    remaining = remaining_copies(run, set(lost))
    fresh = fresh_positions(run)
    heirs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for identity, (canonical, _) in outcome.demoted.items():
        heirs[canonical].append(run.history[identity])
    changes.drop["articles"].update(outcome.demoted)

    place = np.full(len(run.live), -1, np.int64)
    place[fresh] = np.arange(len(fresh))
    special: dict[int, dict[str, Any]] = {}
    for position in _special_positions(run, filed).tolist():
        if place[position] < 0:
            continue
        identity, entry = run.live.id(position), run.live.entries.get(position)
        old = entry.predecessor if entry else None
        if old is not None and old["table"] == "articles":
            changes.drop["articles"].add(identity)
        kept = remaining.get(identity, [])
        under = filed.get(identity, [])
        own = run.batch.site(int(run.live.rows[position]))
        sites = [own, *(site for _, site in [*kept, *under])]
        taken = sorted(heirs.get(identity, []), key=lambda row: (row["first_seen_at"], row["id"]))
        special[int(place[position])] = {
            "cluster_id": _cluster(identity, old, taken),
            "copies": len(kept) + len(under),
            "sites": sorted({site for site in sites if site}),
            "first_seen_at": run.candidates.first_seen_at(position),
            "version": run.live.version(position),
            "policy_reason": canonical_reason(run, identity, filed),
        }
    usual = {
        "cluster_id": None,
        "copies": 0,
        "first_seen_at": run.started_at,
        "updated_at": run.started_at,
        "version": 1,
        "policy_reason": ONLY,
        "run_id": run.run_id,
    }
    rows_of, ids = run.live.rows[fresh], run.live.ids[fresh]
    put_staged(changes, "articles", StagedRows(ARTICLES, run.batch, rows_of, ids, usual, special))

    touched = {i for i in (*filed, *lost) if i not in run.live}
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


def fresh_positions(run: Run) -> I64:
    """Where in ``run.live`` the documents stand that become canonical."""
    fresh = np.ones(len(run.live), np.bool_)
    positions = run.live.positions(list(run.outcome.filed))
    fresh[positions[positions >= 0]] = False
    return np.flatnonzero(fresh)


def _special_positions(run: Run, filed: Copies) -> I64:
    """Documents of the batch with copies under them, or with a history."""
    positions = run.live.positions(list(filed))
    return np.union1d(positions[positions >= 0], np.array(list(run.live.entries), np.int64))


def _cluster(identity: str, old: dict[str, Any] | None, taken: Sequence[dict[str, Any]]) -> str:
    """The name of a new or revised canonical's cluster; one taken over keeps its name."""
    if old is not None and old["table"] == "articles":
        return str(old["cluster_id"])
    if taken:
        return str(taken[0]["cluster_id"])
    return cluster_apart(identity, old["canonical_id"]) if old is not None else identity


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
