"""Several at once on one data folder: one writer, any number of readers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import dedupe
from dedupe.pipeline.lock import locked
from dedupe.pipeline.rebuild import rebuild_index
from dedupe.publish import Snapshot
from dedupe.publish.check import check_snapshot
from tests.desk import SEEDS, Desk, outcomes
from tests.newsroom import story, write_rows

HOLD = "from pathlib import Path; from dedupe.pipeline.lock import locked; import sys\n"
HOLD += "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"


def test_a_second_run_is_refused_with_a_sentence_and_changes_nothing(desk: Desk) -> None:
    """The holder is another process, as it is in life."""
    desk.ingest(SEEDS)
    before = desk.content()
    command = [sys.executable, "-c", HOLD, str(desk.data)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for refused in (lambda: dedupe.ingest(SEEDS, desk.data), lambda: rebuild_index(desk.data)):
            with pytest.raises(dedupe.LockedError, match="another run is writing"):
                refused()
        done = subprocess.run(
            [sys.executable, "-m", "dedupe", "ingest", str(SEEDS), "--data", str(desk.data)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert str(desk.data) in done.stderr
        assert "Traceback" not in done.stderr
        # Readers and dry runs take no lock.
        assert desk.content() == before
        assert outcomes(dedupe.ingest(SEEDS, desk.data, dry_run=True)) == {"unchanged": 5}
        assert desk.check().problems == []
        holder.kill()
    # The kernel lets go of what a dead process held.
    assert outcomes(desk.ingest(SEEDS)) == {"unchanged": 5}


def test_the_lock_is_free_after_a_run_that_failed(tmp_path: Path) -> None:
    def interrupted(stage: str, _done: int, _total: int | None) -> None:
        if stage == "detect":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dedupe.ingest(SEEDS, tmp_path / "d", progress=interrupted)
    assert not (tmp_path / "d" / "current").exists()
    assert not (tmp_path / "d" / "state" / "staging").exists()
    with locked(tmp_path / "d"):
        pass
    assert outcomes(dedupe.ingest(SEEDS, tmp_path / "d")) == {"articles": 5}


WRITER = """
import sys, json, dedupe
for name in json.loads(sys.argv[2]):
    dedupe.ingest(name, sys.argv[1])
    print(name, flush=True)
"""


def test_readers_see_whole_snapshots_while_runs_follow_each_other(desk: Desk) -> None:
    """Every state seen is one that some run published: articles and copies in step."""
    batches = []
    for day in range(8):
        told = [story(2 * day, paragraphs=2), story(2 * day + 1, paragraphs=2)]
        rows = [one.row(url=f"https://a.example/{one.title}") for one in told]
        rows += [one.row(url=f"https://b.example/{one.title}") for one in told]
        batches.append(str(write_rows(desk.inputs / f"{day}.jsonl", rows)))
    desk.ingest(batches[0])
    command = [sys.executable, "-c", WRITER, str(desk.data), json.dumps(batches)]
    seen: set[int] = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        while writer.poll() is None:
            store = dedupe.open(desk.data)
            articles = set(store.articles().to_table(columns=["id"])["id"].to_pylist())
            copies = store.duplicates().to_table(columns=["canonical_id"])["canonical_id"]
            assert sorted(copies.to_pylist()) == sorted(articles)
            # By plain paths, one snapshot resolved once.
            files = f"{store.path}/articles/**/*.parquet"
            ((counted,),) = duckdb.sql(f"select count(*) from '{files}'").fetchall()
            assert counted == len(articles)
            snapshot = Snapshot.current(desk.data)
            assert snapshot is not None
            assert list(check_snapshot(snapshot)) == []
            seen.add(len(articles))
        assert writer.returncode == 0
    assert seen <= set(range(2, 17, 2))
    assert len(seen) > 1
    assert len(desk.rows("articles")) == 16


def test_an_open_store_keeps_its_snapshot_while_others_are_published(desk: Desk) -> None:
    desk.ingest(SEEDS)
    store = desk.store()
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [story(1).row()]))
    assert (store.snapshot, store.articles().count_rows()) == (1, 5)
    assert (desk.store().snapshot, desk.store().articles().count_rows()) == (2, 6)
