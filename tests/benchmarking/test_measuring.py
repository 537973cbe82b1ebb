"""Measuring: what a command took, medians and ratios, results that are kept by part."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.curves import slope
from benchmarks.measuring.figures import Budget, System, in_turn
from benchmarks.measuring.folder import Growth
from benchmarks.measuring.results import Plan, collect, figures_of, part
from benchmarks.measuring.watched import Ran, usage_of, watch

MEGABYTE = 1_000_000


def ran(seconds: float, fault: str = "") -> Ran:
    return Ran(seconds=seconds, cpu_seconds=seconds, peak_mb=1, output="", fault=fault)


def of(seconds: list[float], order: list[str], name: str) -> Callable[[float], Ran]:
    given = iter(seconds)

    def run(timeout: float) -> Ran:
        assert timeout > 0
        order.append(name)
        return ran(next(given))

    return run


def test_memory_is_that_of_all_processes_together() -> None:
    child = f"held = bytearray(40 * {MEGABYTE}); print('held', flush=True); input()"
    code = f"""import subprocess, sys
pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
children = [subprocess.Popen([sys.executable, "-c", {child!r}], **pipes) for _ in range(2)]
print([each.stdout.readline() for each in children], flush=True)
input()"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().count(b"held") == 2
        held, spent = usage_of(process.pid)
        process.communicate(b"\n")
    assert 80 < held / MEGABYTE < 200
    assert len(spent) == 3


def test_a_command_is_watched_to_its_end() -> None:
    found = watch([sys.executable, "-c", "print(sum(range(10**6)))"])
    assert found.output == "499999500000\n"
    assert found.cpu_seconds > 0
    assert found.peak_mb > 1


def test_what_fails_or_is_late_says_so_and_leaves_nothing_running() -> None:
    failed = watch([sys.executable, "-c", "raise SystemExit('no such corpus')"])
    assert failed.fault == "exit code 1: no such corpus"
    late = watch([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)
    assert late.fault == "not done after 0 s"
    assert late.seconds < 30


def test_a_command_can_be_held_to_one_core() -> None:
    code = "import os; print(len(os.sched_getaffinity(0)))"
    assert watch([sys.executable, "-c", code], cores=1).output == "1\n"


def test_systems_run_in_turn_and_the_median_counts() -> None:
    order: list[str] = []
    ours = System("ours", 100, of([1.0, 9.0, 2.0], order, "ours"))
    slow = System("slow", 10, of([4.0, 5.0], order, "slow"), 2, start=lambda _: ran(3.5))
    first, second = in_turn([ours, slow], Budget(60))
    assert order == ["ours", "slow", "ours", "slow", "ours"]
    assert first["seconds"] == 2.0
    assert first["seconds_from_to"] == [1.0, 9.0]
    assert first["per_second"] == 50
    # What a sampled system takes to start is not held against it.
    assert second["per_second"] == 10
    assert second["ours_is_times"] == 5


def test_no_round_begins_when_the_time_is_spent_but_each_had_one() -> None:
    order: list[str] = []
    systems = [System(name, 1, of([1.0] * 3, order, name)) for name in ("a", "b")]
    in_turn(systems, Budget(0))
    assert order == ["a", "b"]


def test_what_cannot_be_measured_is_told_with_its_reason() -> None:
    ours = System("ours", 1, lambda _: ran(1))
    broken = System("broken", 1, lambda _: ran(0, "not installed"), judge=lambda: {"kept": 1})
    _, entry = in_turn([ours, broken], Budget(60))
    assert entry["fault"] == "not installed"
    assert "per_second" not in entry
    assert len(broken.ran) == 1


def test_a_part_is_measured_once_for_its_sizes(tmp_path: Path) -> None:
    asked: list[int] = []

    def measure(_: Budget) -> dict[str, int]:
        asked.append(1)
        return {"answer": len(asked)}

    plan = Plan(out=tmp_path)
    for size, again, expected in ((1, False, 1), (1, False, 1), (2, False, 2), (2, True, 3)):
        told = part(Plan(out=tmp_path, again=again), "one", 5, measure, size=size)
        assert told["figures"] == {"answer": expected}
    assert {"processor", "cores", "load", "versions", "measured_at"} <= set(told["machine"])
    assert figures_of(collect(plan.out)) == {"one": told}


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_slope_is_the_exponent(power: float) -> None:
    assert slope([(x, 3 * x**power) for x in (10, 100, 10_000)]) == pytest.approx(power)


def test_what_a_run_writes_is_told_apart_from_what_stays(tmp_path: Path) -> None:
    old, state = tmp_path / "snapshots" / "1" / "articles", tmp_path / "state" / "index"
    for folder in (old, state):
        folder.mkdir(parents=True)
    (old / "a.parquet").write_bytes(bytes(3 * MEGABYTE))
    (state / "one").write_bytes(bytes(2 * MEGABYTE))
    growth = Growth(tmp_path)
    new = tmp_path / "snapshots" / "2" / "articles"
    new.mkdir(parents=True)
    (new / "a.parquet").hardlink_to(old / "a.parquet")  # shared: nothing is written
    (new / "b.parquet").write_bytes(bytes(MEGABYTE))
    (state / "two").write_bytes(bytes(2 * MEGABYTE))
    (state / "one").unlink()
    growth.ran()
    kinds = growth.figures()["kinds"]
    assert kinds["articles"]["written_mb"] == pytest.approx(1, abs=0.01)
    assert kinds["articles"]["kept_mb"] == pytest.approx(1, abs=0.01)
    assert kinds["state/index"]["written_mb"] == pytest.approx(2, abs=0.01)
    assert kinds["state/index"]["kept_mb"] == pytest.approx(0, abs=0.01)
