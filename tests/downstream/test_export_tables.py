"""Export to Delta Lake and Iceberg tables, read back with their own libraries."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog import load_catalog
from pyiceberg.utils.config import Config

import dedupe
from dedupe.pipeline.upkeep import prune, rollback
from dedupe.schemas import ARTICLES, DUPLICATES
from tests.desk import Desk, Row
from tests.downstream.histories import STEPS, articles, by_id, catalog_in, step

Read = Callable[[Path], list[Row]]


def delta(path: Path) -> list[Row]:
    return by_id(DeltaTable(path).to_pyarrow_table().to_pylist())


def iceberg(path: Path) -> list[Row]:
    return by_id(catalog_in(path).load_table("dedupe.articles").scan().to_arrow().to_pylist())


both = pytest.mark.parametrize(("to", "read"), [("delta", delta), ("iceberg", iceberg)])


def commits(to: str, path: Path) -> int:
    if to == "delta":
        return DeltaTable(path).version()
    return len(catalog_in(path).load_table("dedupe.articles").metadata.metadata_log)


@both
def test_the_table_equals_the_articles_of_every_snapshot(
    desk: Desk, tmp_path: Path, to: str, read: Read
) -> None:
    path = tmp_path / "table"
    for number in range(1, STEPS + 1):
        step(desk, number)
        done = dedupe.export(path, desk.data, to)
        assert (done.snapshot, done.since, done.written) == (number, number - 1, True)
        assert read(path) == articles(desk)
        before = commits(to, path)
        assert not dedupe.export(path, desk.data, to).written
        assert commits(to, path) == before == number - 1  # one commit an export
    assert done.changes == {"added": 1, "promoted": 0, "revised": 1, "removed": 0}


@pytest.mark.parametrize(
    ("to", "read"),
    [("delta", delta), pytest.param("iceberg", iceberg, marks=pytest.mark.slow)],
)
def test_after_a_rollback_the_table_goes_back_and_then_on(
    desk: Desk, tmp_path: Path, to: str, read: Read
) -> None:
    path = tmp_path / "table"
    step(desk, 1)
    step(desk, 2)
    dedupe.export(path, desk.data, to)
    rollback(desk.data, 1)
    done = dedupe.export(path, desk.data, to)
    assert (done.since, done.snapshot, done.changes["removed"]) == (2, 1, 1)
    assert read(path) == articles(desk)
    step(desk, 4)
    dedupe.export(path, desk.data, to)
    assert read(path) == articles(desk)
    # The snapshot that the table reflects is gone: whole, on request.
    step(desk, 2)
    prune(desk.data, keep=1)
    with pytest.raises(dedupe.StoreError, match=r"pruned.*--full"):
        dedupe.export(path, desk.data, to)
    assert dedupe.export(path, desk.data, to, full=True).changes["added"] == len(articles(desk))
    assert read(path) == articles(desk)
    assert not dedupe.export(path, desk.data, to).written


def test_what_others_did_to_a_delta_table_is_noticed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "table"
    step(desk, 1)
    dedupe.export(path, desk.data, "delta")
    DeltaTable(path).delete("title like 'Un%' or copies = 0")
    with pytest.raises(dedupe.StoreError, match=r"holds 0 rows where the export left 4.*--full"):
        dedupe.export(path, desk.data, "delta")
    dedupe.export(path, desk.data, "delta", full=True)
    # What keeps the rows is no change: files folded together, old ones dropped.
    DeltaTable(path).optimize.compact()
    DeltaTable(path).create_checkpoint()
    step(desk, 2)
    assert dedupe.export(path, desk.data, "delta").since == 1
    assert delta(path) == articles(desk)


def test_what_others_did_to_an_iceberg_table_is_noticed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "table"
    step(desk, 1)
    dedupe.export(path, desk.data, "iceberg")
    table = catalog_in(path).load_table("dedupe.articles")
    table.delete(f"id = '{articles(desk)[0]['id']}'")
    with pytest.raises(dedupe.StoreError, match=r"holds 3 rows where the export left 4.*--full"):
        dedupe.export(path, desk.data, "iceberg")
    dedupe.export(path, desk.data, "iceberg", full=True)
    assert iceberg(path) == articles(desk)


def test_a_table_made_by_others_is_brought_further_on_their_word(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "table"
    step(desk, 1)
    write_deltalake(path, desk.store().articles().to_table(columns=ARTICLES.names))
    step(desk, 2)
    with pytest.raises(dedupe.StoreError, match="does not say which snapshot it reflects"):
        dedupe.export(path, desk.data, "delta")
    dedupe.export(path, desk.data, "delta", since=1)
    assert delta(path) == articles(desk)
    with pytest.raises(dedupe.StoreError, match="no table to bring further"):
        dedupe.export(tmp_path / "none", desk.data, "delta", since=1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(dedupe.StoreError, match="holds something else"):
        dedupe.export(tmp_path / "full", desk.data, "delta", full=True)


def test_the_data_files_of_a_first_export_that_died_are_no_table(
    desk: Desk, tmp_path: Path
) -> None:
    """One of them half written, under the name that the library gives it until it is whole."""
    path = tmp_path / "table"
    step(desk, 1)
    dedupe.export(path, desk.data, "delta")
    shutil.rmtree(path / "_delta_log")
    (data,) = path.iterdir()
    shutil.copy(data, data.with_name(f"{data.name}#1"))
    dedupe.export(path, desk.data, "delta")
    assert delta(path) == articles(desk)
    (tmp_path / "other").mkdir()
    shutil.copy(data, tmp_path / "other" / "mine.parquet")
    with pytest.raises(dedupe.StoreError, match="was not written by an export"):
        dedupe.export(tmp_path / "other", desk.data, "delta")


def test_a_column_that_the_iceberg_table_lacks_is_added(desk: Desk, tmp_path: Path) -> None:
    """As after an upgrade that brought a column."""
    path = tmp_path / "table"
    step(desk, 1)
    dedupe.export(path, desk.data, "iceberg")
    with catalog_in(path).load_table("dedupe.articles").update_schema() as change:
        change.delete_column("modified_at")
    step(desk, 2)
    dedupe.export(path, desk.data, "iceberg")
    assert iceberg(path)[0].keys() == articles(desk)[0].keys()
    assert [row["id"] for row in iceberg(path)] == [row["id"] for row in articles(desk)]


def test_duplicates_go_to_tables_too(desk: Desk, tmp_path: Path) -> None:
    for number in range(1, STEPS + 1):
        step(desk, number)
        dedupe.export(tmp_path / "delta", desk.data, "delta", table="duplicates")
        dedupe.export(tmp_path / "iceberg", desk.data, "iceberg", table="duplicates")
    wanted = [{name: row[name] for name in DUPLICATES.names} for row in desk.rows("duplicates")]
    table = catalog_in(tmp_path / "iceberg").load_table("dedupe.duplicates")
    assert delta(tmp_path / "delta") == wanted
    assert by_id(table.scan().to_arrow().to_pylist()) == wanted


def test_an_iceberg_table_of_ones_own_catalog(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pyiceberg's own configuration names the catalog; DuckDB reads what it points at."""
    (tmp_path / "lake").mkdir()
    monkeypatch.setenv("PYICEBERG_CATALOG__LAKE__TYPE", "sql")
    monkeypatch.setenv("PYICEBERG_CATALOG__LAKE__URI", f"sqlite:///{tmp_path}/lake.db")
    monkeypatch.setenv("PYICEBERG_CATALOG__LAKE__WAREHOUSE", f"file://{tmp_path}/lake")
    monkeypatch.setattr("pyiceberg.catalog._ENV_CONFIG", Config())  # read at its import
    step(desk, 1)
    with pytest.raises(dedupe.SettingsError, match="catalog: sea: URI missing"):
        dedupe.export("news.articles", desk.data, catalog="sea")
    with desk.store() as store:
        done = store.export("news.articles", catalog="lake")
    assert (done.to, done.path) == ("iceberg", "news.articles")
    table = load_catalog("lake").load_table("news.articles")
    rows = table.scan().to_arrow()
    assert by_id(rows.to_pylist()) == articles(desk)
    assert duckdb.sql("select sum(copies) from rows").fetchall() == [(0,)]


def test_a_format_without_its_package_names_the_extra(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(desk, 1)
    monkeypatch.delitem(sys.modules, "dedupe.downstream.delta", raising=False)
    monkeypatch.setitem(sys.modules, "deltalake", None)  # as where it is not installed
    with pytest.raises(dedupe.DedupeError, match=r"pip install 'dedupe-ingest\[delta\]'"):
        dedupe.export(tmp_path / "table", desk.data, "delta")
