"""An inbox over several runs: what was ingested is moved away, and never anything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.acquire import expand
from dedupe.acquire.arrival import stamp_of
from dedupe.pipeline import Run, acquire, clean, detect, elect, publish
from dedupe.pipeline.inbox import put_away
from tests.newsroom import story

Ingest = Callable[..., dict[str, int]]


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()

    def ingest(*inputs: str, dry_run: bool = False, **settings: Any) -> dict[str, int]:
        chosen = dedupe.Settings(done="in/done", **settings)
        run = dedupe.ingest(inputs or ("in",), "data", chosen, dry_run=dry_run)
        return dict(run.counts)

    return ingest


def put(name: str, number: int) -> Path:
    path = Path("in") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{story(number).title}\n\n{story(number).body}\n", "utf-8")
    return path


def files(folder: str) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()
    )


def test_what_is_published_is_moved_and_the_next_run_finds_only_what_is_new(
    ingest: Ingest,
) -> None:
    put("a.txt", 1)
    put("monday/b.txt", 2)
    assert ingest()["articles"] == 2
    assert files("in") == ["done/a.txt", "done/monday/b.txt"]
    put("c.txt", 3)
    counts = ingest()
    assert (counts["documents"], counts["articles"], counts["unchanged"]) == (1, 1, 0)
    assert files("in/done") == ["a.txt", "c.txt", "monday/b.txt"]


def test_rejects_and_unchanged_files_are_finished_too(ingest: Ingest) -> None:
    put("a.txt", 1)
    ingest()
    put("again.txt", 1)
    Path("in/empty.txt").write_bytes(b"")
    counts = ingest()
    assert (counts["unchanged"], counts["rejects"]) == (1, 1)
    assert files("in") == ["done/a.txt", "done/again.txt", "done/empty.txt"]


def test_a_name_that_is_taken_is_never_written_over(ingest: Ingest) -> None:
    for number in (1, 2, 3):
        put("a.txt", number)
        ingest()
    assert files("in") == ["done/a-2.txt", "done/a-3.txt", "done/a.txt"]
    texts = [Path("in/done", name).read_text("utf-8") for name in ("a.txt", "a-2.txt", "a-3.txt")]
    assert [story(number).title in text for number, text in zip((1, 2, 3), texts, strict=True)] == [
        True,
        True,
        True,
    ]


def test_by_default_and_in_a_dry_run_everything_stays(ingest: Ingest) -> None:
    put("a.txt", 1)
    ingest(dry_run=True)
    dedupe.ingest("in", "data")
    assert files("in") == ["a.txt"]


def test_what_is_left_is_counted_and_stays(ingest: Ingest) -> None:
    put("a.txt", 1)
    path = put("new.txt", 2)
    os.utime("in/a.txt", (1_700_000_000, 1_700_000_000))
    counts = ingest(settle=3_600)
    assert (counts["documents"], counts["left"]) == (1, 1)
    assert files("in") == ["done/a.txt", "new.txt"]
    os.utime(path, (1_700_000_000, 1_700_000_000))
    counts = ingest(settle=3_600)
    assert (counts["articles"], counts["left"]) == (1, 0)


def test_nothing_moves_before_the_commit_nor_after_a_change(ingest: Ingest) -> None:
    put("a.txt", 1)
    put("b.txt", 2)
    run = Run(["in"], "data", dedupe.Settings(done="in/done"))
    with run.opened():
        detect(run, clean(run, acquire(run)))
        elect(run)
        assert files("in") == ["a.txt", "b.txt"]
        put("a.txt", 3)  # the publisher sends a correction just now
        publish(run)
    assert files("in") == ["a.txt", "done/b.txt"]
    assert ingest()["documents"] == 1


def test_a_link_stays_and_a_file_named_outright_goes_by_its_name(ingest: Ingest) -> None:
    Path("else").mkdir()
    elsewhere = Path("else/x.txt")
    elsewhere.write_text(f"{story(4).title}\n\n{story(4).body}\n", "utf-8")
    Path("in/link.txt").symlink_to(elsewhere.resolve())
    assert ingest("in/link.txt")["articles"] == 1
    assert Path("in/link.txt").is_symlink()
    assert elsewhere.exists()
    assert ingest("else/x.txt")["unchanged"] == 1
    assert files("in/done") == ["x.txt"]


@pytest.mark.usefixtures("ingest")
def test_another_file_system_gets_a_whole_copy() -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == Path("in").stat().st_dev:
        pytest.skip("there is only one file system here")
    path = put("a.txt", 1)
    content = path.read_bytes()
    done = other / f"dedupe-test-{os.getpid()}"
    try:
        (target,) = expand("in")
        stamp = stamp_of(target)
        assert stamp is not None
        assert put_away([(target, stamp)], ["in"], str(done)) == 1
        assert [entry.name for entry in done.iterdir()] == ["a.txt"]
        assert (done / "a.txt").read_bytes() == content
        assert files("in") == []
    finally:
        for entry in done.iterdir():
            entry.unlink()
        done.rmdir()
