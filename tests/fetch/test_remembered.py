"""What a run may rely on of those before it: killed, withdrawn, lost, damaged."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.pipeline.upkeep import rollback
from tests.desk import ROOT, Desk, outcomes
from tests.fetch.feeds import FRIENDLY, entry, feed, statuses
from tests.fetch.press import Press, Reply
from tests.newsroom import story


def killed_at_its_commit(desk: Desk, address: str) -> None:
    """Run, and send SIGKILL when the finished snapshot is about to get its place."""
    code = f"""
import os, signal, sys
import dedupe
def die(event, args):
    if event == "os.rename" and "/snapshots/" in os.fspath(args[1]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
dedupe.ingest({address!r}, {str(desk.data)!r}, dedupe.Settings(**{FRIENDLY!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("late", [False, True])
def test_a_run_killed_before_it_published_hides_nothing_from_the_next(
    press: Press, desk: Desk, *, late: bool
) -> None:
    """Killed when all was fetched and noted: no 304 for what nobody has.

    Nor does it take the validators of the run before with it, which still hold. What it fetched is
    taken over, but not a day later.
    """
    address = feed(press, entry(press, 1))
    desk.ingest(address)
    feed(press, entry(press, 1), entry(press, 2))
    killed_at_its_commit(desk, address)
    assert press.paths() == ["/feed.xml", "/1.html", "/feed.xml", "/2.html"]
    with sqlite3.connect(desk.data / "state" / "fetched.sqlite") as noted:
        assert noted.execute("select count(*) from fetched").fetchone() == (4,)
    if late:
        for record in kept(desk):
            record.write_text(re.sub(r'"at": [0-9.]+', '"at": 1.0', record.read_text()))
    assert outcomes(desk.ingest(address)) == {"articles": 1, "unchanged": 1}
    assert press.paths()[4:] == (["/feed.xml", "/2.html"] if late else [])
    assert outcomes(desk.ingest(address)) == {"unchanged": 1}
    sent = [asked.headers.get("if-none-match") for asked in press.asked if "feed" in asked.path]
    assert sent[0] is None
    assert sent[1] is not None
    assert sent[-1] not in {None, sent[1]}
    assert sent[2:-1] == [sent[1]] * late  # that of the first run


def kept(desk: Desk) -> list[Path]:
    """The records of bodies that a run has fetched and not yet published."""
    return sorted((desk.data / "state").glob("staging/*/kept/*.json"))


def killed_while_it_asks(press: Press, desk: Desk, address: str, path: str, before: int) -> None:
    """Run, and send SIGKILL when ``path`` is asked for and ``before`` bodies are whole."""
    code = f"""
import dedupe
dedupe.ingest({address!r}, {str(desk.data)!r}, dedupe.Settings(**{FRIENDLY!r}))
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as run:

        async def kill(_: asyncio.StreamWriter) -> None:
            while len(kept(desk)) < before and run.poll() is None:
                await asyncio.sleep(0)
            run.kill()

        press.answer(path, Reply(raw=kill))
        assert run.wait() == -signal.SIGKILL


def test_what_a_killed_run_had_fetched_is_not_asked_for_again(
    press: Press, desk: Desk, tmp_path: Path
) -> None:
    address = feed(press, *(entry(press, n) for n in range(4)))
    killed_while_it_asks(press, desk, address, "/2.html", before=3)
    assert press.paths() == ["/feed.xml", "/0.html", "/1.html", "/2.html"]
    entry(press, 2)
    killed_while_it_asks(press, desk, address, "/3.html", before=4)  # costs nothing of the first
    entry(press, 3)
    assert outcomes(desk.ingest(address)) == {"articles": 4}
    assert press.paths()[4:] == ["/2.html", "/3.html", "/3.html"]
    assert kept(desk) == []
    assert not (desk.data / "state" / "abandoned").exists()
    undisturbed = Desk(tmp_path / "other", **FRIENDLY)
    undisturbed.ingest(address)
    assert desk.content() == undisturbed.content()
    # Nothing is taken over from a run that was published.
    assert outcomes(desk.ingest(address)) == {"unchanged": 1}
    assert press.paths()[-1] == "/feed.xml"


@pytest.mark.parametrize("harm", ["flipped", "cut", "foreign"])
def test_a_body_that_is_not_as_it_was_fetched_is_asked_for_again(
    press: Press, desk: Desk, harm: str
) -> None:
    address = feed(press, entry(press, 0), entry(press, 1))
    killed_while_it_asks(press, desk, address, "/1.html", before=2)
    entry(press, 1)
    for record in kept(desk):
        body = record.with_suffix("")
        if harm == "flipped":
            body.write_bytes(body.read_bytes().replace(b"<", b"=", 1))
        elif harm == "cut":
            record.write_text(record.read_text()[:-9])
    settings = {"contact": "https://other.example"} if harm == "foreign" else {}
    assert outcomes(desk.ingest(address, **settings)) == {"articles": 2}
    assert sorted(press.paths()[3:]) == ["/0.html", "/1.html", "/feed.xml"]


def test_after_a_rollback_what_was_withdrawn_is_fetched_again(press: Press, desk: Desk) -> None:
    address = feed(press, entry(press, 1))
    desk.ingest(address)
    feed(press, entry(press, 1), entry(press, 2))
    desk.ingest(address)
    rollback(desk.data, 1)
    assert desk.counts()["articles"] == 1
    assert outcomes(desk.ingest(address)) == {"articles": 1, "unchanged": 1}
    assert press.paths().count("/1.html") == 1
    assert press.paths().count("/2.html") == 2


@pytest.mark.parametrize("harm", ["lost", "torn", "foreign"])
def test_what_is_known_of_fetches_can_be_lost(press: Press, desk: Desk, harm: str) -> None:
    address = feed(press, entry(press, 1), entry(press, 2))
    desk.ingest(address)
    noted = desk.data / "state" / "fetched.sqlite"
    if harm == "lost":
        shutil.rmtree(desk.data / "state")
    elif harm == "torn":
        noted.write_bytes(noted.read_bytes()[:5000] + b"\xff" * 20_000)
    else:
        noted.unlink()
        with sqlite3.connect(noted) as other:
            other.execute("create table runs (anything)")
    assert outcomes(desk.ingest(address)) == {"unchanged": 2}
    assert outcomes(desk.ingest(address)) == {"unchanged": 1}
    assert statuses(press, "/feed.xml") == [False, False, True]


def test_outcomes_do_not_depend_on_who_answers_first(tmp_path: Path) -> None:
    """Two hosts, the first named the slower one: the tables are those of one request at a time."""
    with Press() as slow, Press(host="127.0.0.2") as quick:
        addresses = []
        for number in range(6):
            press = (slow, quick)[number % 2]
            body = story(number // 3).page().encode()  # three copies of two stories
            lag = 0.03 * (press is slow)

            async def answer(
                writer: asyncio.StreamWriter, body: bytes = body, lag: float = lag
            ) -> None:
                await asyncio.sleep(lag)
                head = f"content-type: text/html\r\ncontent-length: {len(body)}"
                writer.write(f"HTTP/1.1 200 X\r\n{head}\r\n\r\n".encode() + body)

            press.answer(f"/{number}", Reply(raw=answer))
            addresses.append(press.url(f"/{number}"))
        tables = []
        for concurrency in (1, 8):
            desk = Desk(tmp_path / str(concurrency), **FRIENDLY | {"allow_hosts": "127.0.0.0/8"})
            desk.ingest(*addresses, fetch_concurrency=concurrency)
            tables.append(desk.content())
    assert tables[0] == tables[1]
    assert (len(tables[0]["articles"]), len(tables[0]["duplicates"])) == (2, 4)


def test_a_body_that_a_reader_broke_on_is_fetched_again(
    press: Press, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is with us: a later version may read it, so 304 must not hide it."""
    package = desk.folder / "site"
    (package / "broken-1.dist-info").mkdir(parents=True)
    (package / "broken-1.dist-info" / "METADATA").write_text("Name: broken\nVersion: 1\n")
    (package / "broken-1.dist-info" / "entry_points.txt").write_text(
        "[dedupe.readers]\n.broken = broken_reader:read\n"
    )
    (package / "broken_reader.py").write_text("def read(*_):\n    raise ValueError('no')\n")
    press.put("/a.broken", story(1).page())
    with monkeypatch.context() as patch:
        patch.syspath_prepend(package)
        assert outcomes(desk.ingest(press.url("/a.broken"))) == {"rejects": 1}
    assert outcomes(desk.ingest(press.url("/a.broken"))) == {"articles": 1}
    assert statuses(press, "/a.broken") == [False, False]


def test_a_flipped_bit_in_what_is_known_of_fetches_costs_requests_and_nothing_else(
    press: Press, desk: Desk
) -> None:
    press.put("/robots.txt", "User-agent: *\nDisallow: /secret\n", "text/plain")
    address = feed(press, entry(press, 1), entry(press, 2, updated="2026-01-01T00:00:00Z"))
    desk.ingest(address)
    noted = desk.data / "state" / "fetched.sqlite"
    before = noted.read_bytes()
    folder = desk.data.rename(desk.folder / "before")
    feed(press, entry(press, 1), entry(press, 2), entry(press, 3))
    chance = random.Random(1)
    # Most pages of so small a database hold few bytes: those that hold something are meant.
    held = [at for at, byte in enumerate(before) if byte]
    for _ in range(12):
        shutil.rmtree(desk.data, ignore_errors=True)
        shutil.copytree(folder, desk.data, symlinks=True)
        raw = bytearray(before)
        raw[chance.choice(held)] ^= 1 << chance.randrange(8)
        noted.write_bytes(raw)
        assert outcomes(desk.ingest(address)) == {"articles": 1, "unchanged": 2}
