"""Rows of ``articles`` that a run writes: new, revised, restored, and those with other copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dedupe.detect import I64, unpack_ids
from dedupe.pipeline.cluster_names import names_apart
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import Own, StagedRows, put_staged
from dedupe.pipeline.tally import (
    ONLY,
    canonical_reasons,
    filed_under,
    lost_members,
    remaining_copies,
    sites_of,
)
from dedupe.publish import Changes, month_of
from dedupe.schemas import ARTICLES

_Filed = Mapping[str, Sequence[str]]
"""For each canonical the documents that the run files under it."""


def article_changes(run: Run, changes: Changes) -> None:
    """Rows of ``articles``: new ones, revised ones, and those whose copies changed."""
    outcome = run.outcome
    filed = filed_under(run)
    lost = lost_members(run)
    apart = names_apart(run)
    fresh = fresh_positions(run)
    changes.drop["articles"].update(outcome.demoted)

    place = np.full(len(run.live), -1, np.int64)
    place[fresh] = np.arange(len(fresh))
    for position, entry in run.live.entries.items():
        old = entry.predecessor
        if place[position] >= 0 and old is not None and old["table"] == "articles":
            changes.drop["articles"].add(entry.id)

    marked = place[_special_positions(run, filed)]
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
    own = Own(marked[marked >= 0], _own_values(run, fresh, filed, apart))
    put_staged(changes, "articles", StagedRows(ARTICLES, run.batch, rows_of, ids, usual, own))

    rows = [*_restored_rows(run, filed, apart), *_touched_rows(run, changes, filed, lost)]
    _put(changes, pa.Table.from_pylist(rows, schema=ARTICLES))


def _touched_rows(
    run: Run, changes: Changes, filed: _Filed, lost: Mapping[str, Collection[str]]
) -> Iterator[dict[str, Any]]:
    """Canonicals of history that got copies, or lost some."""
    if run.snapshot is None:
        return
    touched = {*filed, *lost} - set(run.live.among([*filed, *lost]))
    present = touched - run.outcome.restored - set(run.outcome.demoted)
    remaining = remaining_copies(run, present & set(lost))
    rows = run.snapshot.rows("articles", present).to_pylist()
    ids = [row["id"] for row in rows]
    site = sites_of(run, [each for identity in ids for each in filed.get(identity, ())])
    for row, reason in zip(rows, canonical_reasons(run, ids, filed), strict=True):
        here = filed.get(row["id"], [])
        names = {row["site"], *(site[each] for each in here)}
        if row["id"] in lost:
            kept = remaining.get(row["id"], [])
            row["copies"] = len(kept) + len(here)
            names |= {name for _, name in kept}
        else:
            row["copies"] += len(here)
            names |= {*row["sites"]}
        row["sites"] = sorted(name for name in names if name)
        row["updated_at"] = run.started_at
        if here or not row["copies"]:
            row["policy_reason"] = reason
        changes.drop["articles"].add(row["id"])
        yield row


def _own_values(
    run: Run, fresh: I64, filed: _Filed, apart: Mapping[str, str]
) -> Callable[[list[int]], dict[str, list[Any]]]:
    """Makes what new canonicals have of their own that have copies under them, or a history."""
    revised = {entry.id for entry, old in run.revised if old["table"] == "articles"}
    remaining = remaining_copies(run, revised)
    heirs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for identity, (canonical, _) in run.outcome.demoted.items():
        heirs[canonical].append(run.history[identity])

    def make(rows: list[int]) -> dict[str, list[Any]]:
        positions = fresh[rows].tolist()
        ids = unpack_ids(run.live.ids[positions])
        site = sites_of(run, [each for identity in ids for each in filed.get(identity, ())])
        found = []
        for position, identity in zip(positions, ids, strict=True):
            entry = run.live.entries.get(position)
            old = entry.predecessor if entry else None
            kept, under = remaining.get(identity, []), filed.get(identity, [])
            own = run.batch.site(int(run.live.rows[position]))
            sites = {own, *(name for _, name in kept), *(site[each] for each in under)}
            taken = sorted(
                heirs.get(identity, []), key=lambda row: (row["first_seen_at"], row["id"])
            )
            found.append(
                (
                    _cluster(identity, old, taken, apart),
                    len(kept) + len(under),
                    sorted(name for name in sites if name),
                    run.candidates.first_seen_at(position),
                    run.live.version(position),
                )
            )
        names = ("cluster_id", "copies", "sites", "first_seen_at", "version")
        columns = dict(zip(names, map(list, zip(*found, strict=True)), strict=True))
        return columns | {"policy_reason": canonical_reasons(run, ids, filed)}

    return make


def fresh_positions(run: Run) -> I64:
    """Where in ``run.live`` the documents stand that become canonical."""
    fresh = np.ones(len(run.live), np.bool_)
    positions = run.live.positions(list(run.outcome.filed))
    fresh[positions[positions >= 0]] = False
    return np.flatnonzero(fresh)


def _special_positions(run: Run, filed: _Filed) -> I64:
    """Documents of the batch with copies under them, or with a history."""
    positions = run.live.positions(list(filed))
    return np.union1d(positions[positions >= 0], np.array(list(run.live.entries), np.int64))


def _cluster(
    identity: str,
    old: dict[str, Any] | None,
    taken: Sequence[dict[str, Any]],
    apart: Mapping[str, str],
) -> str:
    """The name of a new or revised canonical's cluster; one taken over keeps its name."""
    if old is not None and old["table"] == "articles":
        return str(old["cluster_id"])
    if taken:
        return str(taken[0]["cluster_id"])
    return apart[identity] if old is not None else identity


def _restored_rows(run: Run, filed: _Filed, apart: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Members of a cluster that are canonical themselves now."""
    for identity in sorted(run.outcome.restored):
        row = dict(run.outcome.members[identity])
        here = filed.get(identity, [])
        names = {row["site"], *sites_of(run, here).values()}
        row |= {
            "cluster_id": apart[identity],
            "copies": len(here),
            "sites": sorted(name for name in names if name),
            "updated_at": run.started_at,
            "policy_reason": "restored: its canonical changed and no longer covers it",
        }
        yield row


def _put(changes: Changes, rows: pa.Table) -> None:
    changes.put("articles", rows, month_of(rows["published_at"]))
