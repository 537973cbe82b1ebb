"""A command of ours on a machine that lacks something: room, rights, files, memory."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.newsroom import story, write_rows

DROP, OVERRIDES = 24, (1, 2, 3)
"""``PR_CAPBSET_DROP``; ``CAP_DAC_OVERRIDE``, ``CAP_DAC_READ_SEARCH``, ``CAP_FOWNER``."""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def is_a_sentence(self) -> bool:
        """Failed as it should: code 1, nothing on standard output, one line, no trace."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return (
            self.code == 1
            and self.out == ""
            and "Traceback" not in self.err
            and len(lines) == 1
            and lines[0].startswith("error: ")
        )


def run(*arguments: str | Path, prepare: Callable[[], None] | None = None, **env: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "dedupe", *map(str, arguments)],
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )
    return Done(done.returncode, done.stdout, done.stderr)


def limited(kind: int, amount: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (amount, amount))


def without_privileges() -> None:
    """Root without the right to pass over permissions; anybody else stays who they are."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in OVERRIDES:
            assert libc.prctl(DROP, capability, 0, 0, 0) == 0


def news(desk: Desk, count: int = 40, paragraphs: int = 9) -> Path:
    """A file of so many stories that nobody has seen."""
    rows = [story(n, paragraphs=paragraphs).row(url=f"https://a.example/{n}") for n in range(count)]
    return write_rows(desk.inputs / "rows.jsonl", rows)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of that size over ``folder``; skips where none can be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remounted(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)
