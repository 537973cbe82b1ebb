"""A folder that keeps filling: what is still on its way is left for the next run."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedupe.acquire import Outcome, acquire, expand
from dedupe.acquire.arrival import Visits
from dedupe.article import Document
from dedupe.settings import Settings

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")


def visit(*inputs: str | Path, **settings: Any) -> tuple[list[str], Visits]:
    """The sources of what was given, and what became of the inputs."""
    visits = Visits()
    given = acquire(expand(inputs), Settings(**settings), visits=visits)
    return [item.source for item in given], visits


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.mark.parametrize(
    "name",
    ["a.txt.part", "a.html.tmp", "a.crdownload", "A.PART", "a.jsonl~", ".a.txt.k3Xq", "~$a.txt"],
)
def test_names_of_unfinished_files_are_passed_over_in_folders(here: Path, name: str) -> None:
    (here / "in").mkdir()
    (here / "in" / name).write_text("Half a text")
    (here / "in" / "b.txt").write_text("A text.")
    assert visit("in")[0] == ["in/b.txt"]
    assert visit("in/*")[0] == ["in/b.txt"]
    assert visit(f"in/{name}")[0] == [f"in/{name}"]


@ON_LINUX
class TestOpenForWriting:
    def test_it_is_left_and_read_once_it_is_closed(self, here: Path) -> None:
        (here / "b.txt").write_text("A text.")
        with (here / "a.jsonl").open("w") as writer:
            writer.write('{"text": "A row."}\n{"text": "Half a')
            writer.flush()
            given, visits = visit(".")
            assert given == ["b.txt"]
            assert visits.left == [("a.jsonl", "it is open for writing")]
            assert visit("*.jsonl")[0] == []
            writer.write(' row."}\n')
        given, visits = visit(".")
        assert given == ["a.jsonl#1", "a.jsonl#2", "b.txt"]
        assert visits.left == []

    def test_named_outright_it_is_read_as_it_is(self, here: Path) -> None:
        with (here / "a.jsonl").open("w") as writer:
            writer.write('{"text": "A row."}\n')
            writer.flush()
            assert visit("a.jsonl")[0] == ["a.jsonl#1"]
            assert visit(".", "a.jsonl")[0] == ["a.jsonl#1"]

    def test_who_only_reads_is_in_nobodys_way(self, here: Path) -> None:
        (here / "a.txt").write_text("A text.")
        with (here / "a.txt").open():
            assert visit(".")[0] == ["a.txt"]

    def test_the_question_leaves_nothing_behind(self, here: Path) -> None:
        """A writer who comes afterwards is not held up and nobody gets a signal."""
        (here / "a.txt").write_text("A text.")
        visit(".")
        with (here / "a.txt").open("a") as writer:
            writer.write(" And more.")
        assert visit(".")[0] == ["a.txt"]


class TestSettle:
    def test_what_changed_lately_is_left(self, here: Path) -> None:
        for name, seconds in (("old.txt", 90), ("new.txt", 10)):
            (here / name).write_text(f"This is {name}.")
            aged(here / name, seconds)
        given, visits = visit(".", settle=60)
        assert given == ["old.txt"]
        ((source, why),) = visits.left
        assert source == "new.txt"
        assert "less than settle = 60" in why

    def test_without_it_all_is_read(self, here: Path) -> None:
        (here / "new.txt").write_text("New.")
        assert visit(".")[0] == ["new.txt"]

    def test_a_clock_ahead_of_ours_does_not_hold_a_file_back_for_ever(self, here: Path) -> None:
        (here / "a.txt").write_text("From the future.")
        aged(here / "a.txt", -7_200)
        assert visit(".", settle=60)[0] == ["a.txt"]

    def test_named_outright_it_does_not_wait(self, here: Path) -> None:
        (here / "a.txt").write_text("New.")
        assert visit("a.txt", settle=60)[0] == ["a.txt"]


def rows(count: int) -> str:
    return "".join(json.dumps({"text": f"Row {n}."}) + "\n" for n in range(count))


class TestChangedWhileRead:
    def grow(self, outcomes: Iterator[Outcome], path: Path) -> list[Outcome]:
        """Take the first batch, let the file grow, take the rest."""
        first = next(outcomes)
        with path.open("a") as writer:
            writer.write('{"text": "Half a')
        return [first, *outcomes]

    def test_what_is_at_hand_is_withdrawn_and_whole_rows_given_before_stand(
        self, here: Path
    ) -> None:
        path = here / "a.jsonl"
        path.write_text(rows(1_500))
        (here / "b.txt").write_text("Another.")
        visits = Visits()
        given = self.grow(acquire(expand("."), Settings(), visits=visits), path)
        assert all(isinstance(item, Document) for item in given)  # half a row is no reject
        assert [item.source for item in given] == [
            *(f"a.jsonl#{n}" for n in range(1, 1_001)),
            "b.txt",
        ]
        assert visits.left == [("a.jsonl", "it changed while it was read")]
        assert [target.source for target, _ in visits.finished] == ["b.txt"]

    def test_named_outright_it_is_read_to_its_end(self, here: Path) -> None:
        path = here / "a.jsonl"
        path.write_text(rows(1_500))
        visits = Visits()
        given = self.grow(acquire(expand("a.jsonl"), Settings(), visits=visits), path)
        assert len(given) == 1_501
        assert (visits.left, visits.finished) == ([], [])


def test_what_could_not_be_read_is_not_finished(here: Path) -> None:
    (here / "a.txt").write_text("A text.")
    (here / "b.txt").symlink_to("nowhere")
    _, visits = visit(".")
    assert [target.source for target, _ in visits.finished] == ["a.txt"]
