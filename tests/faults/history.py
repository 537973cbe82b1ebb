"""Several writers, readers and killers on one data folder, and a ledger that none of them keeps.

``python -m tests.faults.history --minutes 30`` runs it at length and prints what it found. A writer
ingests batches of its own making, compacts, prunes, rolls nothing back; a share of its operations
is killed at a random moment and tried again. What an operation has acknowledged goes into the
writer's ledger, synced. Readers open the folder all the while and hold that every document
acknowledged before is in exactly one table, and that tables fit each other. One more writer, the
steady one, does all in its own process, as a worker that is up for weeks: its memory and handles
are what a leak would show in.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dedupe
from dedupe.pipeline.check import check
from tests.faults.ledger import acknowledged
from tests.faults.reader import TABLES, read, watch
from tests.faults.writer import Writer


@dataclass
class Findings:
    """What a history came to."""

    seconds: float
    operations: int = 0
    kills: int = 0
    reads: int = 0
    documents: int = 0
    violations: list[Any] = field(default_factory=list)
    failures: list[Any] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)


def history(folder: Path, seconds: float, writers: int, readers: int, kills: float) -> Findings:
    """Let them loose for a while, then hold the tables against the ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    stop = folder / "stop"
    started = time.time()
    command = [sys.executable, "-m", "tests.faults.history", "--folder", str(folder)]
    roles = [("--write", n) for n in range(writers)] + [("--read", n) for n in range(readers)]
    roles.append(("--steady", writers))
    processes = [
        subprocess.Popen([*command, role, str(n), "--kills", str(kills)]) for role, n in roles
    ]
    findings = Findings(seconds)
    try:
        while time.time() - started < seconds and all(p.poll() is None for p in processes):
            time.sleep(min(5.0, seconds / 40))
            at = time.time() - started
            if all(p.poll() is None for p in processes):
                findings.samples.append(_sample(folder, at, processes))
    finally:
        stop.touch()
    codes = [process.wait() for process in processes]
    records = [json.loads(line) for path in (folder / "times").glob("*") for line in path.open()]
    findings.operations = len(records)
    findings.kills = sum(record["kills"] for record in records)
    findings.reads = sum(int(path.read_text()) for path in folder.glob("reads-*"))
    findings.documents = len(acknowledged(folder))
    findings.violations = _lines(folder / "violations") + [
        wrong for how in range(4) for wrong in read(folder, how)
    ]
    store = dedupe.open(folder / "data")
    held = sum(store.counts[table] for table in TABLES)
    if held != findings.documents:
        findings.violations.append(f"{held} documents in the tables, {findings.documents} fed")
    findings.violations += check(folder / "data").problems
    findings.failures = _lines(folder / "failures") + [code for code in codes if code]
    for sample in findings.samples:
        near = [r["seconds"] for r in records if r["kills"] == 0 and r["deed"] == "ingest"
                and abs(r["at"] - started - sample["at"]) < 15]  # fmt: skip
        sample["ingest_seconds"] = sorted(near)[len(near) // 2] if near else 0.0
    return findings


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.open()] if path.exists() else []


def _sample(folder: Path, at: float, processes: list[subprocess.Popen[bytes]]) -> dict[str, float]:
    """Memory and handles of all writers and readers, disk of the data folder, documents so far."""
    memory = handles = 0
    for process in processes:
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = [s.split()[1] for s in status.splitlines() if s.startswith("VmRSS")]
        memory += sum(map(int, resident))
        handles += len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    disk = 0
    for parent, _, names in os.walk(folder / "data"):  # which bears what vanishes under it
        for name in names:
            with contextlib.suppress(OSError):
                stat = Path(parent, name).lstat()
                disk += stat.st_size // max(1, stat.st_nlink)
    documents = len(acknowledged(folder))
    return {"at": at, "rss_mb": memory / 1024, "handles": handles, "disk_mb": disk / 1e6,
            "documents": documents}  # fmt: skip


def main() -> int:
    """The command; also what it starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--kills", type=float, default=0.3, help="share of operations killed")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path, help="write the findings as JSON")
    parser.add_argument("--write", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--read", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--steady", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    name = asked.write if asked.steady is None else asked.steady
    if name is not None:
        import datasketch  # noqa: F401 - once, for all the children

        steady = asked.steady is not None
        Writer(asked.folder, name, asked.kills, steady=steady).work(asked.folder / "stop")
        return 0
    if asked.read is not None:
        watch(asked.folder, asked.folder / "stop")
        return 0
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="history-"))
    found = history(folder, asked.minutes * 60, asked.writers, asked.readers, asked.kills)
    told = asdict(found)
    if asked.out:
        asked.out.write_text(json.dumps(told, indent=1))
    told["samples"] = told["samples"][:: max(1, len(told["samples"]) // 10)]
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    wrong = bool(found.violations or found.failures)
    if not (wrong or asked.folder):
        shutil.rmtree(folder)
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
