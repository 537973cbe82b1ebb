"""Work in other processes: what one of them dies of costs nothing but itself."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

import dedupe
from dedupe import pipeline
from dedupe.pipeline import staging
from dedupe.pipeline.engine import ALONE, DiedError, Local
from dedupe.settings import Settings
from tests.newsroom import story
from tests.pipeline.corpora import write_rows

Result = TypeVar("Result")
POISON = "Zyklotron"


def square_or_die(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_of_poison(task: Callable[..., Result], shard: Path, *more: object) -> Result:
    """As a library does that faults on one document and not on the others."""
    if any(POISON in str(text) for text in staging.read(shard)["text"].to_pylist()):
        os.kill(os.getpid(), signal.SIGKILL)
    return task(shard, *more)


class Poisoned(Local):
    """Real processes, of which one dies whenever it meets the poison."""

    def map(
        self, task: Callable[..., Result], items: Sequence[tuple[Any, ...]], size: int
    ) -> Iterator[Result | DiedError]:
        del size
        return super().map(die_of_poison, [(task, *item) for item in items], ALONE)


def test_the_others_go_on_and_results_stay_in_order() -> None:
    with contextlib.closing(Local(2)) as engine:
        found = list(engine.map(square_or_die, [(number,) for number in range(9)], ALONE))
    assert isinstance(found.pop(5), DiedError)
    assert found == [0, 1, 4, 9, 16, 36, 49, 64]


def test_what_a_task_raises_is_raised_and_its_processes_end() -> None:
    engine = Local(2)
    with pytest.raises(ZeroDivisionError):
        list(engine.map(divmod, [(1, 1), (1, 0), (2, 1)], ALONE))
    engine.close()


def test_a_document_that_kills_its_process_is_a_reject_and_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [story(number).row(url=f"https://a.example/{number}") for number in range(3)]
    rows[1]["text"] += f"\n\nThe {POISON} stood still for the whole of the afternoon."
    write_rows(tmp_path / "in.jsonl", rows)
    run = pipeline.Run(["in.jsonl"], "data", Settings(workers=2))
    run.engine = Poisoned(2)
    with run.opened():
        cleaned = pipeline.clean(run, pipeline.acquire(run))
        pipeline.detect(run, cleaned)
        pipeline.elect(run)
        pipeline.publish(run)
    assert (run.counts["articles"], run.counts["rejects"]) == (2, 1)
    (row,) = dedupe.open("data").rejects().to_table().to_pylist()
    assert (row["source"], row["reason"]) == ("in.jsonl#2", "failed")
    assert "died" in row["detail"]
