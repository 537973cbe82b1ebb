"""Readers that go through ``data/current`` without ``dedupe.open``: what they may meet.

``docs/operations.md`` promises just this.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from dedupe.pipeline.upkeep import compact, prune, rollback
from tests.desk import Desk
from tests.newsroom import story, write_rows

ONE_MONTH = {"published_at": "2025-03-01"}


def publish(desk: Desk, number: int) -> None:
    rows = [story(number).row(**ONE_MONTH), story(50).longer(number).row(**ONE_MONTH)]
    desk.ingest(write_rows(desk.inputs / f"{number}.jsonl", rows))


def listed(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A folder with four runs, a compaction, a step back and two runs more."""
    for number in range(4):
        publish(desk, number)
    compact(desk.data)
    rollback(desk.data, 4)
    publish(desk, 5)
    publish(desk, 6)
    return desk


def test_a_name_never_means_other_bytes(busy: Desk) -> None:
    """So whatever list of files a reader has made, each is whole and of the snapshot listed."""
    names: dict[str, bytes] = {}
    for snapshot in (busy.data / "snapshots").iterdir():
        for path in listed(snapshot):
            raw = path.read_bytes()
            assert names.setdefault(str(path.relative_to(snapshot)), raw) == raw
    assert len(names) > 20


def test_files_listed_before_a_publish_open_as_they_were_or_are_not_found(desk: Desk) -> None:
    publish(desk, 1)
    publish(desk, 2)
    through = listed(desk.data / "current" / "articles")
    was = {path: path.read_bytes() for path in through}
    publish(desk, 3)
    assert all(path.read_bytes() == was[path] for path in through if path.exists())
    compact(desk.data)
    gone = [path for path in through if not path.exists()]
    assert gone
    with pytest.raises(FileNotFoundError):
        pq.read_table(gone[0])


def test_a_link_resolved_once_leads_to_one_snapshot_until_it_is_pruned(desk: Desk) -> None:
    publish(desk, 1)
    publish(desk, 2)
    folder = (desk.data / "current").resolve()
    before = pl.read_parquet(listed(folder / "articles"))
    publish(desk, 3)
    compact(desk.data)
    prune(desk.data, keep=3)
    assert pl.read_parquet(listed(folder / "articles")).equals(before)
    prune(desk.data, keep=1)
    assert not folder.exists()
