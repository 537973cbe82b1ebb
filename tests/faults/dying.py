"""A process that runs the pipeline and kills itself with SIGKILL before a chosen file operation.

Reads lines of JSON (data folder, inputs, number of the operation; 0 for none) and answers each with
the exit status of the run and the operations it did. It imports the pipeline once and forks.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from typing import Any

import datasketch  # noqa: F401 - a second of imports, once for all the runs

import dedupe
import dedupe.pipeline

OPERATIONS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "open"}
CLOCK = dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC)


def run(data: str, inputs: list[str], at: int, report: int) -> None:
    """Run, dying before operation ``at``; each operation is told on ``report`` first."""
    done = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal done
        if event not in OPERATIONS or report < 0:
            return
        path = os.fsdecode(args[0]) if isinstance(args[0], str | bytes) else ""
        if event == "open" and not path.startswith(data):
            return
        done += 1
        os.write(report, f"{event} {path.removeprefix(data)}\n".encode())
        if done == at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    dedupe.ingest(inputs, data, started_at=CLOCK)


def main() -> None:
    # What a first run loads late, loaded once for all; no threads, which a fork would lose.
    page = "<html><body><article><p>Le port a brûlé, dit 1 témoin : é.</p></article></body></html>"
    for text in (page, "Le port a brûlé, dit un témoin.\n\nIl pleuvait à verse ce soir-là."):
        cleaned = dedupe.clean(text)
        dedupe.compare(cleaned, "Il pleuvait à verse ce soir-là.")
    for line in sys.stdin:
        data, inputs, at = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            status = 1
            try:
                run(data, inputs, at, writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        with os.fdopen(reading) as handle:
            operations = handle.read().splitlines()
        _, status = os.waitpid(child, 0)
        answer = {"status": os.waitstatus_to_exitcode(status), "operations": operations}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
