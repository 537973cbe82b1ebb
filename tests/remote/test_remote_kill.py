"""``kill -9`` at any request: readers see a whole snapshot, and the next run makes it good."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import dedupe
from dedupe.objects import Bucket
from dedupe.pipeline.check import check
from dedupe.publish.history import Entry
from dedupe.remote import Mirror
from dedupe.remote.ledger import ObjectLedger
from tests.desk import content
from tests.newsroom import story, write_rows
from tests.remote.conftest import Store
from tests.remote.machine import Machine

pytestmark = pytest.mark.services

MARCH = {"published_at": "2025-03-01"}
URL = "https://a.example/"
Machines = Callable[[str], Machine]


class Scene:
    """A remote data folder before a run, what goes in, and what an undisturbed run makes of it."""

    def __init__(self, store: Store, folder: Path, machine: Machine, *, first: bool) -> None:
        one, two = story(1, paragraphs=4), story(2, paragraphs=3)
        old = [one.row(**MARCH), two.row(url=URL, **MARCH), story(3, 3).row(**MARCH)]
        new = [
            one.longer(paragraphs=3).row(**MARCH),
            two.revised().row(url=URL, **MARCH),
            story(4, 3).row(**MARCH),
            {"text": "..."},
        ]
        self.before = write_rows(folder / "in" / "1.jsonl", old)
        self.inputs = [write_rows(folder / "in" / "2.jsonl", new)]
        self.store, self.machine = store, machine
        self.home = store.bucket()
        self.places = 0
        self.base = None if first else f"{self.home}/base"
        if self.base:
            assert machine.ingest([self.before], self.base)["status"] == 0
        undisturbed = self.fresh()
        store.plan()
        assert machine.ingest(self.inputs, undisturbed)["status"] == 0
        self.requests = store.plan()
        self.old = content(self.base) if self.base else None  # type: ignore[arg-type]
        self.new = content(undisturbed)  # type: ignore[arg-type]
        self.runs = dedupe.open(undisturbed).counts["runs"]

    def fresh(self) -> str:
        """A data folder as it was before the run, with the machine's mirror of it."""
        self.places += 1
        address = f"{self.home}/try-{self.places}"
        if self.base:
            home, name = Bucket(self.home), address.rpartition("/")[2]
            for item in list(home.items("base")):
                home.copy(item.key, item.key.replace("base", name, 1))
            here = [Mirror(Bucket(at), str(self.machine.cache)).root for at in (self.base, address)]
            shutil.copytree(*here, symlinks=True)
        return address


STRIDE = 10
"""The uploads of one snapshot are alike: the quick test dies at every tenth of them."""


def test_a_run_killed_around_its_commit_is_made_good_by_the_next(
    store: Store, machines: Machines, tmp_path: Path
) -> None:
    """Before and after the writes that matter; it is run again here, or on another machine."""
    scene = Scene(store, tmp_path, machines("one"), first=False)
    ledger = [n for n, request in enumerate(scene.requests, 1) if request.endswith("/current")]
    last = len(scene.requests)
    assert len(ledger) == 3  # the lock is taken, the snapshot is published, the lock is let go
    assert ledger[-1] == last
    for at in {*range(1, last, STRIDE), *range(last - 3, last + 1)}:
        die_and_recover(scene, machines("one"), at, "before")
        die_and_recover(scene, machines("one"), at, "after")
    die_and_recover(scene, machines("two"), ledger[0] + 2, "after")
    die_and_recover(scene, machines("two"), ledger[1], "before")
    die_and_recover(scene, machines("two"), ledger[1], "after")


@pytest.mark.slow
def test_a_run_killed_at_any_request_is_made_good_by_the_next(
    store: Store, machines: Machines, tmp_path: Path
) -> None:
    scene = Scene(store, tmp_path, machines("one"), first=False)
    for at in range(1, len(scene.requests) + 1):
        for when in ("before", "after"):
            elsewhere = at % 4 == 0 and when == "after"
            die_and_recover(scene, machines("two" if elsewhere else "one"), at, when)


def test_a_first_run_killed_at_any_request_is_made_good_by_the_next(
    store: Store, machines: Machines, tmp_path: Path
) -> None:
    scene = Scene(store, tmp_path, machines("one"), first=True)
    for at in {*range(1, len(scene.requests), STRIDE), len(scene.requests) - 1}:
        die_and_recover(scene, machines("one"), at, "after")


def die_and_recover(scene: Scene, saviour: Machine, at: int, when: str) -> None:
    address = scene.fresh()
    store = scene.store

    def arrange(process: int) -> None:
        store.plan(kill=process, at=at, when=when)

    # Another machine has to wait until the dead one's lock has been silent for its lease.
    lease = {"lease": 1} if saviour is not scene.machine else {}
    end = scene.machine.ingest(scene.inputs, address, arrange, **lease)
    store.plan()
    assert end["status"] == -9, f"not killed {when} request {at}: {end}"
    commit = False
    if ObjectLedger(Bucket(address)).read()[0].snapshot:
        found = content(address)  # type: ignore[arg-type]
        assert found in (scene.old, scene.new)
        commit = found == scene.new
    done = saviour.ingest(scene.inputs, address, wait=60)
    assert done["status"] == 0, done
    assert "error" not in done
    what = f"killed {when} {scene.requests[at - 1]}"
    assert content(address) == scene.new, what  # type: ignore[arg-type]
    # A run that died before its commit never was; one that died after it, was.
    assert dedupe.open(address).counts["runs"] == scene.runs + commit, what
    os.environ["DEDUPE_CACHE_DIR"] = str(saviour.cache)
    report = check(address)
    assert (report.problems, report.notes) == ([], []), what
    assert {entry.number for entry in entries(address)} == snapshots_in(address), what
    mirror = Mirror(Bucket(address), str(saviour.cache)).root
    assert not (mirror / "state" / "staging").exists()
    assert len(list((mirror / "state" / "index").glob("manifest-*"))) == 1
    assert not list(mirror.rglob("*.draft"))


def entries(address: str) -> list[Entry]:
    from dedupe.pipeline.upkeep import snapshots

    return snapshots(address)


def snapshots_in(address: str) -> set[int]:
    return {int(name) for name in Bucket(address).folders("snapshots")}


def test_a_machine_killed_while_it_fills_its_mirror_fills_it_the_next_time(
    store: Store, machines: Machines, tmp_path: Path
) -> None:
    """Another machine has published; this one dies at a download, then reads what is whole."""
    scene = Scene(store, tmp_path, machines("one"), first=False)
    address = scene.fresh()
    store.plan(reads=True)
    assert machines("counting").ingest(scene.inputs, address, dry_run=True)["status"] == 0
    downloads = store.plan()
    assert len(downloads) > len(dedupe.open(address).tables.manifest.files)
    for at in range(2, len(downloads), STRIDE // 2):
        saviour = machines("two")
        shutil.rmtree(saviour.cache, ignore_errors=True)
        place = scene.fresh()

        def arrange(process: int, at: int = at) -> None:
            store.plan(kill=process, at=at, when="after", reads=True)

        assert saviour.ingest(scene.inputs, place, arrange)["status"] == -9
        store.plan()
        done = saviour.ingest(scene.inputs, place)
        assert (done["status"], done.get("error")) == (0, None)
        assert content(place) == scene.new  # type: ignore[arg-type]
        os.environ["DEDUPE_CACHE_DIR"] = str(saviour.cache)
        report = check(place)
        assert (report.problems, report.notes) == ([], [])
