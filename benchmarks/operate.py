"""Scheduled runs over a growing inbox: what they cost, run after run.

``python -m benchmarks operate [--runs 20] [--new 200]`` starts a Prefect server in a temporary
folder, serves the ingest flow every few seconds, adds new articles to the inbox before each run,
and prints a line for each: seconds, Prefect's database, the data folder. It fails where the
database grows by half a megabyte a run, or where the last runs take longer than the first.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measuring.results import Plan
from tests.newsroom import story, write_rows
from tests.server.operated import Operated, until

MEGABYTE = 1_000_000
ALLOWED = 0.5 * MEGABYTE
"""Growth of Prefect's database a run, at most."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--new", type=int, default=200, help="articles that are new in each run")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two runs")


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    """Run, print, judge; gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="operate-") as folder:
        operated = Operated(Path(folder) / "site")
        try:
            lines = measure(operated, chosen.runs, chosen.new, chosen.interval)
        finally:
            operated.close()
    return judge(lines, chosen.new)


def measure(operated: Operated, runs: int, new: int, interval: float) -> list[dict[str, float]]:
    """One line for each run that had something new."""
    inbox, data = operated.folder / "inbox", operated.folder / "data"
    database = operated.folder / "prefect" / "prefect.db"
    write_rows(inbox / "00.jsonl", (story(n).row() for n in range(new)))
    operated.start(
        *("serve", "python", "flows/serve.py", str(inbox), "--data", str(data)),
        *("--interval", str(interval), "--maintain-cron", "0 0 1 1 *"),
    )
    done: set[str] = set()
    lines: list[dict[str, float]] = []
    print(" run  s in flow  inbox MB  data MB  Prefect MB  scheduled runs", flush=True)
    for number in range(1, runs + 1):
        # The last event of a run that saw all that lies in the inbox.
        event = until(lambda n=number: _saw(operated, n * new), 120, f"run {number}")
        run = _flow_run(event)
        record = operated.in_state(run, "COMPLETED")
        done.add(run)
        lines.append(
            {
                "seconds": record["total_run_time"],
                "inbox": _bytes(inbox),
                "data": _bytes(data),
                "database": _database(database),
                "scheduled": len(
                    [r for r in _finished(operated) if r["state_type"] == "COMPLETED"]
                ),
            }
        )
        line = lines[-1]
        print(
            f"{number:4} {line['seconds']:10.2f} {line['inbox'] / MEGABYTE:9.2f} "
            f"{line['data'] / MEGABYTE:8.2f} {line['database'] / MEGABYTE:11.2f} "
            f"{line['scheduled']:15}",
            flush=True,
        )
        first = number * new
        write_rows(
            inbox / f"{number:02}.jsonl", (story(n).row() for n in range(first, first + new))
        )
    return lines


def judge(lines: list[dict[str, float]], new: int) -> int:
    """Say what a run cost, and whether that is allowed."""
    first, last = lines[0], lines[-1]
    ran = last["scheduled"] - first["scheduled"]
    database = (last["database"] - first["database"]) / ran
    inbox = (last["inbox"] - first["inbox"]) / (len(lines) - 1)
    data = (last["data"] - first["data"]) / (len(lines) - 1)
    early = statistics.median(line["seconds"] for line in lines[1:6])
    late = statistics.median(line["seconds"] for line in lines[-5:])
    print(
        f"a run with {new} new articles: Prefect's database +{database / 1000:.0f} kB, "
        f"data folder +{data / 1000:.0f} kB for {inbox / 1000:.0f} kB of input, "
        f"{early:.2f} s early, {late:.2f} s late"
    )
    return 0 if database < ALLOWED and late < 1.5 * early else 1


def _saw(operated: Operated, documents: int) -> dict[str, Any] | None:
    """The last snapshot's event, where its run saw so many documents."""
    events = operated.events("dedupe.snapshot.published")
    return next((e for e in events if e["payload"]["documents"] == documents), None)


def _flow_run(event: dict[str, Any]) -> str:
    related = next(r for r in event["related"] if r["prefect.resource.role"] == "flow-run")
    return str(related["prefect.resource.id"]).removeprefix("prefect.flow-run.")


def _finished(operated: Operated) -> list[dict[str, Any]]:
    return [run for run in operated.flow_runs("ingest/served") if run["auto_scheduled"]]


def _bytes(folder: Path) -> int:
    """What a folder takes, a file that several snapshots share counted once."""
    sizes = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        sizes[status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _database(path: Path) -> int:
    """Pages in use: the file itself grows in steps and with its write-ahead log."""
    with sqlite3.connect(path, timeout=30) as connection:
        pages, free, size = (
            connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)
