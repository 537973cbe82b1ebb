"""Killed before its file operations one after the other: whatever was being done, it is made good.

Upkeep is killed before every operation; runs and elections, which have many, before every third
(``pytest -m slow tests/faults/test_kill.py`` takes all of a run's).
``pytest -m faults tests/faults/test_sweep.py`` says how many kills it was.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.pipeline.upkeep import prune
from dedupe.publish.history import snapshots
from tests.desk import CLOCKS, SEEDS, Desk
from tests.faults.scenes import Ask, Scene, asking
from tests.newsroom import Story, story, write_rows, write_text

MARCH = {"published_at": "2025-03-01"}
NOTE = "Send tips about this harbour to the night desk in Quay Lane and we will look into them."
AT_LEAST = 500
killed: dict[str, int] = {}
"""Kills by deed, of this session."""


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with asking() as asked:
        yield asked


def at(place: str, told: Story, **more: Any) -> dict[str, Any]:
    return told.row(url=f"https://{place}.example/x", site=f"{place}.example", **MARCH, **more)


def three_days(desk: Desk) -> None:
    """Three snapshots: articles, copies, a revision, a promotion, a reject."""
    parts = story(1, paragraphs=10).paragraphs
    first = [
        at("one", story(1).with_paragraphs(parts[:8])),
        at("other", story(1).with_paragraphs(parts[2:])),  # near at a threshold of 0.4
        at("two", story(2)),
    ]
    desk.ingest(SEEDS, write_rows(desk.inputs / "1.jsonl", first))
    second = [at("two", story(2).revised()), at("copy", story(2)), {"text": "..."}]
    desk.ingest(write_rows(desk.inputs / "2.jsonl", second))
    third = [at("longer", story(2).longer(paragraphs=3)), at("three", story(3))]
    desk.ingest(write_rows(desk.inputs / "3.jsonl", third))


def one_site(desk: Desk) -> None:
    """A site whose note is learnt to be template once a fifth article has it."""
    for day in range(2):
        rows = [
            story(n, language="en")
            .with_paragraphs([*story(n, language="en").paragraphs, NOTE])
            .row(url=f"https://kestrel.example/{n}", site="kestrel.example", **MARCH)
            for n in range(3 * day, 3 * day + 3)
        ]
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", rows))


def scene_of(name: str, folder: Path, ask: Ask) -> Scene:
    desk = Desk(folder / "desk")
    page = write_text(desk.inputs / "page.html", story(5).page())
    more = write_rows(desk.inputs / "more.jsonl", [at("late", story(3)), at("new", story(6))])
    if name == "first run":
        return Scene(folder, None, ("ingest", str(SEEDS), str(more), str(page)), ask)
    if name == "templates":
        one_site(desk)
    else:
        three_days(desk)
    if name == "incremental run":
        return Scene(folder, desk.data, ("ingest", str(SEEDS), str(more), str(page)), ask)
    if name == "revisions and promotions":
        rows = [
            at("one", story(1).revised()),
            at("longest", story(2).longer(paragraphs=5)),
            at("two", story(2).revised(1)),
        ]
        return Scene(
            folder,
            desk.data,
            ("ingest", str(write_rows(desk.inputs / "again.jsonl", rows))),
            ask,
        )
    deed = {
        "compaction": ("compact",),
        "prune": ("prune", 1),
        "rollback": ("rollback", 1),
        "rebuild": ("rebuild",),
        "election": ("elect", {"threshold": 0.4}),
        "templates": ("strip",),
    }[name]
    clocks = CLOCKS if name in ("election", "templates") else ()
    return Scene(folder, desk.data, deed, ask, then=("ingest", str(more)), clocks=clocks)


RUNS = ("first run", "incremental run", "revisions and promotions")
UPKEEP = ("compaction", "prune", "rollback", "rebuild", "election", "templates")
CHANGING = {"rollback", "election", "templates"}
"""Upkeep after which the tables say something else."""


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
