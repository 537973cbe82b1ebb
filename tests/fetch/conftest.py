"""A server that does as it is told, a data folder, and somebody who asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.fetch.asker import Asker
from tests.fetch.feeds import FRIENDLY
from tests.fetch.press import Press


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, **FRIENDLY)


@pytest.fixture
def ask(tmp_path: Path) -> Asker:
    return Asker(tmp_path)
