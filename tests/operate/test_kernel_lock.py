"""The lock is the kernel's: what a file says, how old it is and whose pid it names never matter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.lock import locked
from tests.newsroom import story, write_text


def test_a_lock_file_that_a_dead_process_left_is_no_lock(tmp_path: Path) -> None:
    """Even if it named a process that lives, as a pid given out again would."""
    lock = write_text(tmp_path / "data" / "state" / "lock", f"{os.getpid()}\n{os.getppid()}\n")
    os.utime(lock, (0, 4e9))  # of a clock that was far ahead
    source = write_text(tmp_path / "in" / "one.txt", story(1).plain)
    assert dedupe.ingest(source, tmp_path / "data").counts["articles"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its locks in /proc/locks")
def test_who_holds_it_stands_in_the_kernels_list_and_nowhere_else(tmp_path: Path) -> None:
    with locked(tmp_path):
        lock = tmp_path / "state" / "lock"
        assert held_by_kernel(lock)
        assert lock.read_bytes() == b""
    assert not held_by_kernel(lock)


def held_by_kernel(path: Path) -> bool:
    """Whether ``/proc/locks`` has an exclusive ``flock`` of this very process on a file."""
    inode = str(path.stat().st_ino) if path.exists() else "none"
    lines = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return any(
        line[1:5] == ["FLOCK", "ADVISORY", "WRITE", str(os.getpid())]
        and line[5].endswith(f":{inode}")
        for line in lines
    )
