"""A history in which every kind of change happens, and what readers find in a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyiceberg.catalog import Catalog, load_catalog

from dedupe.publish.history import published
from tests.desk import Desk, Row
from tests.newsroom import Story, story, write_rows

STEPS = 4


def at(place: str, told: Story) -> dict[str, Any]:
    return told.row(url=f"https://{place}.example/x", site=f"{place}.example")


def step(desk: Desk, number: int) -> None:
    """The runs 1 to 4: add; revise and promote; nothing new; add and file a copy."""
    one = story(1, paragraphs=6)
    rows = {
        1: [at("first", one), at("twice", story(2)), at("calm", story(3)), at("copied", story(5))],
        2: [at("twice", story(2).revised()), at("better", one.longer(paragraphs=3))],
        3: [at("calm", story(3))],
        4: [at("new", story(4)), at("copy", story(5))],
    }
    desk.ingest(write_rows(desk.inputs / f"{number}.jsonl", rows[number]))


def articles(desk: Desk, number: int | None = None) -> list[Row]:
    """The articles of a snapshot (the current one), sorted by id."""
    snapshot = desk.store().tables if number is None else published(desk.data, number)
    return by_id(snapshot.dataset("articles").to_table().drop_columns("month").to_pylist())


def by_id(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["id"]))


def catalog_in(folder: Path) -> Catalog:
    """The catalog of an Iceberg warehouse, as anyone would open it."""
    uri = f"sqlite:///{folder / 'catalog.db'}"
    return load_catalog("dedupe", type="sql", uri=uri, warehouse=folder.as_uri())
