"""Who stands under whom after a run, and the words that say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dedupe.article import Relation
from dedupe.elect import policy_reason
from dedupe.pipeline.run import Run

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
    for _, old in run.revised:
        if old["table"] == "duplicates":
            lost[old["canonical_id"]].add(old["id"])
        else:
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
    best = run.ranking.best(rivals)
    return policy_reason(run.candidates[identity], run.candidates[best], run.settings)


def filed_reason(run: Run, canonical: str, identity: str) -> str:
    """Why a document is filed under ``canonical`` and not the other way round."""
    if canonical in run.candidates and identity in run.candidates:
        return policy_reason(run.candidates[canonical], run.candidates[identity], run.settings)
    return "its canonical changed"
