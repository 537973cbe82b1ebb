"""A power cut at the commit loses nothing: all that it needs was synced, in the right order."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.desk import SEEDS
from tests.faults.power import lost, record
from tests.newsroom import story, write_rows

TRACES = (
    shutil.which("strace") is not None
    and subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False).returncode == 0
)
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not TRACES, reason="needs strace, and the right to trace"),
]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """The file operations of a first run into a new folder and of a second one that adds to it."""
    folder = tmp_path_factory.mktemp("power")
    data = folder / "data"
    ingest = ("-m", "dedupe", "ingest", "--data", str(data))
    first = record(folder / "first.log", *ingest, str(SEEDS), folder=folder)
    rows = write_rows(folder / "in" / "rows.jsonl", [story(n).row() for n in range(4)])
    second = record(folder / "second.log", *ingest, str(rows), folder=folder)
    assert lost(first, data) == []
    return second, data


def test_nothing_that_a_commit_needs_could_still_be_lost(calls: tuple[list[str], Path]) -> None:
    assert lost(*calls) == []


def _syncs(calls: list[str], part: str) -> list[int]:
    return [at for at, line in enumerate(calls) if "sync(" in line and part in line]


@pytest.mark.parametrize(
    "part",
    [
        "articles/month",
        "runs/month",
        "/snapshot/articles>",
        "/snapshots>",
        "manifest.json",
        "/data>",
    ],
)
def test_leaving_out_a_sync_would_be_noticed(calls: tuple[list[str], Path], part: str) -> None:
    """The model has teeth: without the syncs of a kind, something is at risk."""
    recorded, data = calls
    left_out = set(_syncs(recorded, part))
    assert left_out
    assert lost([line for at, line in enumerate(recorded) if at not in left_out], data) != []
