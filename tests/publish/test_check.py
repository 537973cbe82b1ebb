"""``check`` finds what is wrong, says where, and tells damage from what mends itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dedupe
from dedupe.pipeline.check import check
from dedupe.pipeline.rebuild import rebuild_index
from dedupe.publish.durable import digest
from tests.desk import SEEDS, Desk, content, outcomes
from tests.newsroom import story, write_rows


@pytest.fixture
def data(desk: Desk) -> Path:
    desk.ingest(SEEDS)
    return desk.data


def a_file(data: Path, table: str = "articles") -> Path:
    return min((data / "current" / table).rglob("*.parquet"))


def detach(path: Path) -> None:
    """Give a file that snapshots share an inode of its own, so that one copy is damaged."""
    raw = path.read_bytes()
    path.unlink()
    path.write_bytes(raw)


@pytest.mark.parametrize("table", ["articles", "removals", "rejects", "signatures", "runs"])
@pytest.mark.parametrize("at", [0.0, 0.5, 0.99])
def test_a_flipped_byte_is_found_in_every_table(data: Path, table: str, at: float) -> None:
    path = a_file(data, table)
    raw = bytearray(path.read_bytes())
    raw[int(at * len(raw))] ^= 0x10
    path.write_bytes(raw)
    (problem,) = check(data).problems
    assert "digest" in problem
    assert path.name in problem
    assert f"{table}/" in problem


def test_a_truncated_file_is_found(data: Path) -> None:
    path = a_file(data)
    path.write_bytes(path.read_bytes()[:-100])
    (problem,) = check(data).problems
    assert f"articles/{path.parent.name}/{path.name}" in problem
    assert "bytes" in problem


def test_a_deleted_file_is_found(data: Path) -> None:
    path = a_file(data)
    path.unlink()
    (problem,) = check(data).problems
    assert path.name in problem
    assert "not there" in problem


@pytest.mark.parametrize("name", ["month=unknown/copy.parquet", "notes.txt", "month=2025-11/.tmp"])
def test_a_stray_file_in_a_table_is_found(data: Path, name: str) -> None:
    shutil.copyfile(a_file(data), data / "current" / "articles" / name)
    (problem,) = check(data).problems
    assert name in problem


def test_a_signature_that_datasketch_does_not_make_is_found_though_its_digest_holds(
    data: Path,
) -> None:
    path = a_file(data, "signatures")
    table = pq.read_table(path, partitioning=None)
    rows = table.to_pylist()
    rows[0]["signature"][7] ^= 1
    detach(path)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    manifest = data / "current" / "manifest.json"
    values = json.loads(manifest.read_text("utf-8"))
    (entry,) = (file for file in values["files"] if path.match(file["path"]))
    entry |= {"sha256": digest(path), "bytes": path.stat().st_size}
    manifest.write_text(json.dumps(values), encoding="utf-8")
    (problem,) = check(data).problems
    assert f"datasketch signs the text of article {rows[0]['id']} otherwise" in problem


def test_a_manifest_that_cannot_be_read_is_an_error_that_says_what_to_do(data: Path) -> None:
    (data / "current" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(dedupe.StoreError, match=r"manifest\.json.*rollback"):
        check(data)
    with pytest.raises(dedupe.StoreError, match=r"manifest\.json"):
        dedupe.ingest(SEEDS, data)


def test_a_manifest_of_a_later_format_is_refused_by_all(data: Path) -> None:
    path = data / "current" / "manifest.json"
    values = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**values, "format": 99, "novelty": 1}), encoding="utf-8")
    for refused in (check, dedupe.open, lambda folder: dedupe.ingest(SEEDS, folder)):
        with pytest.raises(dedupe.StoreError, match="later version"):
            refused(data)


def test_a_folder_in_which_nothing_was_published_is_an_error(tmp_path: Path) -> None:
    for refused in (check, dedupe.open, rebuild_index):
        with pytest.raises(dedupe.StoreError, match="nothing is published"):
            refused(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_current_that_leads_nowhere_is_an_error_and_nothing_is_overwritten(data: Path) -> None:
    (data / "current").unlink()
    (data / "current").symlink_to("snapshots/000077")
    for refused in (check, dedupe.open, lambda folder: dedupe.ingest(SEEDS, folder)):
        with pytest.raises(dedupe.StoreError, match="000077"):
            refused(data)
    assert (data / "snapshots" / "000001" / "manifest.json").exists()


def test_snapshots_without_a_current_are_never_written_over(desk: Desk) -> None:
    """A lost link is no empty folder: a run that took it for one would replace snapshot 1."""
    desk.ingest(SEEDS)
    desk.ingest(SEEDS)
    (desk.data / "current").unlink()
    with pytest.raises(dedupe.StoreError, match="current"):
        dedupe.ingest(SEEDS, desk.data)
    assert sorted(path.name for path in (desk.data / "snapshots").iterdir()) == ["000001", "000002"]
    (desk.data / "current").symlink_to("snapshots/000002")
    assert outcomes(desk.ingest(SEEDS)) == {"unchanged": 5}


def test_a_copy_of_the_folder_with_its_links_followed_can_be_read_but_not_written(
    desk: Desk,
) -> None:
    """As ``cp -rL`` or a zip file leaves it: ``current`` is a folder, which no swap can replace."""
    desk.ingest(SEEDS)
    followed = desk.folder / "followed"
    shutil.copytree(desk.data, followed, symlinks=False)
    assert check(followed).problems == []
    assert dedupe.open(followed).counts["articles"] == 5
    before = sorted(followed.rglob("*"))
    with pytest.raises(dedupe.StoreError, match="link"):
        dedupe.ingest(SEEDS, followed)
    assert sorted(path for path in followed.rglob("*") if "state" not in path.parts) == [
        path for path in before if "state" not in path.parts
    ]


def test_a_copied_folder_goes_on_where_the_original_stood(desk: Desk) -> None:
    desk.ingest(SEEDS)
    shutil.copytree(desk.data, desk.folder / "copy", symlinks=True)
    desk.data = desk.folder / "copy"
    assert outcomes(desk.ingest(SEEDS)) == {"unchanged": 5}


@pytest.mark.parametrize("lost", ["state", "state/index"])
def test_a_lost_index_is_a_note_and_the_next_run_takes_nothing_in_again(
    desk: Desk, lost: str
) -> None:
    told = story(1)
    rows = [told.row(), told.row(url="https://b.example/"), {"text": "--"}]
    desk.ingest(SEEDS, write_rows(desk.inputs / "rows.jsonl", rows))
    shutil.rmtree(desk.data / lost)
    report = desk.check()
    assert report.problems == []
    assert any("rebuild" in note for note in report.notes)
    before = desk.content()
    assert outcomes(desk.ingest(SEEDS, desk.inputs)) == {"unchanged": 8}
    assert desk.content() == before


def test_rebuild_makes_a_lost_index_again(desk: Desk) -> None:
    desk.ingest(SEEDS)
    shutil.rmtree(desk.data / "state")
    assert rebuild_index(desk.data) == {"snapshot": 1, "canonicals": 5}
    report = desk.check()
    assert (report.problems, report.notes) == ([], [])


def test_a_rebuilt_index_finds_what_the_first_one_found(desk: Desk) -> None:
    told = story(1, paragraphs=6)
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [told.row(), story(2).row()]))
    desk.ingest(write_rows(desk.inputs / "2.jsonl", [told.longer(paragraphs=3).row()]))
    one, two = desk.folder / "one", desk.folder / "two"
    for copy in (one, two):
        shutil.copytree(desk.data, copy, symlinks=True)
    shutil.rmtree(two / "state")
    more = [told.row(url="https://c.example/"), story(2).revised().row(), story(3).row()]
    inputs = write_rows(desk.inputs / "3.jsonl", more)
    for copy in (one, two):
        dedupe.ingest(inputs, copy)
    assert content(one, "first_seen_at", "updated_at") == content(
        two, "first_seen_at", "updated_at"
    )


def test_a_damaged_index_is_found_and_rebuild_mends_it(data: Path) -> None:
    (segment,) = (data / "state" / "index").glob("*.segment")
    raw = bytearray(segment.read_bytes())
    raw[len(raw) // 2] ^= 0x10
    segment.write_bytes(raw)
    report = check(data)
    assert report.problems
    assert all("index" in problem for problem in report.problems)
    assert any("rebuild" in problem for problem in report.problems)
    rebuild_index(data)
    assert check(data).problems == []


def test_an_index_of_an_older_snapshot_is_not_believed(desk: Desk) -> None:
    desk.ingest(SEEDS)
    old = desk.folder / "old"
    shutil.copytree(desk.data / "state" / "index", old)
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [story(1).row()]))
    shutil.rmtree(desk.data / "state" / "index")
    old.rename(desk.data / "state" / "index")
    report = desk.check()
    assert (report.problems, len(report.notes)) == ([], 1)
    assert outcomes(desk.ingest(SEEDS, desk.inputs)) == {"unchanged": 6}


def test_damage_to_the_current_snapshot_does_not_reach_the_one_before(desk: Desk) -> None:
    desk.ingest(SEEDS)
    first = desk.store()
    rows = first.articles().to_table()
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [story(2).row()]))
    path = a_file(desk.data)
    detach(path)
    path.write_bytes(b"")
    assert desk.check().problems
    assert first.articles().to_table().equals(rows)


def test_other_sketch_settings_never_mix_signatures(desk: Desk) -> None:
    """All signatures of a snapshot are of one kind, that of its settings."""
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [story(1).row(), story(2).row()]))
    desk.ingest(write_rows(desk.inputs / "2.jsonl", [story(3).row()]), permutations=64)
    assert {len(row["signature"]) for row in desk.rows("signatures")} == {64}
    assert len(desk.rows("signatures")) == 3
    late = write_rows(desk.inputs / "3.jsonl", [story(1).row(url="https://b.example/")])
    assert outcomes(desk.ingest(late, permutations=64)) == {"duplicates": 1}
