"""A machine that runs the pipeline on a data folder in object storage, and can be killed at it.

As a program: reads lines of JSON and forks a process for each, which waits for a word before it
begins, so that whoever asked can arrange its death first. A machine has a cache folder of its own.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

CLOCK = dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC)


class Machine:
    """One process of this file, with its own cache folder."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "DEDUPE_CACHE_DIR": str(cache)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ingest(
        self,
        inputs: list[Path],
        address: str,
        arrange: Callable[[int], object] = lambda _: None,
        **settings: Any,
    ) -> dict[str, Any]:
        """Run, after ``arrange`` has been called with the process; gives its end and its result."""
        self.begin(inputs, address, arrange, **settings)
        return self.ended()

    def begin(
        self,
        inputs: list[Path],
        address: str,
        arrange: Callable[[int], object] = lambda _: None,
        **settings: Any,
    ) -> int:
        """Start a run; gives its process."""
        self._say([[str(path) for path in inputs], address, settings])
        process = int(self._heard())
        arrange(process)
        self._say("go")
        return process

    def ended(self) -> dict[str, Any]:
        """Wait for the run's end: ``status``, and ``counts`` or ``error``."""
        answer: dict[str, Any] = json.loads(self._heard())
        return answer

    def _say(self, word: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(word) + "\n")
        self.process.stdin.flush()

    def _heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def run(inputs: list[str], address: str, settings: dict[str, Any], report: int) -> None:
    import dedupe

    dry_run = settings.pop("dry_run", False)
    chosen = dedupe.Settings(**settings)
    try:
        result = dedupe.ingest(inputs, address, chosen, started_at=CLOCK, dry_run=dry_run)
        answer: dict[str, Any] = {"counts": result.counts, "snapshot": result.snapshot}
    except dedupe.DedupeError as error:
        answer = {"error": str(error), "kind": type(error).__name__}
    os.write(report, json.dumps(answer).encode())


def main() -> None:
    # What a run loads late, loaded once for all; nothing that starts threads, which a fork loses.
    import dedupe
    import dedupe.pipeline

    page = "<html><body><article><p>Le port a brûlé, dit 1 témoin : é.</p></article></body></html>"
    for text in (page, "Le port a brûlé, dit un témoin.\n\nIl pleuvait à verse ce soir-là."):
        dedupe.compare(dedupe.clean(text), "Il pleuvait à verse ce soir-là.")
    for line in sys.stdin:
        inputs, address, settings = json.loads(line)
        reading, writing = os.pipe()
        held, go = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.read(held, 1)
                run(inputs, address, settings, writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdin.readline()
        os.write(go, b"g")
        os.close(held)
        os.close(go)
        with os.fdopen(reading) as handle:
            said = handle.read()
        _, status = os.waitpid(child, 0)
        answer = {**json.loads(said or "{}"), "status": os.waitstatus_to_exitcode(status)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
