"""Every table opens in pandas, Polars, DuckDB and pyarrow by its plain path, empty or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import dedupe
from dedupe.detect.shingling import shingle_hash32
from dedupe.schemas import TABLES
from dedupe.words import words
from tests.desk import SEEDS, Desk
from tests.newsroom import story, write_rows, write_text

Read = Callable[[Path], tuple[int, list[str], set[str]]]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Rows in every table, in several months and files."""
    desk = Desk(tmp_path_factory.mktemp("full"))
    desk.ingest(SEEDS)
    rows = [story(n).row(url=f"https://a.example/{n}") for n in range(4)]
    desk.ingest(write_rows(desk.inputs / "1.jsonl", rows))
    copies = [story(n).row(url=f"https://b.example/{n}") for n in range(3)]
    write_text(desk.inputs / "empty.txt", "")
    desk.ingest(write_rows(desk.inputs / "2.jsonl", copies), desk.inputs)
    assert min(desk.counts().values()) > 0
    return desk


@pytest.fixture(scope="module", params=["full", "clean", "empty"])
def data(
    request: pytest.FixtureRequest,
    full: Desk,
    seeded: Desk,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A data folder: with rows in every table; without copies or rejects; without any article."""
    if request.param == "empty":
        desk = Desk(tmp_path_factory.mktemp("nothing"))
        desk.ingest(write_text(desk.inputs / "empty.txt", ""))
        return desk.data
    return full.data if request.param == "full" else seeded.data


def by_pandas(folder: Path) -> tuple[int, list[str], set[str]]:
    frame = pd.read_parquet(folder)
    return len(frame), list(frame.columns), set(frame["month"])


def by_polars(folder: Path) -> tuple[int, list[str], set[str]]:
    """Of a glob Polars reads the files alone, unless it is told to look at the folders' names."""
    frame = pl.read_parquet(f"{folder}/**/*.parquet")
    partitioned = pl.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    assert partitioned.columns == [*frame.columns, "month"]
    return frame.height, partitioned.columns, set(partitioned["month"])


def by_polars_lazily(folder: Path) -> tuple[int, list[str], set[str]]:
    frame = pl.scan_parquet(f"{folder}/**/*.parquet", hive_partitioning=True).collect()
    return frame.height, frame.columns, set(frame["month"])


def by_duckdb(folder: Path) -> tuple[int, list[str], set[str]]:
    found = duckdb.sql(f"from '{folder}/**/*.parquet'")
    months = {month for (month,) in found.select("month").fetchall()}
    return len(found.fetchall()), found.columns, months


def by_pyarrow(folder: Path) -> tuple[int, list[str], set[str]]:
    table = ds.dataset(folder, partitioning="hive").to_table()
    return table.num_rows, table.column_names, set(table["month"].to_pylist())


def by_pyarrow_parquet(folder: Path) -> tuple[int, list[str], set[str]]:
    table = pq.read_table(folder)
    return table.num_rows, table.column_names, set(table["month"].to_pylist())


READERS = [by_pandas, by_polars, by_polars_lazily, by_duckdb, by_pyarrow, by_pyarrow_parquet]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("read", READERS)
def test_every_reader_opens_every_table_by_its_plain_path(
    data: Path, table: str, read: Read
) -> None:
    store = dedupe.open(data)
    rows, columns, months = read(data / "current" / table)
    assert rows == store.counts[table]
    assert columns == [*TABLES[table].names, "month"]
    wanted = set(getattr(store, table)().to_table()["month"].to_pylist())
    assert {str(month) for month in months} == wanted
    assert None not in months


@pytest.mark.parametrize("table", TABLES)
def test_the_store_gives_the_schema_of_the_contract_and_every_file_has_it(
    data: Path, table: str
) -> None:
    store = dedupe.open(data)
    dataset = getattr(store, table)()
    wanted = TABLES[table].append(pa.field("month", pa.string()))
    assert dataset.schema.equals(wanted)
    assert dataset.to_table().num_rows == dataset.count_rows() == store.counts[table]
    files = [path for path in (store.path / table).rglob("*") if path.is_file()]
    assert files
    for file in files:
        assert file.suffix == ".parquet"
        assert pq.read_schema(file).equals(TABLES[table])
        assert pq.read_schema(file).metadata[b"dedupe.schema_version"] == b"1"
        assert file.name[:6].isdecimal()


def test_readers_agree_on_times_lists_and_nulls(full: Desk) -> None:
    folder = full.data / "current" / "articles"
    arrow = {row["id"]: row for row in full.rows("articles")}
    frame = pl.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    for row in frame.iter_rows(named=True):
        assert row == arrow[row["id"]]
    query = f"select id, epoch_us(published_at), authors, title from '{folder}/**/*.parquet'"
    for identity, published, authors, title in duckdb.sql(query).fetchall():
        row = arrow[identity]
        stated = row["published_at"]
        assert published == (stated and round(stated.timestamp() * 1e6))
        assert (authors, title) == (row["authors"], row["title"])
    for row in pd.read_parquet(folder).to_dict("records"):
        assert list(row["authors"]) == arrow[row["id"]]["authors"]
        assert str(row["published_at"].tz) == "UTC" or pd.isna(row["published_at"])


def test_a_duplicate_joins_its_canonical(full: Desk) -> None:
    current = full.data / "current"
    joined = duckdb.sql(
        f"select a.title, d.title from '{current}/duplicates/**/*.parquet' d "
        f"join '{current}/articles/**/*.parquet' a on d.canonical_id = a.id"
    ).fetchall()
    assert len(joined) == 3
    assert all(canonical == copy for canonical, copy in joined)


def test_a_signature_is_an_object_of_datasketch(full: Desk) -> None:
    """It estimates similarity, and stands in an index of datasketch's beside others of theirs."""
    from datasketch import LeanMinHash, MinHash, MinHashLSH

    with full.store() as store:
        sketches = {row["id"]: store.minhash(row["id"]) for row in full.rows("articles")}
        with pytest.raises(dedupe.DedupeError, match="no canonical"):
            store.minhash("0" * 32)
    index = MinHashLSH(threshold=0.5, num_perm=128)
    for identity, sketch in sketches.items():
        assert isinstance(sketch, LeanMinHash)
        index.insert(identity, sketch)
    one = full.rows("articles")[0]
    theirs = MinHash(num_perm=128, seed=1, hashfunc=shingle_hash32)
    found = words(one["text"])
    for at in range(len(found) - 2):
        theirs.update(" ".join(found[at : at + 3]).encode())
    assert index.query(theirs) == [one["id"]]
    assert sketches[one["id"]].jaccard(LeanMinHash(theirs)) == 1.0


def test_datasketch_reads_the_signatures(full: Desk) -> None:
    """The parameters in the file's metadata are enough to compute the same signature again."""
    from datasketch import MinHash

    (file, *_) = (full.store().path / "signatures").rglob("*.parquet")
    metadata = pq.read_schema(file).metadata
    stated = {
        key.decode().removeprefix("dedupe.sketch."): value.decode()
        for key, value in metadata.items()
        if key.startswith(b"dedupe.sketch.")
    }
    assert {"seed", "permutations", "shingle"} <= set(stated)
    for row in full.rows("signatures"):
        sketch = MinHash(
            num_perm=int(stated["permutations"]),
            seed=int(stated["seed"]),
            scheme=stated["scheme"],
            hashvalues=row["signature"],
        )
        assert len(sketch) == 128
        assert sketch.jaccard(sketch) == 1.0
