"""A peer at work in a process of its own, which is asked line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import OFFLINE, missing, python

HERE = ("datasketch bulk", "datasketch update")
"""Peers that are dependencies of ours: measured in this environment."""

ENVIRONMENTS = {
    "trafilatura": "extractors",
    "trafilatura precision": "extractors",
    "readability-lxml": "extractors",
    "resiliparse": "extractors",
    "justext": "extractors",
}
"""Peers whose environment is not named like them."""


def why_not(name: str) -> str:
    """Why a peer cannot be asked; empty if it can."""
    return "" if name in HERE else missing(ENVIRONMENTS.get(name, name))


class Peer:
    """The process of a peer, which holds what it works on."""

    def __init__(self, name: str, worker: Path, given: object) -> None:
        interpreter = sys.executable if name in HERE else python(ENVIRONMENTS.get(name, name))
        self._given = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")  # noqa: SIM115
        json.dump(given, self._given)
        self._given.flush()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [str(interpreter), str(worker), name, self._given.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={**os.environ, **OFFLINE},
        )

    def ask(self, line: str) -> dict[str, Any] | None:
        """The answer; None from a peer that cannot do it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self._process.stdout.readline()
        return json.loads(answer) if answer else None

    @property
    def last_words(self) -> str:
        """The end of what it said beside its answers: the reason, where it broke."""
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it ended without a word"

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._given, self._said):
            assert stream is not None
            stream.close()
