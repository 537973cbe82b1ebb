"""Scattered reads give the bytes that are there, in order, whether or not they are cached."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from dedupe.detect import cold


@pytest.mark.parametrize("slow", [0.0, 1e9])
@pytest.mark.parametrize("count", [0, 1, cold.PROBE, cold.PROBE + 1, 500])
def test_spans_come_in_the_order_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, slow: float
) -> None:
    monkeypatch.setattr(cold, "SLOW", slow)
    data = np.random.default_rng(count).bytes(100_000)
    path = tmp_path / "data"
    path.write_bytes(data)
    spans = [(at * 7919 % 99_000, at % 97) for at in range(count)]
    with path.open("rb") as file:
        found = cold.read_spans(file.fileno(), spans)
    assert found == [data[offset : offset + size] for offset, size in spans]


@pytest.mark.parametrize("slow", [0.0, 1e9])
def test_reading_ahead_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: float
) -> None:
    monkeypatch.setattr(cold, "SLOW", slow)
    values = np.arange(50_000, dtype=np.uint32)
    path = tmp_path / "data"
    path.write_bytes(b"12345678" + values.tobytes())
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = np.frombuffer(mapped, "<u4", len(values), 8)
    for count in (0, 1, 1000):
        cold.read_ahead(mapped, 8, view, np.arange(count))
    assert np.array_equal(view, values)
