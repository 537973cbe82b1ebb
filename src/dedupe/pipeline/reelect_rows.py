"""Rows of ``articles``, ``duplicates`` and ``comparisons`` after another election."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from dedupe.article import Relation
from dedupe.pipeline.reelection import Documents, Reelection
from dedupe.publish import Changes, Snapshot, month_of
from dedupe.schemas import ARTICLES, COMPARISONS, DUPLICATES
from dedupe.settings import Settings

_SCHEMAS = {"articles": ARTICLES, "duplicates": DUPLICATES}
_Row = dict[str, Any]


class Rows:
    """Goes through the tables file by file and rewrites the rows that are others now."""

    def __init__(
        self,
        snapshot: Snapshot,
        documents: Documents,
        outcome: Reelection,
        settings: Settings,
        run_id: str,
        now: dt.datetime,
    ) -> None:
        self._snapshot = snapshot
        self._outcome = outcome
        self._keep_text = settings.keep_duplicate_text
        self._run_id = run_id
        self._now = now
        # Whose version a superseded one is: that of its document which stood where it stood.
        self._owners = {
            (one.document_id, one.canonical_id): identity for identity, one in documents.all.items()
        }

    def put(self, changes: Changes) -> int:
        """Give ``changes`` the rows that are others now; their number."""
        changed = 0
        for table in _SCHEMAS:
            for file in self._snapshot.manifest.of(table):
                rows = self._snapshot.read(file).to_pylist()
                moved: dict[str, list[_Row]] = {name: [] for name in _SCHEMAS}
                for row in rows:
                    home, now = self._row(table, row)
                    if home != table or now != row:
                        changes.drop[table].add(row["id"])
                        moved[home].append(self._stamped(home, now))
                for home, found in moved.items():
                    again = pa.Table.from_pylist(found, schema=_SCHEMAS[home])
                    changes.put(home, again, month_of(again["published_at"]))
                    changed += len(found)
        return changed

    def put_comparisons(self, changes: Changes) -> None:
        """Replace the compared pairs by those of this election."""
        for part in self._snapshot.batches("comparisons", ["left_id"]):
            changes.drop["comparisons"].update(part["left_id"].to_pylist())
        rows = [
            {
                "left_id": pair.left,
                "right_id": pair.right,
                "relation": pair.verdict.relation.value,
                "jaccard": pair.verdict.jaccard,
                "containment": pair.verdict.containment,
                "reason": pair.verdict.reason,
                "run_id": self._run_id,
            }
            for pair in self._outcome.pairs
        ]
        changes.put("comparisons", pa.Table.from_pylist(rows, schema=COMPARISONS))

    def _row(self, table: str, row: _Row) -> tuple[str, _Row]:
        """The table that a row stands in now, and the row."""
        outcome, identity = self._outcome, row["id"]
        if row.get("relation") == Relation.REVISION:
            stood = str(row["canonical_id"])
            owner = self._owners.get((row["document_id"], stood), stood)
            return table, {**row, "canonical_id": outcome.canonical_of(owner)}
        if identity in outcome.filed:
            canonical, verdict = outcome.filed[identity]
            return "duplicates", {
                **{name: row[name] for name in DUPLICATES.names if name in row},
                "canonical_id": canonical,
                "relation": verdict.relation.value,
                "jaccard": verdict.jaccard,
                "containment": verdict.containment,
                "reason": verdict.reason,
                "policy_reason": outcome.filed_reason(identity),
                "text": row["text"] if self._keep_text else None,
            }
        return "articles", {
            **{name: row[name] for name in ARTICLES.names if name in row},
            "cluster_id": outcome.clusters[identity],
            "copies": len(outcome.copies.get(identity, ())),
            "sites": outcome.sites(identity),
            "policy_reason": outcome.reason(identity),
        }

    def _stamped(self, table: str, row: _Row) -> _Row:
        if table == "articles":
            return {**row, "updated_at": self._now}
        return {**row, "run_id": self._run_id}
