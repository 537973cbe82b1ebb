"""A process that exports and dies by SIGKILL on the way.

Reads lines of JSON (data folder, path, format, moment) and answers each with the exit status. The
moment is the number of a file operation in Python before which the export kills itself; or, as a
negative number, the number of new files in the target at whose sight it is killed. It imports once
and forks.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any

import pyiceberg.catalog.sql
import pyiceberg.io.pyarrow  # noqa: F401

import dedupe
import dedupe.downstream.delta
import dedupe.downstream.iceberg

LOOK = 0.0005
"""Seconds between two looks at the target."""

OPERATIONS = {"os.rename", "os.remove", "open"}


def die_before(moment: int, folder: str) -> None:
    done = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal done
        if event in OPERATIONS and str(args[0]).startswith(folder):
            done += 1
            if done == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def files(path: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(path))


def kill_at_sight(child: int, moment: int, path: Path, before: int) -> int:
    ending = os.pidfd_open(child)
    while files(path) < before + moment:
        if select.select([ending], [], [], LOOK)[0]:
            break
    os.close(ending)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def main() -> None:
    for line in sys.stdin:
        data, path, to, moment = json.loads(line)
        before = files(Path(path))
        child = os.fork()
        if child == 0:
            status = 1
            try:
                if moment > 0:
                    die_before(moment, str(Path(path).parent))
                dedupe.export(path, data, to)
                status = 0
            finally:
                os._exit(status)
        if moment < 0:
            status = kill_at_sight(child, -moment, Path(path), before)
        else:
            _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
