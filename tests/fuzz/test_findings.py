"""What fuzzing found stays fixed, and a few hundred inputs of every target hold."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.fuzz.mutation import inputs
from tests.fuzz.targets import TARGETS

FINDINGS = sorted(Path(__file__).with_name("findings").glob("*"))


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.name)
def test_a_finding_stays_fixed(path: Path) -> None:
    """A file's name begins with its target's."""
    (target,) = (name for name in TARGETS if path.name.startswith(f"{name}-"))
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_what_is_mutated_from_the_seeds_breaks_no_promise(target: str) -> None:
    for data in itertools.islice(inputs(target, seed=8), 200):
        TARGETS[target](data)
