"""A data folder in object storage: its changes are told, and copies kept, as of a local one."""

from __future__ import annotations

from pathlib import Path

import pytest

import dedupe
from dedupe.downstream import changes
from dedupe.pipeline.reelect import elect_again
from dedupe.pipeline.upkeep import rollback
from tests.newsroom import story, write_rows

pytestmark = pytest.mark.services


def test_changes_and_exports_of_a_bucket_equal_those_of_a_folder(
    address: str, tmp_path: Path
) -> None:
    local = tmp_path / "data"
    for number, told in enumerate([story(1), story(1).longer(paragraphs=4), story(2)]):
        rows = [told.row(url=f"https://{number}.example/")]
        inputs = write_rows(tmp_path / f"{number}.jsonl", rows)
        for place in (local, address):
            dedupe.ingest(inputs, place)
            dedupe.export(tmp_path / f"{place == address}.jsonl", place)
    told, there = (changes(place, 1, 3).read_all().to_pylist() for place in (local, address))
    for row in (*told, *there):
        del row["run_id"], row["first_seen_at"], row["updated_at"]  # two runs
    assert there == told
    assert {row["change"] for row in there} == {"removed", "promoted", "added"}
    rollback(address, 1)
    assert dedupe.export(tmp_path / "True.jsonl", address).since == 3
    with pytest.raises(dedupe.StoreError, match="snapshot 9: not in s3://"):
        changes(address, 9, 1)
    assert elect_again(address, {"threshold": 0.9})["snapshot"] == 4
    assert dedupe.export(tmp_path / "articles.parquet", address).changes["added"] == 1
