"""The first day: nothing of Prefect is there yet, and the flow makes all it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.pipeline.check import check
from tests.desk import ROOT, SEEDS

pytestmark = pytest.mark.server

FLOW = ROOT / "flows" / "ingest.py"


def test_the_script_runs_without_a_server_and_shows_no_trace_on_a_fresh_home(
    tmp_path: Path,
) -> None:
    """``python flows/ingest.py``, as on the first day: offline, no profile, no telemetry error."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment = {**inherited, "PREFECT_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, str(FLOW), str(SEEDS)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "articles" in done.stdout
    for word in ("Traceback", "ERROR", "Error"):
        assert word not in said
    assert check(tmp_path / "data").counts["articles"] == 5
