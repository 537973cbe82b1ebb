"""Rows found by sorted ids are those found by reading the column."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from dedupe.publish import Changes, Manifest, Snapshot, sorted_files, write_tables
from dedupe.publish.keys import CACHED_FROM, drop_others
from dedupe.schemas import COMPARISONS

COUNT = CACHED_FROM * 3 // 2


def snapshot(folder: Path) -> Snapshot:
    random = Random(1)
    some = [f"{random.getrandbits(128):032x}" for _ in range(COUNT // 3)]
    changes = Changes()
    rows = {
        "left_id": random.choices(some, k=COUNT),
        "right_id": random.choices(some, k=COUNT),
        "relation": ["near"] * COUNT,
        "jaccard": [random.random() for _ in range(COUNT)],
        "containment": [1.0] * COUNT,
        "reason": ["overlap"] * COUNT,
        "run_id": ["not an id"] * COUNT,
    }
    changes.put("comparisons", pa.table(rows, schema=COMPARISONS))
    files = sorted_files(write_tables(None, changes, 1, folder))
    Manifest(
        snapshot=1, run_id="r", created_at="", parent=None, settings={}, versions={}, files=files
    ).write(folder)
    return Snapshot(folder)


@pytest.mark.parametrize("key", ["left_id", "right_id", "run_id"])
def test_the_same_rows_are_found_with_and_without(tmp_path: Path, key: str) -> None:
    found = snapshot(tmp_path / "snapshot")
    ids = found.read(found.manifest.of("comparisons")[0], [key])[key].to_pylist()
    wanted = [{ids[0]}, set(ids[:50]), {"0" * 32}, {ids[0], "0" * 32}, set(ids), {"no id"}]
    plain = [found.rows("comparisons", some, key=key) for some in wanted]
    found.keys = tmp_path / "keys"
    for _ in range(2):  # kept the first time, used the second
        assert [found.rows("comparisons", some, key=key) for some in wanted] == plain
    assert [table.num_rows > 0 for table in plain[:4]] == [True, True, False, True]


def test_a_damaged_or_missing_one_is_made_again_and_others_are_dropped(tmp_path: Path) -> None:
    found = snapshot(tmp_path / "snapshot")
    found.keys = tmp_path / "keys"
    (wanted,) = found.read(found.manifest.of("comparisons")[0], ["left_id"])["left_id"].to_pylist()[
        7:8
    ]
    first = found.rows("comparisons", {wanted}, key="left_id")
    (kept,) = found.keys.iterdir()
    whole = kept.read_bytes()
    for damage in (b"", bytes(len(whole)), whole[:-9] + bytes(9)):
        kept.write_bytes(damage)
        assert found.rows("comparisons", {wanted}, key="left_id") == first
        assert kept.read_bytes() == whole
    drop_others(found.keys, found.manifest.files)
    assert kept.exists()
    drop_others(found.keys, [])
    assert not list(found.keys.iterdir())
