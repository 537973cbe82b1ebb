"""The lock of a data folder: a second run waits for it or ends with a message, by the setting."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.lock import locked
from tests.desk import SEEDS

HOLD = """
import sys
from pathlib import Path
from dedupe.pipeline.lock import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_without_waiting_a_second_run_ends_at_once(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(dedupe.LockedError, match="another run is writing to it;"):
        dedupe.ingest(SEEDS, tmp_path)


def test_a_run_that_waited_in_vain_says_how_long(tmp_path: Path) -> None:
    settings = dedupe.Settings(wait=1)
    with locked(tmp_path), pytest.raises(dedupe.LockedError, match=r"after 1 s of waiting"):
        dedupe.ingest(SEEDS, tmp_path, settings)


def test_a_run_that_waits_starts_when_the_other_ends(tmp_path: Path) -> None:
    """It says that it waits, once it does."""
    waits = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "waiting up to 60 s" in record.getMessage():
                waits.set()

    log, listener = logging.getLogger("dedupe"), Listener()
    level = log.level
    log.addHandler(listener)
    log.setLevel(logging.INFO)
    done: list[dedupe.Result] = []
    settings = dedupe.Settings(wait=60)
    second = threading.Thread(target=lambda: done.append(dedupe.ingest(SEEDS, tmp_path, settings)))
    try:
        with locked(tmp_path):
            second.start()
            assert waits.wait(30)
            assert not done
        second.join(60)
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
    assert done[0].counts["articles"] == 5


def test_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    """The kernel frees it: nothing to clean up, no age to wait for, no pid to compare."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(dedupe.LockedError):
            dedupe.ingest(SEEDS, tmp_path)
        holder.kill()
        holder.wait()
        assert dedupe.ingest(SEEDS, tmp_path).counts["articles"] == 5
