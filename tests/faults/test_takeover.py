"""A run that was killed while it cleaned: the next one takes over the shards that were done."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.pipeline import takeover
from tests.desk import CLOCKS, content
from tests.faults.scenes import Ask, asking, assert_tidy
from tests.newsroom import story, write_text

DOCUMENTS = 6
DONE = 4
"""Shards of one document each that are cleaned when the run dies."""
DEED = "ingest by ones"

Again = Callable[..., int]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with asking() as asked:
        yield asked


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, ask: Ask) -> Path:
    """Inputs, what a run makes of them, and the folder of one that was killed as it cleaned."""
    folder = tmp_path_factory.mktemp("scene")
    for number in range(DOCUMENTS):
        write_text(folder / "in" / f"{number}.txt", story(number).plain)
    deed = (DEED, str(folder / "in"))
    operations = ask(folder / "wanted", deed)["operations"]
    assert ask(folder / "data", deed, cleaned(operations)[DONE])["status"] == -9
    return folder


def cleaned(operations: list[str]) -> list[int]:
    """The operations that give a cleaned shard its name."""
    found = [at for at, each in enumerate(operations, 1) if "/cleaned-" in each]
    assert len(found) >= DOCUMENTS
    return found[:DOCUMENTS]


@pytest.fixture
def died(scene: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scene / "data", tmp_path / "data", symlinks=True))


@pytest.fixture
def again(scene: Path, died: Path, caplog: pytest.LogCaptureFixture) -> Again:
    """Runs again into it, or on other inputs; gives how many shards were taken over."""

    def ran(*inputs: Path, **settings: Any) -> int:
        with caplog.at_level(logging.INFO, "dedupe"):
            dedupe.ingest(
                inputs or scene / "in", died, dedupe.Settings(**{"shard_bytes": 1, **settings})
            )
        assert_tidy(died)
        told = re.search(r"clean: (\d+) of \d+ shards by a run that died", caplog.text)
        return int(told[1]) if told else 0

    return ran


def comparable(data: Path) -> dict[str, list[dict[str, Any]]]:
    """The tables, less when they were made."""
    return content(data, *CLOCKS)


def test_what_was_cleaned_is_not_cleaned_again(scene: Path, died: Path, again: Again) -> None:
    assert again(workers=1, wait=5) == DONE  # which people change after a crash
    assert comparable(died) == comparable(scene / "wanted")


def test_a_document_that_is_another_one_is_cleaned(
    scene: Path, tmp_path: Path, died: Path, again: Again
) -> None:
    others = [path for path in sorted((scene / "in").iterdir()) if path.name != "1.txt"]
    assert again(write_text(tmp_path / "0.txt", story(71).plain), *others) == DONE - 1
    texts = dedupe.open(died).articles().to_table()["text"].to_pylist()
    assert {story(71).body, story(2).body} < set(texts)
    assert story(1).body not in texts


def test_other_settings_take_nothing_over(again: Again) -> None:
    assert again(min_words=2) == 0


def test_other_code_takes_nothing_over(again: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "code", lambda: "another digest")
    assert again() == 0


def test_after_a_restart_of_the_machine_nothing_is_believed(
    tmp_path: Path, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "boot_id").write_text("another start")
    monkeypatch.setattr(takeover, "BOOT", tmp_path / "boot_id")
    assert again() == 0


def test_a_dry_run_takes_nothing_away(scene: Path, died: Path, again: Again) -> None:
    dedupe.ingest(scene / "in", died, dedupe.Settings(shard_bytes=1), dry_run=True)
    assert again() == DONE


def test_a_run_that_dies_later_leaves_all_that_was_cleaned(
    scene: Path, died: Path, ask: Ask, again: Again
) -> None:
    deed = (DEED, str(scene / "in"))
    other = Path(shutil.copytree(died, died.with_name("other"), symlinks=True))
    operations = ask(other, deed)["operations"]
    place = next(at for at, each in enumerate(operations, 1) if each.endswith("/snapshot"))
    assert ask(died, deed, place)["status"] == -9
    assert again() == DOCUMENTS
    assert comparable(died) == comparable(scene / "wanted")
