"""One server and worker for all tests here: starting them is what takes the time.

Every module here is marked ``server``; pyproject.toml leaves those out unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.operated import Operated


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    operated = Operated(tmp_path_factory.mktemp("operated"))
    try:
        operated.deploy()
        # The clock of prefect.yaml would start runs in the middle of a test.
        for name in ("ingest/scheduled", "maintain/nightly"):
            operated.post(f"/deployments/{operated.deployment(name)['id']}/pause_deployment", {})
        yield operated
    finally:
        operated.close()


@pytest.fixture
def operated(_server: Operated) -> Iterator[Operated]:
    """The server and worker, with no run going on before and after."""
    yield _server
    _server.wait_until_idle()


@pytest.fixture
def data(operated: Operated, request: pytest.FixtureRequest) -> Path:
    """A data folder of this test's own."""
    return operated.folder / "data" / str(request.node.name)


@pytest.fixture
def inbox(operated: Operated, request: pytest.FixtureRequest) -> Path:
    """A folder of inputs of this test's own."""
    folder = operated.folder / "inbox" / str(request.node.name)
    folder.mkdir(parents=True)
    return folder
