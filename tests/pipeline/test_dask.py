"""A run on a real Dask scheduler with workers of their own: the same tables, whoever dies."""

from __future__ import annotations

import contextlib
import importlib
import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedupe
from dedupe.errors import DedupeError
from tests.newsroom import story, write_rows
from tests.pipeline.cluster import Cluster, Host, network
from tests.pipeline.test_invariants import FIRST_DAY

pytest.importorskip("distributed", reason="the extra dask is not installed")
pytestmark = pytest.mark.services


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("elsewhere"))
    yield started
    started.stop()


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    with contextlib.ExitStack() as stack:
        try:
            made = stack.enter_context(network(2))
        except OSError as error:
            pytest.skip(f"no network namespaces to be had here: {error}")
        yield made


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [story(n % 50).row(url=f"https://s{n % 7}.example/{n}") for n in range(120)]
    write_rows(tmp_path / "in.jsonl", rows)
    # Tuning constants, so that a small corpus is worth another process, and a part.
    for module in ("engine", "engine_dask"):
        monkeypatch.setattr(importlib.import_module(f"dedupe.pipeline.{module}"), "POOL_BYTES", 0)
    monkeypatch.setattr(importlib.import_module("dedupe.acquire.cuts"), "CUT_BYTES", 20_000)


def settings(scheduler: str = "") -> dedupe.Settings:
    return dedupe.Settings(workers=1, shard_bytes=8_000, scheduler=scheduler)


def tables(folder: str) -> dict[str, bytes]:
    root = dedupe.open(folder).path
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*.parquet")}
    return {name: path.read_bytes() for name, path in found.items() if "runs/" not in name}


def test_the_tables_are_those_of_one_machine_even_if_a_worker_dies_and_one_is_added(
    cluster: Cluster,
) -> None:
    dedupe.ingest("in.jsonl", "here", settings(), started_at=FIRST_DAY)
    chosen = settings(cluster.address)
    dedupe.ingest("in.jsonl", "there", chosen, started_at=FIRST_DAY)
    assert tables("there") == tables("here")

    def interfere(stage: str, done: int, total: int | None) -> None:
        del total
        if (stage, done) == ("clean", 2):
            cluster.workers[0].send_signal(signal.SIGKILL)
            cluster.workers.append(cluster.add_worker())

    dedupe.ingest("in.jsonl", "hurt", chosen, started_at=FIRST_DAY, progress=interfere)
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert tables("hurt") == tables("here")


def test_workers_may_have_machines_and_addresses_of_their_own(
    tmp_path_factory: pytest.TempPathFactory, hosts: list[Host]
) -> None:
    """Network namespaces: each sees its own interfaces, and the others by their addresses only."""
    cluster = Cluster(tmp_path_factory.mktemp("elsewhere"), hosts)
    try:
        dedupe.ingest("in.jsonl", "there", settings(cluster.address), started_at=FIRST_DAY)
    finally:
        cluster.stop()
    assert hosts[0].address in cluster.address
    dedupe.ingest("in.jsonl", "here", settings(), started_at=FIRST_DAY)
    assert tables("there") == tables("here")


def test_a_lost_scheduler_fails_the_run_cleanly_and_the_next_one_goes_on(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    def interfere(stage: str, done: int, total: int | None) -> None:
        del total
        if (stage, done) == ("clean", 2):
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with pytest.raises(DedupeError, match="scheduler"):
        dedupe.ingest("in.jsonl", "data", settings(cluster.address), progress=interfere)
    with (
        contextlib.closing(dedupe.open("data"))
        if Path("data/current").exists()
        else (contextlib.nullcontext()) as published
    ):
        assert published is None
    with caplog.at_level(logging.INFO, "dedupe"):
        dedupe.ingest("in.jsonl", "data", settings(), started_at=FIRST_DAY)
    assert "shards by a run that died" in caplog.text
    dedupe.ingest("in.jsonl", "here", settings(), started_at=FIRST_DAY)
    assert tables("data") == tables("here")
