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
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dedupe
from dedupe.errors import StoreError
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import compact, prune
from tests.newsroom import story, write_rows

POOL = 40
"""Stories that every writer draws from, so that they file each other's articles."""
PATIENT = dedupe.Settings(wait=600, workers=1)
TABLES = ("articles", "duplicates", "rejects")


class Writer:
    """One writer: its own inputs, its own ledger, the data folder of all."""

    def __init__(self, folder: Path, name: int, kills: float, *, steady: bool = False) -> None:
        self.folder, self.data = folder, folder / "data"
        self.steady = steady
        self.name, self.kills = name, kills
        self.dice = random.Random(f"writer {name}")
        self.ledger = folder / "ledger" / f"{name}.jsonl"
        self.times = folder / "times" / f"{name}.jsonl"
        self.batches = self.documents = 0

    def work(self, until: Path) -> None:
        """Do one thing after the other until somebody says stop."""
        while not until.exists():
            deed = self.dice.choices(
                ("ingest", "command", "compact", "prune", "check"), (70, 12, 6, 6, 6)
            )[0]
            begun = time.perf_counter()
            kills = getattr(self, deed)()
            seconds = time.perf_counter() - begun
            _append(
                self.times, {"deed": deed, "seconds": seconds, "kills": kills, "at": time.time()}
            )

    def ingest(self) -> int:
        """A batch through the Python API."""
        batch = self._batch()
        return self._acknowledged(batch, lambda: dedupe.ingest([batch], self.data, PATIENT))

    def command(self) -> int:
        """A batch through the command line."""
        batch = self._batch()
        command = [sys.executable, "-m", "dedupe", "ingest", str(batch), "--data", str(self.data)]
        environment = {**os.environ, "DEDUPE_WAIT": "600", "DEDUPE_WORKERS": "1"}

        def run() -> None:
            subprocess.run(command, check=True, capture_output=True, env=environment)

        return self._acknowledged(batch, run)

    def compact(self) -> int:
        """Small files into larger ones."""
        return self._done(lambda: self._upkeep(compact))

    def prune(self) -> int:
        """All snapshots but the last three."""
        return self._done(lambda: self._upkeep(lambda *where: prune(where[0], 3, where[1])))

    def check(self) -> int:
        """Nothing is ever wrong."""

        def checked() -> None:
            with contextlib.suppress(StoreError):  # nothing is published yet
                problems = check(self.data).problems
                assert problems == [], problems

        return self._done(checked)

    def _upkeep(self, deed: Any) -> None:
        if (self.data / "current").exists():
            deed(self.data, 600)

    def _batch(self) -> Path:
        rows = [self._row() for _ in range(self.dice.randint(1, 12))]
        path = self.folder / "in" / f"{self.name}-{self.batches:05d}.jsonl"
        self.batches += 1
        return write_rows(path, rows)

    def _row(self) -> dict[str, Any]:
        self.documents += 1
        site = f"https://site{self.name}.example"
        dice, own = self.dice, 1_000_000 * (self.name + 1) + self.documents
        kind = dice.choices(("new", "copy", "longer", "revised", "empty"), (50, 20, 10, 15, 5))[0]
        address = {"url": f"{site}/{self.documents}", "published_at": "2025-03-01"}
        if kind == "new":
            return story(own, paragraphs=3).row(**address)
        if kind == "copy":
            return story(dice.randrange(POOL), paragraphs=3).row(**address)
        if kind == "longer":
            return story(dice.randrange(POOL), paragraphs=3).longer(own).row(**address)
        if kind == "revised":  # at an address of its own that may have been there before
            address["url"] = f"{site}/again/{dice.randrange(20)}"
            return story(dice.randrange(POOL), paragraphs=3).revised(own).row(**address)
        return {"text": "", "url": f"{site}/{self.documents}"}

    def _acknowledged(self, batch: Path, deed: Any) -> int:
        kills = self._done(deed)
        sources = [
            f"{batch.as_posix()}#{n}" for n in range(1, 1 + len(batch.read_text().splitlines()))
        ]
        _append(self.ledger, sources)
        return kills

    def _done(self, deed: Any) -> int:
        """Have a child do it; some are killed, and then it is done again. Gives the kills."""
        if self.steady:
            deed()
            return 0
        kills = 0
        while True:
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                _as_child(deed, self.folder / "failures")
            with contextlib.suppress(OSError):
                os.setpgid(child, child)
            if self.dice.random() < self.kills:
                time.sleep(self.dice.uniform(0, 1.2) ** 2)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if status == 0:
                return kills
            if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
                raise SystemExit(f"writer {self.name}: an operation failed; see failures")
            kills += 1


def _as_child(deed: Any, failures: Path) -> None:
    try:
        deed()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        said = getattr(error, "stderr", b"") or b""
        _append(failures, {"error": repr(error), "said": bytes(said).decode()[-2000:]})
        os._exit(1)


def _append(path: Path, record: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        handle.write(json.dumps(record) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def acknowledged(folder: Path) -> set[str]:
    """The sources that some operation has acknowledged."""
    lines = [line for path in (folder / "ledger").glob("*.jsonl") for line in path.open()]
    return {source for line in lines if line.endswith("\n") for source in json.loads(line)}


def read(folder: Path, how: int) -> list[str]:
    """Look at the folder once, with one of four readers; gives what is wrong."""
    before = acknowledged(folder)
    try:
        store = dedupe.open(folder / "data")
    except StoreError:
        return ["nothing is published"] if before else []
    with store:
        rows = {table: _columns(store, table, how) for table in TABLES}
        wrong = [
            f"{table}: {len(rows[table]['source'])} rows, the manifest says {store.counts[table]}"
            for table in TABLES
            if len(rows[table]["source"]) != store.counts[table]
        ]
    seen = Counter(source for table in TABLES for source in rows[table]["source"])
    wrong += [f"{source}: acknowledged, and gone" for source in before - set(seen)][:5]
    wrong += [f"{source}: {times} times" for source, times in seen.items() if times > 1][:5]
    ids = Counter(rows["articles"]["id"])
    wrong += [f"article {id_}: {times} times" for id_, times in ids.items() if times > 1][:5]
    orphans = set(rows["duplicates"]["canonical_id"]) - set(ids)
    return wrong + [f"{id_}: canonical of a duplicate, and no article" for id_ in orphans][:5]


def _columns(store: dedupe.Store, table: str, how: int) -> dict[str, list[str]]:
    names = {"articles": ["id", "source"], "duplicates": ["canonical_id", "source"]}
    wanted = names.get(table, ["source"])
    files = [str(path) for path in sorted((store.path / table).rglob("*.parquet"))]
    if how % 4 == 0 or not files:
        found = getattr(store, table)().to_table(columns=wanted)
        return {name: found[name].to_pylist() for name in wanted}
    if how % 4 == 1:
        import duckdb

        query = duckdb.sql(f"SELECT {', '.join(wanted)} FROM read_parquet({files!r})")
        found = query.fetchall()
        return {name: [row[at] for row in found] for at, name in enumerate(wanted)}
    if how % 4 == 2:
        import polars as pl

        return pl.read_parquet(files, columns=wanted).to_dict(as_series=False)
    import pandas as pd

    frame = pd.concat([pd.read_parquet(file, columns=wanted) for file in files])
    return {name: list(frame[name]) for name in wanted}


def watch(folder: Path, until: Path) -> None:
    """Read again and again, and tell what is wrong."""
    number = 0
    while not until.exists():
        if wrong := read(folder, number):
            _append(folder / "violations", {"reader": number % 4, "wrong": wrong})
        number += 1
        (folder / f"reads-{os.getpid()}").write_text(str(number))


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
