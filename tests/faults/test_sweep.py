"""Killed before its file operations one after the other: whatever was being done, it is made good.

Upkeep is killed before every operation; runs and elections, which have many, before every third
(``pytest -m slow tests/faults/test_kill.py`` takes all of a run's).
``pytest -m faults tests/faults/test_sweep.py`` says how many kills it was.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.upkeep import prune
from dedupe.publish.history import snapshots
from tests.desk import SEEDS, Desk
from tests.faults.deeds import CHANGING, RUNS, UPKEEP, at, scene_of
from tests.faults.scenes import Ask, Scene, asking, assert_tidy
from tests.newsroom import story, write_rows

AT_LEAST = 500
killed: dict[str, int] = {}
"""Kills by deed, of this session."""


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with asking() as asked:
        yield asked


def sweep(name: str, folder: Path, ask: Ask, stride: int) -> None:
    scene = scene_of(name, folder, ask)
    assert scene.deed[0] == "ingest" or (scene.new != scene.old) == (name in CHANGING)
    for number in range(1, len(scene.operations) + 1, stride):
        scene.die_and_recover(number)
    killed[name] = scene.kills


def killed_before(scene: Scene, operation: str) -> Path:
    """The folder of a scene whose deed was killed before its first operation of that name."""
    at = next(n for n, done in enumerate(scene.operations, 1) if done.startswith(operation))
    scene.die_and_recover(at)
    data = scene.fresh()
    scene.ask(data, scene.deed, at)
    return data


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Three small snapshots; for copying only."""
    desk = Desk(tmp_path_factory.mktemp("three"))
    for number in range(3):
        desk.ingest(write_rows(desk.inputs / f"{number}.jsonl", [at(f"s{number}", story(number))]))
    return desk


def test_a_rollback_that_died_before_its_swap_withdrew_nothing(
    three: Desk, tmp_path: Path, ask: Ask
) -> None:
    """The next run stands on what stood, and says so."""
    data = killed_before(
        Scene(tmp_path, three.data, ("rollback", 1), ask), "os.symlink snapshots/000001"
    )
    dedupe.ingest(write_rows(tmp_path / "4.jsonl", [at("s4", story(4))]), data)
    listed = [(entry.number, entry.withdrawn) for entry in snapshots(data)]
    assert listed == [(1, False), (2, False), (3, False), (4, False)]
    assert dedupe.open(data).counts["articles"] == 4


def test_what_a_dead_prune_was_deleting_goes_with_the_next_run(
    three: Desk, tmp_path: Path, ask: Ask
) -> None:
    data = killed_before(Scene(tmp_path, three.data, ("prune", 1), ask), "os.rmdir")
    assert list((data / "snapshots").glob(".*-dropped"))
    dedupe.ingest(SEEDS, data)
    assert not list((data / "snapshots").glob(".*-dropped"))


def test_a_snapshot_that_never_was_takes_no_place_when_old_ones_are_dropped(
    three: Desk, tmp_path: Path, ask: Ask
) -> None:
    """A run that died between the naming of its snapshot and the swap leaves a folder behind."""
    late = write_rows(tmp_path / "late.jsonl", [at("late", story(9))])
    scene = Scene(tmp_path, three.data, ("ingest", str(late)), ask)
    data = scene.fresh()
    scene.ask(data, scene.deed, scene.placed() + 1)
    assert (data / "snapshots" / "000004").exists()
    assert prune(data, keep=2)["dropped"] == [1]


def test_compaction_that_died_time_and_again_is_made_good(
    three: Desk, tmp_path: Path, ask: Ask
) -> None:
    """Before its swap, then while it cleared that away, then before its swap once more."""
    scene = Scene(tmp_path, three.data, ("compact",), ask)
    data = scene.fresh()

    def die_after(operation: str) -> None:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(data, copy, symlinks=True)
        operations = scene.done(copy, scene.deed)
        at = next(n for n, done in enumerate(operations, 1) if re.fullmatch(operation, done))
        assert scene.ask(data, scene.deed, at + 1)["status"] == -9

    named = "os.rename /state/staging/compact"
    die_after(named)
    die_after("os.rmdir .*")
    die_after(named)
    scene.done(data, scene.deed)
    assert scene.content(data) == scene.new
    assert_tidy(data, published=False)


@pytest.mark.faults
@pytest.mark.parametrize("name", [*RUNS, *UPKEEP])
def test_whatever_is_killed_is_made_good(
    name: str, tmp_path: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.perf_counter()
    sweep(name, tmp_path, ask, stride=3 if name in (*RUNS, "election") else 1)
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {killed[name]} kills in {time.perf_counter() - begun:.0f} s\n")


@pytest.mark.faults
def test_it_was_five_hundred_kills(capsys: pytest.CaptureFixture[str]) -> None:
    """Last in this file: what those before it came to."""
    if set(killed) < {*RUNS, *UPKEEP}:
        pytest.skip("counts what the tests before it did, and not all of them ran")
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(killed.values())} kills in all\n")
    assert sum(killed.values()) >= AT_LEAST
