"""A data folder in a bucket does what one on disk does, and leaves plain folders for any reader."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import dedupe
from dedupe import object_access
from dedupe.objects import Bucket, BucketAwayError
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import compact, prune, rollback, snapshots
from dedupe.transient import is_transient
from flows.ingest import ingest as ingest_flow
from flows.maintain import maintain as maintain_flow
from tests.desk import SEEDS, content, outcomes
from tests.newsroom import story, write_rows, write_text
from tests.remote.conftest import Store

pytestmark = pytest.mark.services


def put(folder: Path, *numbers: int) -> Path:
    for number in numbers:
        write_text(folder / f"{number}.txt", story(number, 3).plain)
    return folder


def test_the_tables_are_those_of_a_folder_on_disk(address: str, tmp_path: Path) -> None:
    rows = [story(n % 7, 3).row(url=f"https://a.example/{n}") for n in range(12)]
    first = write_rows(tmp_path / "in" / "1.jsonl", rows)
    rest = write_rows(
        tmp_path / "in" / "2.jsonl", [{**rows[0], "text": story(0, 3).longer().body}, {"text": ""}]
    )
    for inputs in (first, rest):
        there = dedupe.ingest(inputs, address)
        here = dedupe.ingest(inputs, tmp_path / "data")
        assert (there.counts, there.snapshot) == (here.counts, here.snapshot)
    clocks = ("first_seen_at", "updated_at")
    assert content(address, *clocks) == content(tmp_path / "data", *clocks)  # type: ignore[arg-type]
    assert there.data_dir == address
    report = check(address)
    assert (report.problems, report.notes) == ([], [])


def test_a_machine_with_an_empty_cache_goes_on_where_another_stopped(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Index and templates are built from the tables; the outcome is that of one machine."""
    for number in range(1, 4):
        monkeypatch.setenv("DEDUPE_CACHE_DIR", str(tmp_path / f"cache-{number}"))
        inputs = put(tmp_path / "in", number)
        assert outcomes(dedupe.ingest(inputs, address)) == outcomes(
            dedupe.ingest(inputs, tmp_path / "data")
        )
    clocks = ("first_seen_at", "updated_at")
    assert content(address, *clocks) == content(tmp_path / "data", *clocks)  # type: ignore[arg-type]
    assert dedupe.open(address).counts["articles"] == 3


def test_what_did_not_change_is_copied_in_the_store_and_not_sent_again(
    store: Store, address: str, tmp_path: Path
) -> None:
    dedupe.ingest(put(tmp_path / "in", 1, 2), address)
    first = {file.path for file in dedupe.open(address).tables.manifest.files}
    store.plan()
    dedupe.ingest(tmp_path / "in", address)
    requests = [request.split() for request in store.plan() if "/000002/" in request]
    second = {file.path for file in dedupe.open(address).tables.manifest.files}
    told = {
        verb: {path.partition("/000002/")[2] for done, path in requests if done == verb}
        for verb in ("COPY", "PUT")
    }
    assert told["COPY"] == second & first
    assert told["PUT"] == second - first | {"manifest.json", "report.html"}
    assert {path.partition("/")[0] for path in second & first} >= {"articles", "removals", "runs"}


def test_a_snapshot_is_a_folder_that_plain_readers_glob(address: str, tmp_path: Path) -> None:
    """The ledger says which; everything else is Parquet by name."""
    dedupe.ingest(put(tmp_path / "in", 1, 2, 3), address)
    bucket = Bucket(address)
    ledger = json.loads(bucket.read("current")[0])
    assert ledger["path"] == "snapshots/000001"
    local = tmp_path / "copied"
    for item in bucket.items(f"{ledger['path']}/articles"):
        assert item.key.endswith(".parquet")
        target = local / item.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bucket.read(item.key)[0])
    assert duckdb.sql(f"select count(*) from '{local}/**/*.parquet'").fetchall() == [(3,)]
    assert len(list(local.rglob("*.parquet"))) == len(
        pq.ParquetDataset(str(local / ledger["path"] / "articles")).files
    )


def test_a_store_reads_columns_where_they_lie(address: str, tmp_path: Path) -> None:
    dedupe.ingest(put(tmp_path / "in", 1, 2), address)
    with dedupe.open(address) as store:
        assert store.snapshot == 1
        assert store.address == f"{address}/snapshots/000001"
        titles = store.articles().to_table(columns=["title", "month"])
        assert sorted(titles["title"].to_pylist()) == sorted(story(n, 3).title for n in (1, 2))
        one = store.articles().to_table(columns=["id"])["id"][0].as_py()
        assert store.explain(one)["document"]["id"] == one
        with pytest.raises(dedupe.StoreError, match="no path leads to it"):
            _ = store.path


def test_opening_where_nothing_is_published_yet(address: str) -> None:
    for ask in (dedupe.open, check):
        with pytest.raises(dedupe.StoreError, match="nothing is published here yet"):
            ask(address)
    assert list(Bucket(address).items()) == []


def test_a_dry_run_writes_nothing_there(store: Store, address: str, tmp_path: Path) -> None:
    dedupe.ingest(put(tmp_path / "in", 1), address)
    store.plan()
    result = dedupe.ingest(put(tmp_path / "in", 2), address, dry_run=True)
    assert outcomes(result) == {"articles": 1, "unchanged": 1}
    assert store.plan() == []


def test_going_back_and_on_again(address: str, tmp_path: Path) -> None:
    """Numbers are never given out twice, and what was withdrawn can be gone back to."""
    for number in (1, 2, 3):
        dedupe.ingest(put(tmp_path / "in", number), address)
    rollback(address, 1)
    assert dedupe.open(address).counts["articles"] == 1
    dedupe.ingest(put(tmp_path / "in", 4), address)
    listed = [(entry.number, entry.current, entry.withdrawn) for entry in snapshots(address)]
    assert listed == [(1, False, False), (2, False, True), (3, False, True), (4, True, False)]
    assert dedupe.open(address).counts["articles"] == 4
    rollback(address, 3)
    assert dedupe.open(address).counts["articles"] == 3
    assert check(address).problems == []
    with pytest.raises(dedupe.StoreError, match="snapshot 9: not in"):
        rollback(address, 9)


def test_pruning_spares_what_was_replaced_a_moment_ago(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        dedupe.ingest(put(tmp_path / "in", number), address)
    reader = dedupe.open(address)
    assert prune(address, keep=1)["dropped"] == []
    monkeypatch.setenv("DEDUPE_GRACE", "0")
    assert prune(address, keep=1)["dropped"] == [1, 2]
    assert Bucket(address).folders("snapshots") == ["000003"]
    assert reader.articles().count_rows() == 3
    assert [entry.number for entry in snapshots(address)] == [3]
    assert check(address).problems == []


def test_small_files_are_folded(address: str, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        dedupe.ingest(put(tmp_path / "in", number), address)
    before = content(address)  # type: ignore[arg-type]
    done = compact(address)
    assert done["files_after"] < done["files_before"]
    assert content(address) == before  # type: ignore[arg-type]
    assert compact(address)["snapshot"] == done["snapshot"]
    assert dedupe.ingest(tmp_path / "in", address).snapshot == done["snapshot"] + 1


def test_check_reads_what_is_stored_and_names_what_is_wrong(address: str, tmp_path: Path) -> None:
    dedupe.ingest(put(tmp_path / "in", 1, 2), address)
    bucket = Bucket(address)
    files = [item.key for item in bucket.items("snapshots/000001") if "/articles/" in item.key]
    body, _ = bucket.read(files[0])
    bucket.write(files[0], body[:-9] + b"X" + body[-8:])
    assert [str(problem) for problem in check(address).problems] == [
        f"{files[0]}: its digest is not the one in the manifest"
    ]
    assert "digest" in command(address, "check", code=1)
    bucket.write(files[0], body[:9])
    assert "9 bytes, the manifest says" in check(address).problems[0]
    bucket.delete([files[0]])
    assert "listed in the manifest but not there" in check(address).problems[0]
    bucket.write(files[0], body)
    bucket.write("snapshots/000001/articles/month=2025-01/more.parquet", body)
    assert "not in its manifest" in check(address).problems[0]


def command(address: str, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dedupe", *arguments, "--data", address],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_every_command_takes_an_address(address: str) -> None:
    assert f"Parquet in {address}/snapshots/000001/articles" in command(
        address, "ingest", str(SEEDS)
    ).replace("\n", "")
    assert "clean (5 articles" in command(address, "check")
    assert "index rebuilt from snapshot 1" in command(address, "rebuild")
    assert json.loads(command(address, "snapshots", "--json"))[0]["current"]
    assert "files became" in command(address, "compact")
    assert "snapshot 1 is current" in command(address, "rollback", "1")
    page = json.loads(command(address, "report", "--json"))["page"]
    assert "<html" in Path(page).read_text("utf-8")
    one = dedupe.open(address).articles().to_table(columns=["id"])["id"][0].as_py()
    assert one in command(address, "explain", one)


def test_the_flows_take_an_address(address: str, tmp_path: Path) -> None:
    result = ingest_flow([str(put(tmp_path / "in", 1, 2))], address)
    assert isinstance(result, dict)
    assert (result["snapshot"], result["data_dir"]) == (1, address)
    put(tmp_path / "in", 3)
    ingest_flow([str(tmp_path / "in")], address)
    done = maintain_flow(address, keep=1, wait=0)
    assert isinstance(done, dict)
    assert done["files_after"] <= done["files_before"]
    assert check(address).problems == []
    assert dedupe.open(address).counts["articles"] == 3


def test_a_busy_store_is_asked_again(store: Store, address: str, tmp_path: Path) -> None:
    store.plan(fail=4, status="503 Slow Down")
    assert dedupe.ingest(put(tmp_path / "in", 1), address).counts["articles"] == 1
    store.plan(fail=3, status="500 Internal Server Error", writes=True)
    assert dedupe.ingest(put(tmp_path / "in", 2), address).counts["articles"] == 1
    assert check(address).problems == []


def test_a_store_that_stays_away_ends_the_run_with_a_message_that_may_pass(
    store: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dedupe.ingest(put(tmp_path / "in", 1), address)
    monkeypatch.setattr(object_access, "RETRIES", 0)
    store.plan(fail=1000, status="503 Slow Down")
    with pytest.raises(BucketAwayError, match=address) as caught:
        dedupe.ingest(put(tmp_path / "in", 2), address)
    assert is_transient(caught.value)
    assert isinstance(caught.value, dedupe.DedupeError)
    store.plan()
    assert dedupe.ingest(tmp_path / "in", address).counts["articles"] == 1


def test_nothing_tells_the_credentials(
    address: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        dedupe.ingest(put(tmp_path / "in", 1), address)
    bucket = Bucket(address)
    everything = b"".join(bucket.read(item.key)[0] for item in bucket.items())
    runs = str(dedupe.open(address).runs().to_table().to_pylist())
    mirror = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    for place in (everything, mirror, runs.encode(), caplog.text.encode()):
        assert b"kept-quiet" not in place
    assert b"cache_dir" not in everything


def test_wrong_credentials_are_told_as_such(store: Store, tmp_path: Path) -> None:
    place = f"{store.bucket()}/data"
    store.plan(fail=1000, status="403 Forbidden")
    with pytest.raises(dedupe.StoreError, match="access is refused"):
        dedupe.ingest(put(tmp_path / "in", 1), place)
    store.plan()


def test_a_store_that_ignores_conditions_is_refused(
    store: Store, address: str, tmp_path: Path
) -> None:
    """Two runs would overwrite each other, and nobody would notice."""
    store.plan(careless=True)
    with pytest.raises(dedupe.StoreError, match="ignores conditions"):
        dedupe.ingest(put(tmp_path / "in", 1), address)
    store.plan()
    assert list(Bucket(address).items()) == []


def test_a_bucket_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    inputs = put(tmp_path / "in", 1)
    assert store.endpoint
    for ask in (
        lambda: dedupe.ingest(inputs, "s3://nobody-made-this/data"),
        lambda: dedupe.ingest("s3://nobody-made-this/in", tmp_path / "data"),
    ):
        with pytest.raises(dedupe.StoreError, match="there is no bucket nobody-made-this"):
            ask()
