"""Who stands under whom after a run, and the words that say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from dedupe.article import Relation
from dedupe.elect import policy_reason
from dedupe.pipeline.run import Run
from dedupe.pipeline.versions import Entry

ONLY = "only copy"
"""The reason of a canonical that has no rival."""

Copies = dict[str, list[tuple[str, str | None]]]
"""For each canonical the documents under it, with their sites."""


def filed_under(run: Run) -> Copies:
    """For each canonical the documents that this run files under it, with their sites."""
    under: Copies = defaultdict(list)
    for identity, (canonical, _) in [*run.outcome.filed.items(), *run.outcome.demoted.items()]:
        row = run.outcome.members.get(identity)
        site = row["site"] if row else run.candidates[identity].site
        under[canonical].append((identity, site))
    return under


def lost_members(run: Run) -> dict[str, set[str]]:
    """For each canonical of history the members that leave it or are filed anew."""
    lost: dict[str, set[str]] = defaultdict(set)
    for identity, row in run.outcome.members.items():
        lost[row["canonical_id"]].add(identity)
    for entry in run.versions.live:
        old = entry.predecessor
        if old is not None and old["table"] == "duplicates":
            lost[old["canonical_id"]].add(old["id"])
        elif old is not None:
            lost[old["id"]].update(())
    return lost


def remaining_copies(run: Run, canonicals: Iterable[str]) -> Copies:
    """Copies that stay under these canonicals whatever the run does, with their sites."""
    stay: Copies = defaultdict(list)
    if run.snapshot is None:
        return stay
    gone = set().union(*lost_members(run).values()) if canonicals else set()
    rows = run.snapshot.rows(
        "duplicates",
        set(canonicals),
        ["id", "canonical_id", "site", "relation"],
        key="canonical_id",
    )
    for row in rows.to_pylist():
        if row["relation"] != Relation.REVISION and row["id"] not in gone:
            stay[row["canonical_id"]].append((row["id"], row["site"]))
    return stay


def canonical_reason(run: Run, identity: str, filed: Copies) -> str:
    """Why a canonical stands before the best of the documents filed under it."""
    rivals = [i for i, _ in filed.get(identity, []) if i in run.candidates]
    if not rivals or identity not in run.candidates:
        return ONLY
    best = min(rivals, key=lambda rival: (run.rank.get(rival, len(run.rank)), rival))
    return policy_reason(run.candidates[identity], run.candidates[best], run.settings)


def filed_reason(run: Run, canonical: str, identity: str) -> str:
    """Why a document is filed under ``canonical`` and not the other way round."""
    if canonical in run.candidates and identity in run.candidates:
        return policy_reason(run.candidates[canonical], run.candidates[identity], run.settings)
    return "its canonical changed"


def staged_rows(
    run: Run, entries: Sequence[Entry], columns: dict[str, list[Any]], schema: pa.Schema
) -> pa.Table:
    """The staged columns of ``entries``, in their order, with ``columns`` beside them."""
    if not entries:
        return schema.empty_table()
    of_shard: dict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        of_shard[entry.shard].append(place)
    parts = []
    for shard, places in sorted(of_shard.items()):
        rows = pa.array([entries[place].row for place in places])
        part = run.texts.shards[shard].take(rows)
        for name, values in columns.items():
            part = part.append_column(
                schema.field(name),
                pa.array([values[place] for place in places], schema.field(name).type),
            )
        if "copies" not in schema.names and not run.settings.keep_duplicate_text:
            at = part.schema.get_field_index("text")
            part = part.set_column(at, "text", pa.nulls(part.num_rows, pa.string()))
        parts.append(part.select(schema.names).cast(schema))
    return pa.concat_tables(parts)
