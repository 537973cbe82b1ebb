"""A data folder under test: run after run with a clock of its own, each followed by a check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import dedupe
from dedupe.pipeline.check import Report, check
from dedupe.schemas import TABLES

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
FIRST_DAY = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC)

Row = dict[str, Any]


class Desk:
    """Runs the pipeline into one data folder. Each run's clock is a day after the last one's."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.inputs = folder / "in"
        self.data = folder / "data"
        self.settings = settings
        self.day = 0
        self.inputs.mkdir(parents=True, exist_ok=True)

    def ingest(self, *inputs: str | Path, **settings: Any) -> dedupe.Result:
        """Run, and hold that the data folder is whole afterwards."""
        result = dedupe.ingest(
            [*inputs],
            self.data,
            dedupe.Settings(**{**self.settings, **settings}),
            started_at=FIRST_DAY + dt.timedelta(days=self.day),
        )
        self.day += 1
        report = self.check()
        assert report.problems == []
        assert report.notes == []
        return result

    def check(self) -> Report:
        return check(self.data)

    def store(self) -> dedupe.Store:
        return dedupe.open(self.data)

    def rows(self, table: str, **where: Any) -> list[Row]:
        """Rows of a table, sorted by id, that have the given values."""
        found = getattr(self.store(), table)().to_table().to_pylist()
        kept = [row for row in found if all(row[name] == is_ for name, is_ in where.items())]
        return sorted(kept, key=lambda row: str(row.get("id")))

    def row(self, table: str, **where: Any) -> Row:
        """The only row that has the given values."""
        found = self.rows(table, **where)
        assert len(found) == 1, f"{len(found)} rows of {table} have {where}"
        return found[0]

    def counts(self) -> dict[str, int]:
        return self.store().counts

    def content(self) -> dict[str, list[Row]]:
        """All tables but ``runs``, without the columns that tell one run from another."""
        return content(self.data)


def content(data: Path, *also: str) -> dict[str, list[Row]]:
    """All tables but ``runs``, less ``run_id`` and the columns named, as sorted rows."""
    store = dedupe.open(data)
    tables: dict[str, list[Row]] = {}
    for table in TABLES:
        if table == "runs":
            continue
        found = getattr(store, table)().to_table().to_pylist()
        rows = [{k: v for k, v in row.items() if k not in {"run_id", *also}} for row in found]
        tables[table] = sorted(rows, key=repr)
    return tables


CLOCKS = ("first_seen_at", "updated_at")
"""Columns that tell when a run was."""


def outcomes(result: dedupe.Result) -> dict[str, int]:
    """The outcomes of a run that are not zero."""
    names = ("articles", "revisions", "duplicates", "rejects", "unchanged")
    return {name: result.counts[name] for name in names if result.counts[name]}
