"""What the tests of the whole pipeline share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.desk import SEEDS, Desk

# Flows and runs without one share this process: the log of the latter is no business of Prefect's.
os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes give a test no name: packed ones hold the time, and workers must collect the same."""
    del config
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty data folder to run into."""
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A data folder with the five seeds in it; for reading only."""
    desk = Desk(tmp_path_factory.mktemp("seeded"))
    desk.ingest(SEEDS)
    return desk
