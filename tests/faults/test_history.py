"""Writers, readers and killers on one folder at once: nothing lost, nothing twice, nothing torn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.history import history

pytestmark = pytest.mark.faults


@pytest.mark.parametrize(("writers", "readers"), [(2, 2), (8, 2)])
def test_what_was_acknowledged_is_in_one_table_whatever_happens_at_once(
    tmp_path: Path, writers: int, readers: int
) -> None:
    """A minute each; ``python -m tests.faults.history --minutes 30`` does the same at length."""
    found = history(tmp_path, 45, writers, readers, kills=0.3)
    assert (found.violations, found.failures) == ([], [])
    assert found.operations > 0
    assert found.reads > 0
    assert found.documents > 0
