"""The flow, the command and the Python API on one data folder at once: each waits for its turn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.check import check
from tests.desk import CLOCKS, ROOT, content
from tests.newsroom import story, write_rows

pytestmark = pytest.mark.faults

PYTHON = "import sys, dedupe; dedupe.ingest(sys.argv[1], sys.argv[2], dedupe.Settings(wait=600))"


def test_flow_command_and_python_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two of each. All share a story, so each must see what the ones before it published."""
    batches = [
        write_rows(
            tmp_path / "in" / f"{n}.jsonl",
            [
                story(100 + n).row(url=f"https://own{n}.example/"),
                story(1).row(url=f"https://copy{n}.example/"),
            ],
        )
        for n in range(6)
    ]
    data = str(tmp_path / "data")
    environment = {
        **os.environ,
        "DEDUPE_WAIT": "600",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    ways = {
        "flow": lambda batch: [str(ROOT / "flows" / "ingest.py"), str(batch)],  # into data/
        "command": lambda batch: ["-m", "dedupe", "ingest", str(batch), "--data", data],
        "python": lambda batch: ["-c", PYTHON, str(batch), data],
    }
    commands = [ways[name](batch) for name, batch in zip([*ways, *ways], batches, strict=True)]
    processes = [
        subprocess.Popen(
            [sys.executable, *command],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    for process in processes:
        said, _ = process.communicate()
        assert process.returncode == 0, said
    report = check(data)
    assert (report.problems, report.notes) == ([], [])
    counts = dedupe.open(data).counts
    assert (counts["articles"], counts["duplicates"], counts["runs"]) == (7, 5, 6)
    urls = {
        row["url"]
        for rows in (content(Path(data), *CLOCKS)[name] for name in ("articles", "duplicates"))
        for row in rows
    }
    assert urls == {f"https://{kind}{n}.example/" for kind in ("own", "copy") for n in range(6)}
