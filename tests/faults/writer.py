"""A writer: ingests, compacts, prunes and checks, and is shot at while it does."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dedupe
from dedupe.errors import StoreError
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import compact, prune
from tests.faults.ledger import append
from tests.newsroom import story, write_rows

POOL = 40
"""Stories that every writer draws from, so that they file each other's articles."""
PATIENT = dedupe.Settings(wait=600, workers=1)


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
            append(
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
        append(self.ledger, sources)
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
        append(failures, {"error": repr(error), "said": bytes(said).decode()[-2000:]})
        os._exit(1)
