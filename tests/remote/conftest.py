"""A real S3 API on loopback, in a process of its own, with a bucket for each test."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.remote.machine import Machine


class Store:
    """The server, and what it is told."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.buckets = 0

    def plan(self, **plan: Any) -> list[str]:
        """What happens from now on; gives the changing requests since the last plan."""
        body = json.dumps(plan).encode()
        request = urllib.request.Request(f"{self.endpoint}/-/plan", body, method="POST")
        with urllib.request.urlopen(request) as answer:
            log: list[str] = json.loads(answer.read())
        return log

    def bucket(self) -> str:
        """The address of a new bucket."""
        self.buckets += 1
        name = f"newsroom-{self.buckets}"
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/{name}", method="PUT"))
        self.plan()
        return f"s3://{name}"


@pytest.fixture(scope="session")
def server() -> Iterator[Store]:
    pytest.importorskip("obstore", reason="object storage needs `pip install .[remote]`")
    pytest.importorskip("moto", reason="the S3 server is moto: `pip install --group services`")
    script = Path(__file__).with_name("bucket_server.py")
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield Store(f"http://127.0.0.1:{int(process.stdout.readline())}")
        process.kill()


@pytest.fixture
def store(server: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The server, as the environment of a run finds it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "newsroom",
        "AWS_SECRET_ACCESS_KEY": "kept-quiet",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server.endpoint,
        "DEDUPE_CACHE_DIR": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    server.plan()
    return server


@pytest.fixture
def address(store: Store) -> str:
    """An empty data folder in a bucket."""
    return f"{store.bucket()}/articles/data"


@pytest.fixture
def machines(store: Store, tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    """Gives machines by name, each with a cache of its own."""
    del store
    made: dict[str, Machine] = {}

    def named(name: str) -> Machine:
        if name not in made:
            made[name] = Machine(tmp_path / f"cache-{name}")
        return made[name]

    yield named
    for machine in made.values():
        machine.__exit__()
