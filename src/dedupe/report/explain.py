"""The whole story of one document, told from the tables alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.article import Relation
from dedupe.errors import InputError
from dedupe.publish import Snapshot
from dedupe.schemas import TABLES

_PLACES = ("articles", "duplicates", "rejects")
_SHOWN = 20
"""Members and comparisons listed; the story says how many there are in all."""


def explain(snapshot: Snapshot, query: str) -> dict[str, Any]:
    """Where a document came from, what was cut, whom it was compared with, where it stands and why.

    Args:
        snapshot: the state to tell it from.
        query: an id, the unique beginning of one, or a document's exact URL or source.

    Returns:
        JSON-ready values: ``id``, ``outcome`` (``canonical``, ``duplicate`` or ``rejected``),
        ``document``, ``canonical``, ``cluster``, ``compared``, ``removals``, ``versions``, ``run``.

    Raises:
        InputError: no document answers to ``query``, or several do.
    """
    table, identity = _find(snapshot, query)
    row = snapshot.rows(table, [identity]).to_pylist()[0]
    story: dict[str, Any] = {
        "id": identity,
        "outcome": {
            "articles": "canonical",
            "duplicates": "duplicate",
            "rejects": "rejected",
        }[table],
        "document": _plain({k: v for k, v in row.items() if k != "provenance"}),
        "run": _run(snapshot, row["run_id"]),
    }
    if table == "rejects":
        return story
    story["provenance"] = json.loads(row["provenance"])
    story["removals"] = [
        {name: cut[name] for name in ("stage", "rule", "start", "end", "text")}
        for cut in snapshot.rows("removals", [identity], key="article_id").to_pylist()
    ]
    story["compared"] = _comparisons(snapshot, identity)
    canonical = row["canonical_id"] if table == "duplicates" else identity
    if table == "duplicates":
        story["canonical"] = _brief(snapshot, "articles", [canonical])[0]
    story["cluster"] = _cluster(snapshot, canonical)
    story["versions"] = [
        {name: old[name] for name in ("id", "version", "jaccard", "containment", "source")}
        for old in snapshot.rows("duplicates", [row["document_id"]], key="document_id").to_pylist()
        if old["relation"] == "revision" and old["id"] != identity
    ]
    return story


def _find(snapshot: Snapshot, query: str) -> tuple[str, str]:
    """The table and id that ``query`` means."""
    asked = query.strip()
    named: dict[str, str] = {}
    begun: dict[str, str] = {}
    # In this order a page that was rejected once and accepted later is told by its acceptance.
    for table in _PLACES:
        columns = [name for name in ("id", "source", "url") if name in TABLES[table].names]
        for part in snapshot.batches(table, columns):
            for identity in _named(part, asked):
                named.setdefault(identity, table)
            if asked:
                starts = pc.starts_with(part["id"], asked.lower())
                for identity in part.filter(starts)["id"].to_pylist():
                    begun.setdefault(identity, table)
    if asked.lower() in begun:
        return begun[asked.lower()], asked.lower()
    hits = _present(snapshot, named) or named or begun
    if len(hits) == 1:
        ((identity, table),) = hits.items()
        return table, identity
    if not hits:
        raise InputError(
            f"{query}: no document has this id, URL or source in snapshot {snapshot.number}; "
            "ids stand in the column `id` of articles, duplicates and rejects"
        )
    some = ", ".join(sorted(hits)[:5]) + (", ..." if len(hits) > 5 else "")  # noqa: PLR2004
    raise InputError(f"{query}: {len(hits)} documents answer to it ({some}); name one by its id")


def _named(part: pa.Table, asked: str) -> list[str]:
    """Ids of the rows whose source or URL is ``asked``."""
    mask = pc.equal(part["source"], asked)
    if "url" in part.column_names:
        mask = pc.or_(mask, pc.fill_null(pc.equal(part["url"], asked), fill_value=False))
    return [str(identity) for identity in part.filter(mask)["id"].to_pylist()]


def _present(snapshot: Snapshot, hits: dict[str, str]) -> dict[str, str]:
    """An address has several versions, and a source several tries: those that stand are meant."""
    if len(hits) < 2:  # noqa: PLR2004
        return hits
    filed = snapshot.rows("duplicates", hits, ["id", "relation"]).to_pylist()
    old = {row["id"] for row in filed if row["relation"] == Relation.REVISION}
    return {i: table for i, table in hits.items() if table != "rejects" and i not in old}


def _comparisons(snapshot: Snapshot, identity: str) -> list[dict[str, Any]]:
    parts = [snapshot.rows("comparisons", [identity], key=key) for key in ("left_id", "right_id")]
    rows = pa.concat_tables(parts).to_pylist()
    rows.sort(key=lambda row: (-row["jaccard"], -row["containment"], row["right_id"]))
    others = [row["right_id"] if row["left_id"] == identity else row["left_id"] for row in rows]
    titles = {
        found["id"]: found
        for table in ("articles", "duplicates")
        for found in _brief(snapshot, table, others[:_SHOWN])
    }
    return [
        {
            "id": other,
            "title": titles.get(other, {}).get("title"),
            "source": titles.get(other, {}).get("source"),
            **{k: row[k] for k in ("relation", "jaccard", "containment", "reason", "run_id")},
        }
        for row, other in zip(rows[:_SHOWN], others, strict=False)
    ]


def _cluster(snapshot: Snapshot, canonical: str) -> dict[str, Any]:
    head = snapshot.rows(
        "articles", [canonical], ["id", "cluster_id", "copies", "sites", "policy_reason"]
    ).to_pylist()[0]
    members = snapshot.rows(
        "duplicates",
        [canonical],
        ["id", "relation", "jaccard", "containment", "policy_reason", "title", "site", "source"],
        key="canonical_id",
    ).to_pylist()
    members.sort(key=lambda row: (-row["jaccard"], row["id"]))
    return {**_plain(head), "members": members[:_SHOWN], "members_in_all": len(members)}


def _brief(snapshot: Snapshot, table: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    names = ["id", "title", "site", "url", "source", "word_count", "policy_reason"]
    return [_plain(row) for row in snapshot.rows(table, set(ids), names).to_pylist()]


def _run(snapshot: Snapshot, run_id: str) -> dict[str, Any] | None:
    rows = snapshot.rows(
        "runs", [run_id], ["run_id", "snapshot", "started_at", "inputs", "settings"], key="run_id"
    ).to_pylist()
    if not rows:
        return None
    return {**_plain(rows[0]), "settings": json.loads(rows[0]["settings"])}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Times as ISO text, the rest as it is."""
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()}
