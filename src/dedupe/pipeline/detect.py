"""Detect, on a run: staged articles to verified pairs, in the batch and against all history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dedupe.article import Relation
from dedupe.detect import Detector
from dedupe.elect import Candidate, ranked
from dedupe.pipeline.evidence import Evidence
from dedupe.pipeline.rebuild import known
from dedupe.pipeline.run import Run
from dedupe.pipeline.template_changes import hash_without_template
from dedupe.pipeline.template_state import Known
from dedupe.pipeline.texts import Texts
from dedupe.pipeline.versions import Entry, Versions, resolve

_ENTRY = [
    "document_id",
    "content_hash",
    "source",
    "word_count",
    "site",
    "title",
    "published_at",
    "modified_at",
]
_HISTORY = ["id", "word_count", "first_seen_at", "published_at", "site", "version", "cluster_id"]


def detect(run: Run, shards: list[Path]) -> int:
    """Sort out versions, then find and verify the batch's pairs; gives how many were compared."""
    with run.stage("detect"):
        run.texts = Texts(shards, run.snapshot)
        run.versions = _versions(run)
        live = run.versions.live
        run.texts.register(live)
        run.counts["unchanged"] += run.versions.unchanged
        run.detector = Detector(run.settings, run.index)
        for entries in _by_shard(live):
            ids = [entry.id for entry in entries]
            run.detector.add(ids, [run.texts.of(entry) for entry in entries])
        _load_history(run)
        run.ranking = ranked(run.candidates.values(), run.settings)
        run.rank = {candidate.id: place for place, candidate in enumerate(run.ranking)}
        batch = {entry.id for entry in live}
        evidence = Evidence(run.settings)
        for pair in run.detector.pairs(run.texts.fetch, run.rank):
            if pair.left == pair.right or not ({pair.left, pair.right} & batch):
                continue
            run.counts["candidates"] += 1
            if pair.verdict.relation is Relation.DISTINCT:
                evidence.add(pair)
            else:
                run.pairs.append(pair)
            run.progress("detect", run.counts["candidates"], None)
        run.pairs.extend(evidence.pairs())
    return run.counts["candidates"]


def _versions(run: Run) -> Versions:
    entries = [
        Entry(shard=shard, row=row, words=values.pop("word_count"), **values)
        for shard, table in enumerate(run.texts.shards)
        for row, values in enumerate(table.select(_ENTRY).to_pylist())
    ]
    identities = sorted({entry.document_id for entry in entries})
    old = [i for i, flag in zip(identities, known(run.index, identities), strict=True) if flag]
    run.document_rows = _history_of(run, old)
    _see_through_templates(run, entries)
    return resolve(entries, run.document_rows, run.texts.of, run.settings)


def _history_of(run: Run, document_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everything the tables hold of these documents, by document id."""
    found: dict[str, list[dict[str, Any]]] = {}
    if run.snapshot is None:
        return found
    for table in ("articles", "duplicates"):
        rows = run.snapshot.rows(table, document_ids, key="document_id").to_pylist()
        for row in sorted(rows, key=lambda row: str(row["id"])):
            row["table"] = table
            row["superseded"] = row.get("relation") == Relation.REVISION
            found.setdefault(row["document_id"], []).append(row)
    return found


def _see_through_templates(run: Run, entries: list[Entry]) -> None:
    """A version that differs by its site's template only has the content that is known already."""
    sites = Known.at(run.templates)
    stored = {
        document_id: {hash_without_template(row, sites): row["content_hash"] for row in rows}
        for document_id, rows in run.document_rows.items()
    }
    for entry in entries:
        same = stored.get(entry.document_id, {})
        entry.content_hash = same.get(entry.content_hash, entry.content_hash)


def _by_shard(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Entries in the order in which they lie in the shards, a shard at a time."""
    of_shard: dict[int, list[Entry]] = {}
    for entry in entries:
        of_shard.setdefault(entry.shard, []).append(entry)
    for shard in sorted(of_shard):
        yield sorted(of_shard[shard], key=lambda entry: entry.row)


def _load_history(run: Run) -> None:
    """The candidates for election: the batch, and the canonicals of history it may match."""
    for entry in run.versions.live:
        old = entry.predecessor
        run.candidates[entry.id] = Candidate(
            id=entry.id,
            words=entry.words,
            first_seen_at=old["first_seen_at"] if old else run.started_at,
            published_at=entry.published_at,
            site=entry.site,
            version=entry.version,
            incumbent=old is not None and old["table"] == "articles",
        )
    matched = [i for i in run.detector.history() if i not in run.candidates]
    if run.snapshot is None or not matched:
        return
    rows = run.snapshot.rows("articles", matched, [*_HISTORY, "text"])
    for row in rows.to_pylist():
        run.texts.remember({row["id"]: row["text"]})
        run.history[row["id"]] = row
        run.candidates[row["id"]] = Candidate(
            id=row["id"],
            words=row["word_count"],
            first_seen_at=row["first_seen_at"],
            published_at=row["published_at"],
            site=row["site"],
            version=row["version"],
            incumbent=True,
        )
