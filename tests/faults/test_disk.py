"""A disk that takes no more: a sentence, and the data folder as it was."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe
from tests.desk import SEEDS, Desk, outcomes
from tests.newsroom import story, write_rows


@pytest.mark.parametrize("blocks", [20, 60, 90])
def test_a_run_that_cannot_write_says_so_and_leaves_what_was_there(desk: Desk, blocks: int) -> None:
    """The kernel refuses files above a size, as a full disk or a quota refuses bytes."""
    desk.ingest(SEEDS)
    before = desk.content()
    rows = [story(n, paragraphs=9).row(url=f"https://a.example/{n}") for n in range(40)]
    inputs = write_rows(desk.inputs / "rows.jsonl", [{**row, "published_at": None} for row in rows])
    limit = blocks * 1024

    done = subprocess.run(
        [sys.executable, "-m", "dedupe", "ingest", str(inputs), "--data", str(desk.data)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert str(desk.data) in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert desk.content() == before
    report = desk.check()
    assert (report.problems, report.notes) == ([], [])
    assert outcomes(desk.ingest(inputs)) == {"articles": 40}


def test_a_place_that_can_be_no_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(dedupe.StoreError, match=str(place)):
            dedupe.ingest(SEEDS, place)
    assert (tmp_path / "file").read_text("utf-8") == "here"
