"""The run that made the snapshot, and those before it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from dedupe.publish import Snapshot

TREND = 30
"""Runs that the trend shows."""

_COLUMNS = (
    "run_id",
    "snapshot",
    "started_at",
    "seconds",
    "inputs",
    "documents",
    "unchanged",
    "articles",
    "revisions",
    "duplicates",
    "rejects",
    "promotions",
    "removals",
    "candidates",
    "relations",
    "stage_seconds",
    "settings",
    "versions",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A row of ``runs``, with its maps as dictionaries."""

    run_id: str
    snapshot: int
    started_at: dt.datetime
    seconds: float
    inputs: list[str]
    documents: int
    unchanged: int
    articles: int
    revisions: int
    duplicates: int
    rejects: int
    promotions: int
    removals: int
    candidates: int
    relations: dict[str, int]
    stage_seconds: dict[str, float]
    settings: dict[str, Any]
    versions: dict[str, str]

    @property
    def rate(self) -> float:
        """Documents per second."""
        return self.documents / self.seconds if self.seconds > 0 else 0.0


def latest(snapshot: Snapshot, most: int = TREND) -> list[RunFacts]:
    """The last runs, oldest first.

    A file holds the runs since the file before it, in order: from the newest file and its last row
    group backwards, nothing more is read than it takes.
    """
    rows: list[dict[str, Any]] = []
    files = [file for file in snapshot.manifest.of("runs") if file.rows]
    for file in sorted(files, key=lambda file: file.path, reverse=True):
        if len(rows) >= most:
            break
        reader = pq.ParquetFile(snapshot.path(file))
        present = [name for name in _COLUMNS if name in reader.schema_arrow.names]
        for group in reversed(range(reader.num_row_groups)):
            if len(rows) < most:
                rows += reader.read_row_group(group, columns=present).to_pylist()
    rows.sort(key=lambda row: (row["snapshot"], row["run_id"]))
    return [_facts(row) for row in rows[-most:]]


def _facts(row: dict[str, Any]) -> RunFacts:
    numbers = {name: row.get(name) or 0 for name in _COLUMNS[5:14]}
    return RunFacts(
        run_id=row["run_id"],
        snapshot=row["snapshot"],
        started_at=row["started_at"],
        seconds=row["seconds"],
        inputs=row.get("inputs") or [],
        relations=dict(row.get("relations") or ()),
        stage_seconds=dict(row.get("stage_seconds") or ()),
        settings=json.loads(row.get("settings") or "{}"),
        versions=json.loads(row.get("versions") or "{}"),
        **numbers,
    )
