"""Each test that docs/guarantees.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(
    r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "guarantees.md").read_text("utf-8")
)


def test_tests_are_named() -> None:
    assert len(NAMED) > 25


@pytest.mark.parametrize(("file", "function"), NAMED)
def test_a_test_that_is_named_is_there(file: str, function: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {function}" in source
