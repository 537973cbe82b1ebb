"""A data folder before a deed and after it, and what a kill in the middle of it may leave."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dedupe
from dedupe.pipeline.check import check
from dedupe.publish import Snapshot
from dedupe.publish.check import check_snapshot
from dedupe.publish.history import snapshots
from tests.desk import content

DYING = Path(__file__).with_name("dying.py")

Ask = Callable[..., dict[str, Any]]
Deed = tuple[Any, ...]
"""The name of what is done, as ``dying.py`` has it, and its arguments."""


@contextlib.contextmanager
def asking() -> Iterator[Ask]:
    """Asks a process of its own to do a deed and to die before a given operation."""
    with subprocess.Popen(
        [sys.executable, str(DYING)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def asked(data: Path, deed: Deed, at: int = 0) -> dict[str, Any]:
            process.stdin.write(json.dumps([str(data), deed[0], deed[1:], at]) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield asked
        process.stdin.close()


class Scene:
    """A data folder before a deed, the deed, and what it makes of it undisturbed.

    ``then`` is a run that may come next instead of the deed done again. Columns that a deed's own
    clock fills (``clocks``) are no part of what is compared.
    """

    def __init__(
        self,
        folder: Path,
        before: Path | None,
        deed: Deed,
        ask: Ask,
        *,
        then: Deed | None = None,
        clocks: tuple[str, ...] = (),
    ) -> None:
        self.folder, self.before, self.deed, self.ask = folder, before, deed, ask
        self.then, self.clocks = then, clocks
        self.kills = 0
        self.old = self.content(before) if before else None
        undisturbed = self.fresh()
        self.operations = self.done(undisturbed, deed)
        self.new = self.content(undisturbed)
        self.runs = dedupe.open(undisturbed).counts["runs"]
        self.snapshots = _numbers(undisturbed)
        if then:
            self.done(undisturbed, then)
            self.after_new = self.content(undisturbed)
            undisturbed = self.fresh()
            self.done(undisturbed, then)
            self.after_old = self.content(undisturbed)

    def content(self, data: Path) -> dict[str, list[dict[str, Any]]]:
        return content(data, *self.clocks)

    def done(self, data: Path, deed: Deed) -> list[str]:
        """Have it done in full; gives its file operations."""
        answer = self.ask(data, deed)
        assert answer["status"] == 0
        operations: list[str] = answer["operations"]
        return operations

    def fresh(self) -> Path:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        if self.before is not None:
            shutil.copytree(self.before, data, symlinks=True)
        return data

    def placed(self) -> int:
        """The operation that gives the finished snapshot its name."""
        place = [
            number
            for number, operation in enumerate(self.operations, 1)
            if operation.startswith("os.rename") and operation.endswith("/snapshot")
        ]
        assert len(place) == 1
        return place[0]

    def die_again_and_again(self, dice: random.Random, times: int) -> None:
        """Die up to so often on one folder, each time in the making good of what was before.

        After each death the folder reads whole, and when nobody dies any more all is made good.
        """
        data, told = self.fresh(), self.deed[0]
        for _ in range(times):
            at = dice.randint(1, len(self.operations))
            answer = self.ask(data, self.deed, at)
            if answer["status"] == 0:  # there was less to do than undisturbed
                break
            assert answer["status"] == -9, told
            self.kills += 1
            told = f"{told}, killed before {answer['operations'][-1]}"
            seen = Snapshot.current(data)
            assert (self.content(data) if seen else None) in (self.old, self.new), told
            assert seen is None or list(check_snapshot(seen)) == [], told
        self.done(data, self.deed)
        assert self.content(data) == self.new, told
        assert_tidy(data, told, published=self.deed[0] == "ingest")

    def die_and_recover(self, at: int) -> None:
        """Die before operation ``at``: the folder reads whole, and what comes next makes it good.

        What comes next is the deed again and, on a copy of what the kill left, another run.
        """
        data, told = self.fresh(), f"{self.deed[0]} killed before {self.operations[at - 1]}"
        assert self.ask(data, self.deed, at)["status"] == -9, told
        self.kills += 1
        seen = Snapshot.current(data)
        found = self.content(data) if seen else None
        assert found in (self.old, self.new), told
        assert seen is None or list(check_snapshot(seen)) == [], told
        other = self.folder / "other"
        if self.then:
            shutil.rmtree(other, ignore_errors=True)
            shutil.copytree(data, other, symlinks=True)
        before = dedupe.open(data).counts["runs"] if seen else 0
        self.done(data, self.deed)
        assert self.content(data) == self.new, told
        assert_tidy(data, told, published=self.deed[0] == "ingest")
        if self.deed[0] == "ingest":
            # A run that died before its commit never was; one that died after it, was.
            committed = found == self.new
            assert dedupe.open(data).counts["runs"] == self.runs + committed, told
            assert dedupe.open(data).counts["runs"] == before + 1, told
        elif self.deed[0] in ("rollback", "prune"):
            assert _numbers(data) == self.snapshots, told
        if self.then:
            self.done(other, self.then)
            after = {str(self.after_old), str(self.after_new)}
            assert str(self.content(other)) in after, told
            assert_tidy(other, told)


def assert_tidy(data: Path, told: str = "", *, published: bool = True) -> None:
    """The folder is whole, and nothing lies in it that a process left that died.

    An index that is out of date goes with the next snapshot ``published``; upkeep that finds its
    work done makes none.
    """
    report = check(data)
    assert (report.problems, report.notes) == ([], []), told
    staging = data / "state" / "staging"
    assert not staging.exists() or not list(staging.iterdir()), told
    assert not staging.with_name("abandoned").exists(), told
    indexes = len(list((data / "state" / "index").glob("manifest-*")))
    assert indexes == 1 if published else indexes >= 1, told
    left = [path for end in ("*.tmp", "*.draft", "*-dropped") for path in data.rglob(end)]
    assert left == [], told
    for entry in snapshots(data):
        assert not (entry.current and entry.withdrawn), told


def _numbers(data: Path) -> list[tuple[int, bool, bool]]:
    return [(entry.number, entry.current, entry.withdrawn) for entry in snapshots(data)]
