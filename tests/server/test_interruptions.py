"""Runs that meet, are cancelled, are killed, or find the disk away: the last snapshot stands."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.check import check
from dedupe.pipeline.lock import locked
from tests.newsroom import story, write_text
from tests.server.operated import Operated, processes_with, until

pytestmark = pytest.mark.server


@pytest.fixture
def long(inbox: Path) -> Path:
    """Inputs that take a run many seconds to clean, in several processes."""
    prompts = "".join(f"<div class='teaser'><a href='/{n}'>Read {n}</a></div>" for n in range(300))
    for number in range(1500):
        write_text(inbox / f"{number}.html", story(number, 12).page(before=prompts, after=prompts))
    return inbox


def test_overlapping_run_is_cancelled_by_the_limit(operated: Operated, data: Path) -> None:
    with locked(data):
        first = operated.trigger("ingest/scheduled", data_dir=str(data))
        operated.in_state(first, "RUNNING")
        second = operated.in_state(
            operated.trigger("ingest/scheduled", data_dir=str(data)), "CANCELLED"
        )
        assert "concurrency" in second["state"]["message"].lower()
        until(lambda: "waiting up to 600 s" in operated.said(first), 30, "the first run waits")
    operated.in_state(first, "COMPLETED")
    assert check(data).problems == []


def test_plain_run_meets_a_run_and_says_so(operated: Operated, data: Path) -> None:
    """The limit is the deployment's; a plain run does not know it, but it knows the lock."""
    plain = operated.folder / "data"
    with locked(plain):
        said = operated.run("python", "flows/ingest.py", code=1)
    assert "another run is writing to it" in said
    assert "Traceback" not in said
    assert not data.exists()


def test_maintain_meets_an_ingest(operated: Operated, data: Path) -> None:
    """It waits for it, or ends with a message, by its parameter."""
    operated.in_state(operated.trigger("ingest/scheduled", data_dir=str(data)), "COMPLETED")
    with locked(data):
        refused = operated.trigger("maintain/nightly", data_dir=str(data), wait=0)
        run = operated.in_state(refused, "FAILED")
        assert "another run is writing to it" in run["state"]["message"]
        patient = operated.trigger("maintain/nightly", data_dir=str(data), wait=60)
        until(lambda: "waiting up to 60 s" in operated.said(patient), 30, "maintain waits")
    operated.in_state(patient, "COMPLETED")


def test_cancelled_run_leaves_the_last_snapshot(operated: Operated, data: Path, long: Path) -> None:
    """It ends within seconds, its cleaning processes with it; the next run does all of it."""
    operated.in_state(operated.trigger("ingest/scheduled", data_dir=str(data)), "COMPLETED")
    run = operated.trigger("ingest/scheduled", data_dir=str(data), inputs=[str(long)])
    until(lambda: _cleaning(run), 60, "several processes clean")
    operated.cancel(run)
    operated.in_state(run, "CANCELLED", seconds=15)
    until(lambda: not processes_with("PREFECT__FLOW_RUN_ID", run), 10, "its processes are gone")
    assert operated.run("dedupe", "check", "--data", str(data)).startswith("snapshot 1: clean")
    assert not list((data / "state" / "staging").glob("*"))


def test_killed_run_gives_its_lock_back(operated: Operated, data: Path, long: Path) -> None:
    """``kill -9``: the worker says Crashed, the kernel frees the lock, the next run cleans up."""
    run = operated.trigger("ingest/scheduled", data_dir=str(data), inputs=[str(long)])
    until(lambda: _cleaning(run), 60, "several processes clean")
    os.kill(min(processes_with("PREFECT__FLOW_RUN_ID", run)), signal.SIGKILL)
    operated.in_state(run, "CRASHED", seconds=30)
    until(lambda: not processes_with("PREFECT__FLOW_RUN_ID", run), 10, "its processes are gone")
    assert not (data / "current").exists()
    operated.in_state(operated.trigger("ingest/scheduled", data_dir=str(data)), "COMPLETED")
    assert check(data).problems == []
    assert dedupe.open(data).counts["articles"] == 5


def test_disk_that_was_away_for_a_moment(operated: Operated, data: Path, inbox: Path) -> None:
    """Reading ``/proc/self/mem`` gives EIO, as a network disk does: input and manifest both."""
    write_text(inbox / "one.txt", story(1).plain)
    first = operated.trigger("ingest/scheduled", data_dir=str(data), inputs=[str(inbox)])
    operated.in_state(first, "COMPLETED")
    (inbox / "two.txt").symlink_to("/proc/self/mem")
    manifest = data / "current" / "manifest.json"
    aside = operated.folder / "manifest.json"
    # By name: a file that is found in a folder and replaced meanwhile is left for the next run.
    named = [str(inbox / "two.txt")]
    run = operated.trigger("ingest/scheduled", data_dir=str(data), inputs=named)
    until(lambda: "trying again in" in operated.said(run), 30, "the input is read again")
    manifest.rename(aside)
    manifest.symlink_to("/proc/self/mem")
    write_text(inbox / "whole.txt", story(2).plain).replace(inbox / "two.txt")
    until(lambda: "Retry 1/3" in operated.said(run), 60, "the stage is tried again")
    aside.replace(manifest)
    operated.in_state(run, "COMPLETED", seconds=60)
    assert check(data).problems == []
    assert dedupe.open(data).counts["articles"] == 2
    assert dedupe.open(data).counts["rejects"] == 0


def _cleaning(run: str) -> bool:
    """Whether the run has its pool: itself, a tracker, and two that clean."""
    return len(processes_with("PREFECT__FLOW_RUN_ID", run)) >= 4
