"""Elect, on a run: verified pairs to the places of every document that the run touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dedupe.article import Pair, Relation, Verdict
from dedupe.detect import compare
from dedupe.elect import Candidate, apart_from, ranked
from dedupe.elect import elect as elect_stars
from dedupe.pipeline.run import Run

ORPHAN_PAIRS = 64
"""Members of a dissolved cluster that are compared with each other; more stay by themselves."""


@dataclass(slots=True)
class Outcome:
    """Where everything goes. Ids are document ids of live versions."""

    filed: dict[str, tuple[str, Verdict]] = field(default_factory=dict)
    """Batch documents and members of old clusters: their canonical and the figures."""
    demoted: dict[str, tuple[str, Verdict]] = field(default_factory=dict)
    """Canonicals of history that a better copy replaces."""
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rows of ``duplicates`` that find a new place, in ``filed`` or ``restored``; by id."""
    restored: set[str] = field(default_factory=set)
    """Members that no present canonical stands for any more: they become articles."""
    revisions: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    """Rows of superseded versions that follow their document: the row and its new canonical."""

    def canonical_of(self, identity: str) -> str:
        """The canonical under which a document stands after this run: itself where it is one."""
        place = self.filed.get(identity) or self.demoted.get(identity)
        return place[0] if place else identity


def elect(run: Run) -> Outcome:
    """Choose the canonicals and re-verify the members of every cluster whose canonical changed."""
    with run.stage("elect"):
        # Whoever has no pair is canonical, and there are very many of these.
        paired = {each for pair in run.pairs for each in (pair.left, pair.right)}
        election = elect_stars(run.ranking.sorted(sorted(paired)), run.pairs)
        outcome = Outcome()
        for identity, place in election.filed.items():
            if identity in run.history:
                outcome.demoted[identity] = place
            else:
                outcome.filed[identity] = place
        _reverify(run, outcome)
        run.outcome = outcome
        _count(run)
        run.progress("elect", len(run.ranking), len(run.ranking))
    return outcome


def _reverify(run: Run, outcome: Outcome) -> None:
    """Members of a cluster answer to its new canonical, or leave it."""
    heir = _heirs(run, outcome)
    if run.snapshot is None:
        return
    replaced = {old["id"] for _, old in run.revised}
    stand = run.candidates.those([*heir.values()])
    rows = run.snapshot.rows("duplicates", heir, key="canonical_id").to_pylist()
    orphans: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: str(row["id"])):
        if row["relation"] == Relation.REVISION:
            outcome.revisions[row["id"]] = (row, row["canonical_id"])
        elif row["id"] not in replaced:
            outcome.members[row["id"]] = row
            canonical = heir[row["canonical_id"]]
            verdict = _verdict_under(run, canonical, row)
            kept_apart = apart_from(stand[canonical], [Candidate.of_row(row)], run.settings)[0]
            if kept_apart or verdict.relation is Relation.DISTINCT:
                orphans.append(row)
            else:
                outcome.filed[row["id"]] = (canonical, verdict)
    _rehouse(run, outcome, orphans)
    _follow(run, outcome)


def _heirs(run: Run, outcome: Outcome) -> dict[str, str]:
    """Canonicals of history that were demoted or revised, with who stands in their place."""
    heir = {identity: place[0] for identity, place in outcome.demoted.items()}
    for entry, old in run.revised:
        if old["table"] == "articles":
            heir[entry.id] = outcome.canonical_of(entry.id)
    return heir


def _verdict_under(run: Run, canonical: str, row: dict[str, Any]) -> Verdict:
    """How a member compares with its new canonical; its old figures where its text is gone."""
    if row["text"] is not None:
        return compare(run.texts.fetch([canonical])[canonical], row["text"], run.settings)
    return Verdict(
        relation=Relation(row["relation"]),
        jaccard=row["jaccard"],
        containment=row["containment"],
        reason=row["reason"],
    )


def _follow(run: Run, outcome: Outcome) -> None:
    """Superseded versions stand under the canonical of their document, wherever that went."""
    # Several articles may share an address, and so a document id: where a version stood tells whose
    # it is. A version of the canonical itself stands under it, as does its cluster.
    owner = {
        (row["document_id"], row["canonical_id"]): row["id"] for row in outcome.members.values()
    }
    for entry, old in run.revised:
        stood = old["canonical_id"] if old["table"] == "duplicates" else old["id"]
        owner[entry.document_id, stood] = entry.id
        for row in run.document_rows.get(entry.document_id, ()):
            if row["superseded"] and row["canonical_id"] == stood:
                outcome.revisions[row["id"]] = (row, stood)
    for identity, (row, stood) in outcome.revisions.items():
        follows = owner.get((row["document_id"], stood), stood)
        outcome.revisions[identity] = (row, outcome.canonical_of(follows))


def _rehouse(run: Run, outcome: Outcome, orphans: Sequence[dict[str, Any]]) -> None:
    """Elect canonicals among the members that their old cluster's canonical does not cover."""
    texts = {row["id"]: row["text"] for row in orphans}
    candidates = [Candidate.of_row(row) for row in orphans]
    best = ranked(candidates, run.settings)
    order = [candidate.id for candidate in best]
    pairs = [
        Pair(left=left, right=right, verdict=compare(texts[left], texts[right], run.settings))
        for place, left in enumerate(order[:ORPHAN_PAIRS])
        for right, kept_apart in zip(
            order[place + 1 :],
            apart_from(best[place], best[place + 1 :], run.settings),
            strict=True,
        )
        if not kept_apart
    ]
    election = elect_stars(order, pairs)
    outcome.filed.update(election.filed)
    outcome.restored.update(election.canonicals)
    run.texts.remember({identity: texts[identity] for identity in election.canonicals})
    for candidate in candidates:
        run.candidates.add(candidate)


def _count(run: Run) -> None:
    """The outcome of each document of the batch, each counted once."""
    mine = run.live.among(list(run.outcome.filed))
    filed = [run.outcome.filed[identity][1] for identity in mine]
    revisions = sum(
        old["table"] == "articles" and entry.id not in run.outcome.filed
        for entry, old in run.revised
    )
    superseded = len(run.superseded)
    run.counts["duplicates"] += len(filed) + superseded
    run.counts["revisions"] += revisions
    run.counts["articles"] += len(run.live) - len(filed) - revisions
    run.relations.update(verdict.relation.value for verdict in filed)
    if revisions + superseded:
        run.relations[Relation.REVISION.value] += revisions + superseded
    run.counts["promotions"] = len(run.outcome.demoted)
