"""A process that works on a data folder and kills itself before a chosen file operation.

Reads lines of JSON (data folder, deed, its arguments, number of the operation; 0 for none) and
answers each with the exit status and the operations done. It imports the pipeline once and forks.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import datasketch  # noqa: F401 - a second of imports, once for all the runs

import dedupe
from dedupe.pipeline.lock import locked
from dedupe.pipeline.rebuild import rebuild_index
from dedupe.pipeline.reelect import elect_again
from dedupe.pipeline.template_upkeep import strip_earlier
from dedupe.pipeline.upkeep import compact, prune, rollback

OPERATIONS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "open"}
CLOCK = dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC)


def strip(data: str) -> None:
    """What upkeep does with the templates learnt since."""
    with locked(data) as held:
        strip_earlier(held)


DEEDS: dict[str, Callable[..., Any]] = {
    "ingest": lambda data, *inputs: dedupe.ingest(inputs, data, started_at=CLOCK),
    "ingest by ones": lambda data, *inputs: dedupe.ingest(
        inputs, data, dedupe.Settings(shard_bytes=1), started_at=CLOCK
    ),
    "compact": compact,
    "prune": prune,
    "rollback": rollback,
    "rebuild": rebuild_index,
    "elect": elect_again,
    "strip": strip,
}


def run(data: str, deed: str, arguments: list[Any], at: int, report: int) -> None:
    """Do it, dying before operation ``at``; each operation is told on ``report`` first."""
    numbers = itertools.count(1)  # files are written by several threads, and no two are one number

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in OPERATIONS or report < 0:
            return
        path = os.fsdecode(args[0]) if isinstance(args[0], str | bytes) else ""
        if event == "open" and not path.startswith(data):
            return
        number = next(numbers)
        os.write(report, f"{event} {path.removeprefix(data)}\n".encode())
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    DEEDS[deed](data, *arguments)


def main() -> None:
    # What a first run loads late, loaded once for all; no threads, which a fork would lose.
    page = "<html><body><article><p>Le port a brûlé, dit 1 témoin : é.</p></article></body></html>"
    for text in (page, "Le port a brûlé, dit un témoin.\n\nIl pleuvait à verse ce soir-là."):
        cleaned = dedupe.clean(text)
        dedupe.compare(cleaned, "Il pleuvait à verse ce soir-là.")
    for line in sys.stdin:
        data, deed, arguments, at = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            status = 1
            try:
                run(data, deed, arguments, at, writing)
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
