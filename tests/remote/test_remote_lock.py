"""Several machines on one data folder: one writes at a time, whatever stops or comes back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import dedupe
from dedupe.objects import Bucket
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import snapshots
from dedupe.remote.ledger import ObjectLedger
from tests.newsroom import story, write_text
from tests.remote.conftest import Store
from tests.remote.machine import Machine

pytestmark = pytest.mark.services

Machines = Callable[[str], Machine]


def inbox(folder: Path, *numbers: int) -> list[Path]:
    return [write_text(folder / f"{n}.txt", story(n, 3).plain) for n in numbers]


def titles(address: str) -> list[str]:
    return sorted(dedupe.open(address).articles().to_table(columns=["title"])["title"].to_pylist())


def told(*numbers: int) -> list[str]:
    return sorted(story(n, 3).title for n in numbers)


def test_two_machines_at_once_that_wait_both_get_in(
    address: str, machines: Machines, tmp_path: Path
) -> None:
    for name, number in (("one", 1), ("two", 2)):
        machines(name).begin(inbox(tmp_path / "in", number), address, wait=60)
    ends = [machines(name).ended() for name in ("one", "two")]
    assert [end["status"] for end in ends] == [0, 0]
    assert sorted(end["snapshot"] for end in ends) == [1, 2]
    assert titles(address) == told(1, 2)
    assert check(address).problems == []


def test_the_second_of_two_machines_is_told_who_writes(
    store: Store, address: str, machines: Machines, tmp_path: Path
) -> None:
    """The first is stopped once it has the lock; the second ends at once, and gets in later."""
    machines("one").ingest(inbox(tmp_path / "in", 1), address)
    paused = machines("one").begin(
        inbox(tmp_path / "in", 2), address, lambda process: stop_after(store, process, 1)
    )
    wait_until_stopped(paused)
    end = machines("two").ingest(inbox(tmp_path / "in", 3), address)
    assert end["kind"] == "LockedError"
    assert f"process {paused}" in end["error"]
    store.plan()
    os.kill(paused, signal.SIGCONT)
    assert machines("one").ended()["counts"]["articles"] == 1
    assert machines("two").ingest(inbox(tmp_path / "in", 3), address)["counts"]["articles"] == 1
    assert titles(address) == told(1, 2, 3)


@pytest.mark.parametrize("request_number", [1, 5, 15])
def test_a_machine_that_was_asleep_too_long_changes_nothing(
    store: Store, address: str, machines: Machines, tmp_path: Path, request_number: int
) -> None:
    """Its lock was taken over, its files were swept; it wakes, goes on, and cannot publish."""
    machines("one").ingest(inbox(tmp_path / "in", 1), address)
    paused = machines("one").begin(
        inbox(tmp_path / "in", 2),
        address,
        lambda process: stop_after(store, process, request_number),
        lease=1,
    )
    wait_until_stopped(paused)
    store.plan()
    taken = machines("two").ingest(inbox(tmp_path / "in", 3), address, wait=60)
    assert taken["counts"]["articles"] == 1
    os.kill(paused, signal.SIGCONT)
    end = machines("one").ended()
    assert end["kind"] == "LockedError"
    assert "another run took the lock over" in end["error"]
    assert titles(address) == told(1, 3)
    assert check(address).problems == []
    # Run again, all is in, and what it left lying is gone.
    assert machines("one").ingest(inbox(tmp_path / "in", 2), address)["counts"]["articles"] == 1
    assert titles(address) == told(1, 2, 3)
    published = [entry.number for entry in snapshots(address)]
    assert [int(name) for name in Bucket(address).folders("snapshots")] == published
    assert len(set(published)) == 3


def stop_after(store: Store, process: int, request: int) -> None:
    store.plan(kill=process, at=request, when="after", signal=int(signal.SIGSTOP))


def wait_until_stopped(process: int) -> None:
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        threading.Event().wait(0.01)


def test_an_answer_that_got_lost_is_no_second_commit(
    store: Store, address: str, machines: Machines, tmp_path: Path
) -> None:
    """The store has done it and says that it failed; asked again, it says that it is done."""
    machines("one").ingest(inbox(tmp_path / "in", 1), address)
    # The lock is taken, the snapshot is published, the lock is let go.
    for number, at in ((2, 1), (3, 2), (4, 3)):
        store.plan(drop=True, at=at, path="/current")
        end = machines("one").ingest(inbox(tmp_path / "in", number), address)
        assert end["counts"]["articles"] == 1
        asked = [request for request in store.plan() if request.endswith("/current")]
        assert len(asked) == 4  # and once more what was answered wrongly
    assert dedupe.open(address).counts["runs"] == 4
    assert titles(address) == told(1, 2, 3, 4)
    assert ObjectLedger(Bucket(address)).read()[0].writer is None
    assert check(address).problems == []


def test_a_reader_never_sees_a_mix(address: str, machines: Machines, tmp_path: Path) -> None:
    """Snapshot n holds the first n stories and n runs; whoever opens it finds just that."""
    machines("one").ingest(inbox(tmp_path / "in", 1), address)
    over = threading.Event()
    seen: list[int] = []
    wrong: list[object] = []

    def read() -> None:
        while not over.is_set():
            with dedupe.open(address) as store:
                number = store.snapshot
                found = (
                    sorted(store.articles().to_table(columns=["title"])["title"].to_pylist()),
                    store.runs().count_rows(),
                    store.signatures().count_rows(),
                )
            seen.append(number)
            if found != (told(*range(1, number + 1)), number, number):
                wrong.append((number, found))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(2, 6):
            name = "one" if number % 2 else "two"
            inputs = inbox(tmp_path / "in", number)
            assert machines(name).ingest(inputs, address, wait=60)["status"] == 0
    finally:
        over.set()
        reader.join()
    assert wrong == []
    assert seen == sorted(seen)
    assert len(set(seen)) > 1
