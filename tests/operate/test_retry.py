"""What passes by itself is tried again; what does not becomes a reject or a message at once.

Reading ``/proc/self/mem`` gives EIO, as a disk does that is away.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dedupe import pipeline
from dedupe.acquire import readers
from dedupe.errors import StoreError
from dedupe.pipeline.check import check
from dedupe.settings import Settings
from dedupe.transient import is_transient
from tests.desk import Desk
from tests.newsroom import story, write_rows, write_text

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only /proc gives EIO on demand")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PAUSES", (0.01, 0.01, 0.01))


@contextmanager
def when_said(text: str, act: Callable[[], object]) -> Iterator[list[str]]:
    """Act at once whenever the log says ``text``; gives what was said."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if text in (message := record.getMessage()):
                said.append(message)
                act()

    listener = Listener()
    logging.getLogger("dedupe").addHandler(listener)
    yield said
    logging.getLogger("dedupe").removeHandler(listener)


def away(path: Path) -> Callable[[], object]:
    """Let a file be away; gives what brings it back."""
    aside = path.with_name(f".{path.name}.aside")
    path.rename(aside)
    path.symlink_to("/proc/self/mem")
    return lambda: aside.replace(path)


def test_an_input_that_comes_back_is_read(desk: Desk) -> None:
    path = write_text(desk.inputs / "one.txt", story(1).plain)
    with when_said("trying again", away(path)) as said:
        result = desk.ingest(path)  # in a folder, a file that was replaced meanwhile is left
    assert len(said) == 1
    assert (result.counts["articles"], result.counts["rejects"]) == (1, 0)


def test_an_input_that_stays_away_is_a_reject_and_is_read_another_day(desk: Desk) -> None:
    path = write_text(desk.inputs / "one.txt", story(1).plain)
    write_text(desk.inputs / "two.txt", story(2).plain)
    back = away(path)
    with when_said("trying again", lambda: None) as said:
        result = desk.ingest(desk.inputs)
    assert len(said) == 3
    assert (result.counts["articles"], result.counts["rejects"]) == (1, 1)
    assert desk.row("rejects")["reason"] == "unreadable"
    back()
    assert desk.ingest(desk.inputs).counts["articles"] == 1


def test_rows_of_a_file_that_was_away_are_read_once(desk: Desk) -> None:
    path = write_rows(desk.inputs / "rows.jsonl", [story(n).row() for n in range(1, 4)])
    with when_said("trying again", away(path)):
        result = desk.ingest(path)
    assert (result.counts["documents"], result.counts["articles"]) == (3, 3)


def test_a_file_that_is_not_there_or_not_ours_is_not_waited_for(desk: Desk) -> None:
    (desk.inputs / "gone.txt").symlink_to(desk.inputs / "nothing")
    with when_said("trying again", lambda: None) as said:
        desk.ingest(desk.inputs)
    assert said == []


def test_a_stage_that_broke_can_be_run_again_as_if_it_had_not(desk: Desk) -> None:
    """The manifest is away while the stage looks at it; tried again, the run is like any other."""
    write_text(desk.inputs / "one.txt", story(1).plain)
    desk.ingest(desk.inputs)
    write_text(desk.inputs / "two.txt", story(2).plain)
    run = pipeline.Run([desk.inputs], desk.data, Settings())
    with run.opened():
        cleaned = pipeline.clean(run, pipeline.acquire(run))
        pipeline.detect(run, cleaned)
        pipeline.elect(run)
        counts, staged = dict(run.counts), sorted(run.staging.iterdir())
        back = away(desk.data / "current" / "manifest.json")
        with pytest.raises(StoreError) as caught:
            pipeline.publish(run)
        assert is_transient(caught.value)
        assert (dict(run.counts), sorted(run.staging.iterdir())) == (counts, staged)
        back()
        assert pipeline.publish(run) == 2
        # The answer got lost after the commit: another try finds what the first one did.
        assert pipeline.publish(run) == 2
    assert check(desk.data).problems == []
    assert desk.counts()["runs"] == 2


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EAGAIN, errno.ETIMEDOUT])
def test_what_passes(code: int) -> None:
    assert is_transient(OSError(code, "away"))
    wrapped = StoreError("cannot be read")
    wrapped.__cause__ = OSError(code, "away")
    assert is_transient(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "gone"),
        PermissionError(errno.EACCES, "not ours"),
        OSError(errno.ENOSPC, "full"),
        ValueError("no number"),
        StoreError("damaged"),
        None,
    ],
)
def test_what_does_not_pass(error: Exception | None) -> None:
    assert not is_transient(error)
