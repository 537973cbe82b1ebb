"""Who stands under whom after a run, and the words that say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dedupe.article import Relation
from dedupe.elect import policy_reason
from dedupe.pipeline.run import Run

ONLY = "only copy"
"""The reason of a canonical that has no rival."""

Copies = dict[str, list[tuple[str, str | None]]]
"""For each canonical the documents under it, with their sites."""


def filed_under(run: Run) -> dict[str, list[str]]:
    """For each canonical the documents that this run files under it."""
    under: dict[str, list[str]] = defaultdict(list)
    for of in (run.outcome.filed, run.outcome.demoted):
        for identity, (canonical, _) in of.items():
            under[canonical].append(identity)
    return under


def sites_of(run: Run, ids: Sequence[str]) -> dict[str, str | None]:
    """The sites of documents that this run files."""
    members = run.outcome.members
    found = {name: each.site for name, each in run.candidates.those(ids).items()}
    return found | {name: members[name]["site"] for name in ids if name in members}


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


def canonical_reasons(
    run: Run, ids: Sequence[str], filed: Mapping[str, Sequence[str]]
) -> list[str]:
    """For each of some canonicals why it stands before the best of the documents filed under it."""
    under = [rival for identity in ids for rival in filed.get(identity, ())]
    candidates = run.candidates.those([*ids, *under])
    place = dict(zip(under, run.ranking.places(under).tolist(), strict=True))
    reasons = []
    for identity in ids:
        rivals = [rival for rival in filed.get(identity, ()) if rival in candidates]
        if rivals and identity in candidates:
            best = min(rivals, key=lambda rival: (place[rival], rival))
            reasons.append(policy_reason(candidates[identity], candidates[best], run.settings))
        else:
            reasons.append(ONLY)
    return reasons


def filed_reasons(run: Run, canonicals: Sequence[str], ids: Sequence[str]) -> list[str]:
    """For each document why it is filed under its canonical and not the other way round."""
    candidates = run.candidates.those([*canonicals, *ids])
    return [
        policy_reason(candidates[canonical], candidates[identity], run.settings)
        if canonical in candidates and identity in candidates
        else "its canonical changed"
        for canonical, identity in zip(canonicals, ids, strict=True)
    ]
