"""Readers and pruning: a snapshot that somebody holds stays, one that nobody holds goes."""

from __future__ import annotations

from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.upkeep import compact, prune
from tests.desk import Desk
from tests.newsroom import story, write_text


def publish(desk: Desk, number: int) -> None:
    write_text(desk.inputs / f"{number}.txt", story(number).plain)
    desk.ingest(desk.inputs)


def folders(desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.data / "snapshots").iterdir())


def test_a_snapshot_that_a_store_holds_is_not_pruned_until_it_is_closed(desk: Desk) -> None:
    publish(desk, 1)
    store = dedupe.open(desk.data)
    publish(desk, 2)
    publish(desk, 3)
    assert prune(desk.data, keep=1)["dropped"] == [2]
    assert folders(desk) == ["000001", "000003"]
    assert store.articles().count_rows() == 1
    store.close()
    assert prune(desk.data, keep=1)["dropped"] == [1]
    assert folders(desk) == ["000003"]


def test_a_store_reads_on_while_files_are_folded_and_snapshots_dropped(desk: Desk) -> None:
    publish(desk, 1)
    publish(desk, 2)
    with dedupe.open(desk.data) as store:
        before = store.articles().to_table()
        assert compact(desk.data)["snapshot"] == 3
        assert prune(desk.data, keep=1)["dropped"] == [1]
        assert store.articles().to_table().equals(before)
    assert prune(desk.data, keep=1)["dropped"] == [2]


def test_two_readers_of_one_snapshot_each_keep_it(desk: Desk) -> None:
    publish(desk, 1)
    with dedupe.open(desk.data) as one:
        with dedupe.open(desk.data) as other:
            publish(desk, 2)
            assert other.snapshot == 1
        assert prune(desk.data, keep=1)["dropped"] == []
        assert one.articles().count_rows() == 1
    assert prune(desk.data, keep=1)["dropped"] == [1]


def test_a_store_that_was_let_go_of_holds_nothing(desk: Desk) -> None:
    """Nobody has to remember ``close()``; closing twice is no error."""
    publish(desk, 1)
    dedupe.open(desk.data)
    store = dedupe.open(desk.data)
    store.close()
    store.close()
    publish(desk, 2)
    assert prune(desk.data, keep=1)["dropped"] == [1]


def test_the_current_snapshot_is_never_pruned(desk: Desk) -> None:
    publish(desk, 1)
    assert prune(desk.data, keep=1)["dropped"] == []
    assert dedupe.open(desk.data).snapshot == 1


def test_opening_where_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(dedupe.StoreError, match="nothing is published here yet"):
        dedupe.open(tmp_path)
