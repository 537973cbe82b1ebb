"""``kill -9`` at any moment: readers see a whole snapshot, and the next run makes it good."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.check import check
from dedupe.publish import Snapshot
from dedupe.publish.check import check_snapshot
from tests.desk import CLOCKS, SEEDS, Desk, content
from tests.faults.scenes import Ask, Scene, asking
from tests.newsroom import story, write_rows, write_text

DYING = Path(__file__).with_name("dying.py")
STRIDE = 29
"""Of the moments before the new snapshot is placed the quick test takes one in 29."""
AROUND = 5
"""Of those from then on, every fifth; `test_sweep` and the slow test take them all."""
MARCH = {"published_at": "2025-03-01"}
"""One month for all: few files, quick runs."""


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with asking() as asked:
        yield asked


@pytest.fixture(scope="module", params=["first run", "a run on history"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, ask: Ask
) -> Scene:
    """The first run of all; and one that revises, promotes, files, rejects and adds."""
    folder = tmp_path_factory.mktemp("scene")
    desk = Desk(folder / "desk")
    one, two = story(1, paragraphs=6), story(2)
    url = "https://a.example/"
    old = write_rows(
        desk.inputs / "1.jsonl",
        [one.row(**MARCH), two.row(url=url, **MARCH), story(3).row(**MARCH)],
    )
    rows = [
        one.longer(paragraphs=3).row(**MARCH),
        two.revised().row(url=url, **MARCH),
        story(3).row(url=f"{url}3", **MARCH),
    ]
    new = write_rows(desk.inputs / "2.jsonl", [*rows, story(4).row(**MARCH), {"text": "..."}])
    page = write_text(desk.inputs / "page.html", story(5).page())
    if request.param == "first run":
        return Scene(folder, None, ("ingest", str(SEEDS), str(old), str(page)), ask)
    desk.ingest(SEEDS, old)
    return Scene(folder, desk.data, ("ingest", str(SEEDS), str(new), str(page)), ask)


def test_a_run_killed_around_its_commit_is_made_good_by_the_next(scene: Scene) -> None:
    """From the naming of the new snapshot to the end of the run."""
    for at in range(scene.placed() - 1, len(scene.operations) + 1, AROUND):
        scene.die_and_recover(at)


def test_a_run_killed_at_its_work_is_made_good_by_the_next(scene: Scene) -> None:
    for at in range(1, scene.placed(), STRIDE):
        scene.die_and_recover(at)


@pytest.mark.slow
def test_a_run_killed_before_any_operation_is_made_good_by_the_next(scene: Scene) -> None:
    for at in range(1, len(scene.operations) + 1):
        scene.die_and_recover(at)


def test_a_run_killed_again_and_again_is_made_good_in_the_end(scene: Scene) -> None:
    """Each try dies a little later than the one before, over what that one left."""
    data = scene.fresh()
    for at in range(3, scene.placed() + 8, 19):
        scene.ask(data, scene.deed, at)
    scene.done(data, scene.deed)
    assert content(data) == scene.new
    assert check(data).problems == []


def killed_after(seconds: float, data: Path, inputs: Path) -> bool:
    """Start the command line, kill it after a while; whether it was killed before its end."""
    command = [sys.executable, "-m", "dedupe", "ingest", str(inputs), "--data", str(data)]
    try:
        subprocess.run(command, timeout=seconds, capture_output=True, check=True)
    except subprocess.TimeoutExpired:  # it was sent SIGKILL
        return True
    return False


@pytest.mark.parametrize(
    "tries", [pytest.param(6), pytest.param(60, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_the_command_killed_at_any_time_is_made_good_by_the_next(
    tmp_path: Path, tries: int
) -> None:
    """Times spread over the whole run, wherever they fall: in Python, in Arrow, in the kernel."""
    rows = [
        story(n, paragraphs=3).row(url=f"https://a.example/{n % 50}", **MARCH) for n in range(60)
    ]
    inputs = write_rows(tmp_path / "in" / "rows.jsonl", rows).parent
    dedupe.ingest(inputs, tmp_path / "whole")
    wanted = content(tmp_path / "whole", *CLOCKS)
    killed = 0
    for number in range(tries):
        data = tmp_path / "data"
        shutil.rmtree(data, ignore_errors=True)
        killed += killed_after(0.25 + 1.25 * number / tries, data, inputs)
        snapshot = Snapshot.current(data)
        assert snapshot is None or list(check_snapshot(snapshot)) == []
        dedupe.ingest(inputs, data)
        assert content(data, *CLOCKS) == wanted
        report = check(data)
        assert (report.problems, report.notes) == ([], [])
    assert killed > 0
