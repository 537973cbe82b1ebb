"""A reader: what it sees must be whole, and hold all that was acknowledged before it looked."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import dedupe
from dedupe.errors import StoreError
from tests.faults.ledger import acknowledged, append

TABLES = ("articles", "duplicates", "rejects")


def read(folder: Path, how: int) -> list[str]:
    """Look at the folder once, with one of four readers; gives what is wrong."""
    before = acknowledged(folder)
    try:
        store = dedupe.open(folder / "data")
    except StoreError:
        return ["nothing is published"] if before else []
    with store:
        rows = {table: _columns(store, table, how) for table in TABLES}
        wrong = [
            f"{table}: {len(rows[table]['source'])} rows, the manifest says {store.counts[table]}"
            for table in TABLES
            if len(rows[table]["source"]) != store.counts[table]
        ]
    seen = Counter(source for table in TABLES for source in rows[table]["source"])
    wrong += [f"{source}: acknowledged, and gone" for source in before - set(seen)][:5]
    wrong += [f"{source}: {times} times" for source, times in seen.items() if times > 1][:5]
    ids = Counter(rows["articles"]["id"])
    wrong += [f"article {id_}: {times} times" for id_, times in ids.items() if times > 1][:5]
    orphans = set(rows["duplicates"]["canonical_id"]) - set(ids)
    return wrong + [f"{id_}: canonical of a duplicate, and no article" for id_ in orphans][:5]


def _columns(store: dedupe.Store, table: str, how: int) -> dict[str, list[str]]:
    names = {"articles": ["id", "source"], "duplicates": ["canonical_id", "source"]}
    wanted = names.get(table, ["source"])
    files = [str(path) for path in sorted((store.path / table).rglob("*.parquet"))]
    if how % 4 == 0 or not files:
        found = getattr(store, table)().to_table(columns=wanted)
        return {name: found[name].to_pylist() for name in wanted}
    if how % 4 == 1:
        import duckdb

        query = duckdb.sql(f"SELECT {', '.join(wanted)} FROM read_parquet({files!r})")
        found = query.fetchall()
        return {name: [row[at] for row in found] for at, name in enumerate(wanted)}
    if how % 4 == 2:
        import polars as pl

        return pl.read_parquet(files, columns=wanted).to_dict(as_series=False)
    import pandas as pd

    frame = pd.concat([pd.read_parquet(file, columns=wanted) for file in files])
    return {name: list(frame[name]) for name in wanted}


def watch(folder: Path, until: Path) -> None:
    """Read again and again, and tell what is wrong."""
    number = 0
    while not until.exists():
        if wrong := read(folder, number):
            append(folder / "violations", {"reader": number % 4, "wrong": wrong})
        number += 1
        (folder / f"reads-{os.getpid()}").write_text(str(number))
