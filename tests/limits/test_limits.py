"""Where the machine gives no more, a run ends in a sentence and loses nothing."""

from __future__ import annotations

import os
import resource
import shutil
import sys

import pytest

from tests.desk import SEEDS, Desk, outcomes
from tests.limits.machine import limited, news, remounted, run, small_disk, without_privileges

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount, or become another")


def faults(values: list[int] | list[str]) -> list[object]:
    return [pytest.param(value, marks=pytest.mark.faults) for value in values]


def assert_untouched(desk: Desk, before: object) -> None:
    assert desk.content() == before
    report = desk.check()
    assert (report.problems, report.notes) == ([], [])


@root_only
@pytest.mark.parametrize("kilobytes", [300, *faults([100, 200, 420, 600])])
def test_a_full_disk(desk: Desk, kilobytes: int) -> None:
    inputs = news(desk)
    with small_disk(desk.data, "4m"):
        desk.ingest(SEEDS)
        before = desk.content()
        taken = shutil.disk_usage(desk.data).used
        remounted(desk.data, f"size={taken + kilobytes * 1024}")
        done = run("ingest", inputs, "--data", desk.data)
        assert done.is_a_sentence, done
        assert str(desk.data) in done.err
        assert "No space left" in done.err
        assert_untouched(desk, before)
        remounted(desk.data, "size=64m")
        assert outcomes(desk.ingest(inputs)) == {"articles": 40}


@root_only
def test_a_disk_that_became_read_only(desk: Desk) -> None:
    inputs = news(desk)
    with small_disk(desk.data, "64m"):
        desk.ingest(SEEDS)
        before = desk.content()
        remounted(desk.data, "ro")
        done = run("ingest", inputs, "--data", desk.data)
        assert done.is_a_sentence, done
        assert "Read-only" in done.err
        assert desk.content() == before
        assert run("check", "--data", desk.data).code == 0
        remounted(desk.data, "rw")
        assert_untouched(desk, before)
        assert outcomes(desk.ingest(inputs)) == {"articles": 40}


@pytest.mark.skipif(sys.platform != "linux", reason="rights are dropped as Linux does it")
@pytest.mark.parametrize(
    "place",
    [
        "",
        pytest.param("state", marks=pytest.mark.faults),
        pytest.param("snapshots", marks=pytest.mark.faults),
    ],
)
def test_a_folder_that_may_not_be_written(desk: Desk, place: str) -> None:
    desk.ingest(SEEDS)
    before = desk.content()
    inputs = news(desk)
    folder = desk.data / place
    folder.chmod(0o555)
    done = run("ingest", inputs, "--data", desk.data, prepare=without_privileges)
    folder.chmod(0o755)
    assert done.is_a_sentence, done
    assert "Permission denied" in done.err
    assert_untouched(desk, before)
    assert outcomes(desk.ingest(inputs)) == {"articles": 40}


@pytest.mark.skipif(sys.platform != "linux", reason="rights are dropped as Linux does it")
def test_inputs_that_may_not_be_read_are_rejects(desk: Desk) -> None:
    inputs = news(desk, count=3)
    secret = desk.inputs / "secret.txt"
    secret.write_text("nobody's business")
    secret.chmod(0)
    done = run("ingest", desk.inputs, "--data", desk.data, prepare=without_privileges)
    assert done.code == 0, done
    (row,) = desk.rows("rejects")
    assert (row["reason"], row["detail"]) == ("unreadable", "Permission denied")
    assert inputs.exists()


@pytest.mark.parametrize("files", [40, *faults([16, 20, 24, 28, 32, 48])])
def test_too_many_open_files(desk: Desk, files: int) -> None:
    desk.ingest(SEEDS)
    before = desk.content()
    inputs = news(desk)
    done = run(
        "ingest", inputs, "--data", desk.data, prepare=limited(resource.RLIMIT_NOFILE, files)
    )
    if done.code == 0:
        assert desk.check().problems == []
        return
    assert done.is_a_sentence, done
    assert "Too many open files" in done.err
    assert_untouched(desk, before)
    assert outcomes(desk.ingest(inputs)) == {"articles": 40}


@pytest.mark.parametrize("megabytes", faults([500, 800, 900, 1_000, 1_200, 1_600]))
def test_too_little_memory(desk: Desk, megabytes: int) -> None:
    """Of address space: a library may abort, so no sentence is promised, but nothing is lost."""
    desk.ingest(SEEDS)
    before = desk.content()
    inputs = news(desk, count=300, paragraphs=30)
    done = run(
        *("ingest", inputs, "--data", desk.data),
        prepare=limited(resource.RLIMIT_AS, megabytes * 1_000_000),
        OMP_NUM_THREADS="1",
    )
    if done.code != 0:
        assert done.out == ""
        assert_untouched(desk, before)
        assert outcomes(desk.ingest(inputs)) == {"articles": 300}
    assert desk.check().problems == []
