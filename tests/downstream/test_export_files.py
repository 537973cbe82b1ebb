"""Export to files: JSON lines, a log of changes; and Parquet, a whole table."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import dedupe
from dedupe.cli import main
from dedupe.downstream import changes
from dedupe.pipeline.upkeep import compact, prune, rollback
from dedupe.schemas import ARTICLES, CHANGES
from tests.desk import Desk, Row
from tests.downstream.histories import STEPS, articles, step
from tests.newsroom import story, write_rows


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A data folder after its first run."""
    step(desk, 1)
    return desk


def unpacked(path: Path) -> bytes:
    raw = path.read_bytes()
    match path.suffix:
        case ".gz":
            return gzip.decompress(raw)
        case ".zst":
            return pa.input_stream(io.BytesIO(raw), compression="zstd").read()
        case _:
            return raw


def logged(path: Path) -> list[Row]:
    return [json.loads(line) for line in unpacked(path).splitlines()]


def replayed(rows: list[Row]) -> dict[str, Row]:
    held: dict[str, Row] = {}
    for row in rows:
        if row["change"] == "removed":
            del held[row["id"]]
        else:
            held[row["id"]] = row
    return held


def as_lines(rows: list[Row]) -> dict[str, Row]:
    return {row["id"]: json.loads(json.dumps(row, default=lambda t: t.isoformat())) for row in rows}


def test_a_log_of_changes_replays_to_the_articles_of_every_snapshot(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "a.jsonl.zst"
    before = b""
    for number in range(1, STEPS + 1):
        step(desk, number)
        done = dedupe.export(path, desk.data)
        assert (done.to, done.snapshot, done.since) == ("jsonl", number, number - 1)
        now = unpacked(path)
        assert now.startswith(before)  # a log only grows
        assert len(now.splitlines()) - len(before.splitlines()) == sum(done.changes.values())
        held = replayed(logged(path))
        wanted = as_lines(articles(desk))
        assert {i: {k: row[k] for k in ARTICLES.names} for i, row in held.items()} == wanted
        before = now
    assert [row["since"] for row in logged(path)] == [0] * 4 + [1] * 3 + [3] * 2


def test_exporting_twice_changes_no_byte(told: Desk, tmp_path: Path) -> None:
    for name in ("a.jsonl.zst", "a.parquet"):
        path = tmp_path / "out" / name
        assert dedupe.export(path, told.data).written
        before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()}
        assert not dedupe.export(path, told.data).written
        after = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()}
        assert after == before


def test_the_usual_readers_open_the_log(told: Desk, tmp_path: Path) -> None:
    """Two exports into one file: readers that stop after the first compressed frame would fail."""
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        dedupe.export(tmp_path / name, told.data)
    step(told, 2)
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        path = tmp_path / name
        dedupe.export(path, told.data)
        ids = [row["id"] for row in logged(path)]
        assert len(ids) == 7
        if name != "a.jsonl.zst":  # DuckDB reads zstd with an extension that it downloads
            read = duckdb.sql(f"select id from read_json('{path}')").fetchall()
            assert [row[0] for row in read] == ids
        assert pd.read_json(path, lines=True)["id"].to_list() == ids


def test_a_parquet_file_holds_the_table_by_month_and_id(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "articles.parquet"
    for number in range(1, STEPS + 1):
        step(desk, number)
        done = dedupe.export(path, desk.data)
        assert (done.to, done.since, done.changes["added"]) == ("parquet", 0, len(articles(desk)))
    table = pq.read_table(path)
    assert table.schema.equals(ARTICLES)
    rows = table.to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["published_at"].strftime("%Y-%m"), row["id"]))
    assert sorted(rows, key=lambda row: row["id"]) == articles(desk)
    assert len(pd.read_parquet(path)) == len(rows)
    assert duckdb.sql(f"select sum(copies) from '{path}'").fetchall() == [(2,)]
    duplicates = tmp_path / "duplicates.parquet"
    dedupe.export(duplicates, desk.data, table="duplicates")
    assert set(pq.read_table(duplicates)["id"].to_pylist()) == {
        row["id"] for row in desk.rows("duplicates")
    }


def test_a_whole_export_does_not_depend_on_the_files_that_the_rows_lie_in(
    desk: Desk,
) -> None:
    """Many files of a month, each sorted for itself, and the same rows in one."""
    for day in range(5):
        rows = [
            story(100 * day + n, paragraphs=1).row(url=f"https://a.example/{day}/{n}")
            for n in range(0, 96, 12)
        ]
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", rows))
    before = [row for part in changes(desk.data, 0, 5) for row in part.to_pylist()]
    compact(desk.data)
    after = [row for part in changes(desk.data, 0, 6) for row in part.to_pylist()]
    assert len(before) == 40
    assert [{**row, "snapshot": 6} for row in before] == after
    ids = [row["id"] for row in before if row["published_at"].month == 1]
    assert ids == sorted(ids)
    assert len(ids) > 5


def test_after_a_rollback_the_log_goes_back_too(told: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    step(told, 2)
    dedupe.export(path, told.data)
    rollback(told.data, 1)
    done = dedupe.export(path, told.data)
    assert (done.since, done.snapshot) == (2, 1)
    assert set(replayed(logged(path))) == {row["id"] for row in articles(told)}
    step(told, 4)  # a third snapshot, beside the second
    assert dedupe.export(path, told.data).since == 1
    assert set(replayed(logged(path))) == {row["id"] for row in articles(told)}


def test_changes_since_a_snapshot_go_to_a_file_of_their_own(told: Desk, tmp_path: Path) -> None:
    step(told, 2)
    wanted = changes(told.data, 1, 2).read_all()
    for name in ("c.parquet", "c.jsonl"):
        path = tmp_path / name
        done = dedupe.export(path, told.data, since=1)
        assert (done.since, sum(done.changes.values())) == (1, wanted.num_rows)
        assert not dedupe.export(path, told.data, since=1).written
    assert pq.read_table(tmp_path / "c.parquet").cast(CHANGES).equals(wanted)
    assert [row["id"] for row in logged(tmp_path / "c.jsonl")] == wanted["id"].to_pylist()
    with pytest.raises(dedupe.StoreError, match="holds the changes since snapshot 1"):
        dedupe.export(tmp_path / "c.parquet", told.data)


def test_what_was_not_exported_is_not_written_over(told: Desk, tmp_path: Path) -> None:
    for name in ("mine.jsonl", "mine.parquet"):
        path = tmp_path / name
        path.write_text("mine\n", "utf-8")
        with pytest.raises(dedupe.StoreError, match="was not written by an export"):
            dedupe.export(path, told.data)
        assert path.read_text("utf-8") == "mine\n"
        assert dedupe.export(path, told.data, full=True).written
        assert not dedupe.export(path, told.data).written


def test_an_export_that_cannot_go_on_says_how_to_begin_anew(told: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    dedupe.export(path, told.data)
    step(told, 2)
    with pytest.raises(dedupe.StoreError, match=r"reflects snapshot 1, not 2.*leave out"):
        dedupe.export(path, told.data, since=2)
    prune(told.data, keep=1)
    with pytest.raises(dedupe.StoreError, match=r"snapshot 1: .*pruned.*--full"):
        dedupe.export(path, told.data)
    assert dedupe.export(path, told.data, full=True).changes["added"] == 4
    path.write_bytes(path.read_bytes()[:100])
    step(told, 4)
    with pytest.raises(dedupe.StoreError, match=r"shorter than when it was exported.*--full"):
        dedupe.export(path, told.data)


def test_the_snapshots_of_another_data_folder_are_not_taken_for_ours(
    told: Desk, tmp_path: Path
) -> None:
    path, other = tmp_path / "a.jsonl", Desk(tmp_path / "other")
    dedupe.export(path, told.data)
    for number in (9, 10):
        other.ingest(write_rows(other.inputs / f"{number}.jsonl", [story(number).row()]))
    with pytest.raises(dedupe.StoreError, match="of another data folder"):
        dedupe.export(path, other.data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "a"}, "does not tell the format"),
        ({"path": "a.jsonl", "to": "csv"}, "csv is not a format"),
        ({"path": "a.jsonl", "table": "removals"}, "removals cannot be exported"),
        ({"path": "a.jsonl", "full": True, "since": 1}, "does not go with since"),
        ({"path": "a.jsonl", "catalog": "c", "to": "jsonl"}, "goes with iceberg"),
        ({"path": "a%20b", "to": "delta"}, "looks percent-encoded"),
        ({"path": "s3://bucket/a.jsonl"}, "this machine's own"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    seeded: Desk, options: dict[str, object], message: str
) -> None:
    with pytest.raises(dedupe.SettingsError, match=message):
        dedupe.export(data_dir=seeded.data, **options)  # type: ignore[arg-type]


def test_the_command_reports_what_it_did(told: Desk, tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl.gz")

    def run(*more: str) -> str:
        done = CliRunner().invoke(main, ["export", path, "--data", str(told.data), *more])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert run() == f"{path}: snapshot 1, whole: 4 added\n"
    assert run() == f"{path}: reflects snapshot 1 already\n"
    step(told, 2)
    report = json.loads(run("--json"))
    assert report["changes"] == {"added": 0, "promoted": 1, "revised": 1, "removed": 1}
    assert (report["since"], report["snapshot"], report["written"]) == (1, 2, True)
    assert "4 added" in run("--full")
