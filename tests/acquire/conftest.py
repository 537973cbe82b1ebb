"""What the tests of this stage share: real files in, the list of outcomes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.acquire import Outcome, acquire, expand
from dedupe.settings import Settings

Take = Callable[..., list[Outcome]]


@pytest.fixture(scope="session")
def take() -> Take:
    """Return a function that acquires everything that the given inputs hold."""

    def take(*inputs: str | Path, seen: Any = None, **settings: Any) -> list[Outcome]:
        return list(acquire(expand(inputs), Settings(**settings), seen))

    return take


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the working directory, as for a user who names its files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
