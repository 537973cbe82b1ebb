"""The ledger in a database, for stores that ignore conditions: PostgreSQL and SQLite, for real."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dedupe
from dedupe.objects import Bucket, LostRaceError
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import prune, rollback, snapshots
from dedupe.remote.ledger import State
from dedupe.remote.ledgers import ledger_of
from tests.newsroom import story, write_text
from tests.remote.conftest import Store
from tests.remote.machine import Machine

pytestmark = pytest.mark.services

Machines = Callable[[str], Machine]


def programs() -> Path | None:
    """Where PostgreSQL's server lies, Debian's or one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A server of our own on loopback; gives its URL, with a password in it."""
    pytest.importorskip("psycopg", reason="PostgreSQL needs `pip install .[postgres]`")
    bin_dir = programs()
    if bin_dir is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    # Not below pytest's own folder, which it closes to all but its user.
    folder = Path(tempfile.mkdtemp(prefix="dedupe-postgresql-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = folder / "password"
    password.write_text("kept-quiet\n")
    # It refuses to run as root.
    who = {"user": "nobody"} if os.getuid() == 0 else {}
    if who:
        shutil.chown(folder, "nobody")
        shutil.chown(password, "nobody")
    subprocess.run(
        [
            *(bin_dir / "initdb", "-D", folder / "db", "-U", "keeper", "--auth=scram-sha-256"),
            *(f"--pwfile={password}", "--no-sync", "--encoding=UTF8"),
        ],
        check=True,
        capture_output=True,
        **who,  # type: ignore[call-overload]
    )
    with subprocess.Popen(
        [
            *(bin_dir / "postgres", "-D", folder / "db", "-p", str(port), "-c", "fsync=off"),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        ],
        stderr=subprocess.PIPE,
        text=True,
        **who,  # type: ignore[call-overload]
    ) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if "ready to accept connections" in line:
                break
        else:
            pytest.skip("PostgreSQL did not start here")
        yield f"postgresql://keeper:kept-quiet@127.0.0.1:{port}/postgres"
        server.send_signal(signal.SIGINT)
        server.communicate()
    shutil.rmtree(folder)


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The setting ``ledger``."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str = request.getfixturevalue("postgresql")
    return url


@pytest.fixture
def careless(
    store: Store, address: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A data folder in a store that ignores conditions, its ledger in the database."""
    monkeypatch.setenv("DEDUPE_LEDGER", database)
    store.plan(careless=True)
    yield address
    store.plan()


def inbox(folder: Path, *numbers: int) -> list[Path]:
    return [write_text(folder / f"{n}.txt", story(n, 3).plain) for n in numbers]


def titles(address: str) -> list[str]:
    return sorted(dedupe.open(address).articles().to_table(columns=["title"])["title"].to_pylist())


def told(*numbers: int) -> list[str]:
    return sorted(story(n, 3).title for n in numbers)


def test_of_many_that_swap_one_state_one_wins(address: str, database: str) -> None:
    ledger = ledger_of(Bucket(address), database)

    def attempt(number: int) -> bool:
        try:
            ledger.swap(State(next=number), tag)
        except LostRaceError:
            return False
        return True

    for _ in range(3):
        _, tag = ledger.read()
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]
    assert 0 <= ledger.age() < 60


def test_a_folder_whose_ledger_is_a_database_does_all_that_others_do(
    careless: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        dedupe.ingest(inbox(tmp_path / "in", number), careless)
    assert titles(careless) == told(1, 2, 3)
    rollback(careless, 2)
    assert titles(careless) == told(1, 2)
    dedupe.ingest(inbox(tmp_path / "in", 4), careless)
    monkeypatch.setenv("DEDUPE_GRACE", "0")
    assert prune(careless, keep=1)["dropped"] == [1, 2, 3]
    assert [entry.number for entry in snapshots(careless)] == [4]
    report = check(careless)
    assert (report.problems, report.notes) == ([], [])


def test_readers_need_the_bucket_only_and_writers_the_database(
    careless: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dedupe.ingest(inbox(tmp_path / "in", 1), careless)
    dedupe.ingest(inbox(tmp_path / "in", 2), careless)
    monkeypatch.delenv("DEDUPE_LEDGER")
    assert titles(careless) == told(1, 2)
    with pytest.raises(dedupe.StoreError, match="kept in a database"):
        dedupe.ingest(inbox(tmp_path / "in", 3), careless)
    settings = dedupe.Settings(ledger=database)
    assert dedupe.ingest(inbox(tmp_path / "in", 3), careless, settings).snapshot == 3
    stored = b"".join(Bucket(careless).read(item.key)[0] for item in Bucket(careless).items())
    assert b"kept-quiet" not in stored
    assert "kept-quiet" not in str(settings.as_dict())


def test_a_folder_moves_its_ledger_into_a_database(
    address: str, database: str, tmp_path: Path
) -> None:
    dedupe.ingest(inbox(tmp_path / "in", 1), address)
    settings = dedupe.Settings(ledger=database)
    assert dedupe.ingest(inbox(tmp_path / "in", 2), address, settings).snapshot == 2
    assert titles(address) == told(1, 2)


def test_two_machines_at_once_and_one_that_died(
    store: Store, careless: str, machines: Machines, tmp_path: Path
) -> None:
    for name, number in (("one", 1), ("two", 2)):
        machines(name).begin(inbox(tmp_path / "in", number), careless, wait=60)
    assert [machines(name).ended()["status"] for name in ("one", "two")] == [0, 0]
    assert titles(careless) == told(1, 2)

    def die(process: int) -> None:
        store.plan(careless=True, kill=process, at=4, when="after")

    end = machines("one").ingest(inbox(tmp_path / "in", 3), careless, die, lease=1)
    assert end["status"] == -9
    store.plan(careless=True)
    assert titles(careless) == told(1, 2)
    assert machines("two").ingest(inbox(tmp_path / "in", 4), careless, wait=60)["status"] == 0
    assert machines("one").ingest(inbox(tmp_path / "in", 3), careless)["status"] == 0
    assert titles(careless) == told(1, 2, 3, 4)
    assert check(careless).problems == []


def test_another_kind_of_database_is_a_slip_in_the_settings(address: str, tmp_path: Path) -> None:
    settings = dedupe.Settings(ledger="mysql://host/name")
    with pytest.raises(dedupe.SettingsError, match="postgresql and sqlite are"):
        dedupe.ingest(inbox(tmp_path / "in", 1), address, settings)


def test_a_database_that_is_away_is_said_without_its_password(address: str, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    settings = dedupe.Settings(ledger="postgresql://keeper:kept-quiet@127.0.0.1:9/postgres")
    with pytest.raises(dedupe.StoreError, match="in the postgresql ledger") as caught:
        dedupe.ingest(inbox(tmp_path / "in", 1), address, settings)
    assert "kept-quiet" not in str(caught.value)
