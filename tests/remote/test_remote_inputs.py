"""Inputs in a bucket: listed as folders on disk are, by the same readers, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe
from dedupe.acquire import expand
from dedupe.objects import Bucket
from tests.desk import Desk, outcomes
from tests.newsroom import story
from tests.remote.conftest import Store

pytestmark = pytest.mark.services


@pytest.fixture
def inbox(store: Store) -> str:
    """A prefix with pages and rows in it, and what nobody asked for."""
    address = f"{store.bucket()}/in"
    bucket = Bucket(address)
    bucket.write("2025-01/a.txt", story(1, 3).plain.encode())
    bucket.write("2025-02/b.html", story(2, 3).page().encode())
    rows = [story(n, 3).row() for n in (3, 4)]
    bucket.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    bucket.write("README.md", b"what lies here")
    bucket.write(".hidden/c.txt", story(5, 3).plain.encode())
    Bucket(address.removesuffix("/in")).write("inside-out.txt", b"beside it")
    return address


def listed(*addresses: str) -> list[str]:
    return [target.source for target in expand([*addresses])]


def test_a_prefix_an_object_and_globs_are_listed_as_on_disk(inbox: str) -> None:
    everything = [f"{inbox}/{name}" for name in ("2025-01/a.txt", "2025-02/b.html", "rows.jsonl")]
    assert listed(inbox) == listed(f"{inbox}/") == everything
    assert listed(f"{inbox}/rows.jsonl") == everything[2:]
    assert listed(f"{inbox}/2025-01") == everything[:1]
    assert listed(f"{inbox}/2025-??") == everything[:2]
    assert listed(f"{inbox}/**/*.txt") == everything[:1]
    assert listed(f"{inbox}/*.jsonl", f"{inbox}/rows.jsonl", inbox) == everything
    assert listed(f"{inbox}/README.md") == [f"{inbox}/README.md"]
    assert listed(f"{inbox}/.hidden/*.txt") == [f"{inbox}/.hidden/c.txt"]


@pytest.mark.parametrize("name", ["nothing", "no/such/prefix/", "*.warc", "in/rows"])
def test_what_names_nothing_is_said(inbox: str, name: str) -> None:
    with pytest.raises(dedupe.InputError, match="no such object"):
        expand(f"{inbox}/{name}")


def test_documents_of_a_bucket_are_those_of_the_same_files_on_disk(
    inbox: str, desk: Desk, tmp_path: Path
) -> None:
    bucket = Bucket(inbox)
    for item in bucket.items():
        target = tmp_path / "copy" / item.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bucket.read(item.key)[0])
    assert outcomes(desk.ingest(inbox)) == {"articles": 4}
    assert {row["source"].partition("#")[0] for row in desk.rows("articles")} == set(listed(inbox))
    assert outcomes(desk.ingest(tmp_path / "copy")) == {"unchanged": 4}


def test_a_prefix_that_keeps_filling_is_an_inbox(inbox: str) -> None:
    """From bucket to bucket; what was done is known by content."""
    data = inbox.replace("/in", "/data")
    assert outcomes(dedupe.ingest(inbox, data)) == {"articles": 4}
    Bucket(inbox).write("2025-03/d.txt", story(6, 3).plain.encode())
    assert outcomes(dedupe.ingest(inbox, data)) == {"articles": 1, "unchanged": 4}


def test_an_object_that_goes_while_it_is_listed_is_a_reject(inbox: str, desk: Desk) -> None:
    targets = expand(inbox)
    Bucket(inbox).delete(["rows.jsonl"])
    from dedupe.acquire.readers import read
    from dedupe.settings import Settings

    found = [item for target in targets for item in read(target, Settings())]
    assert [type(item).__name__ for item in found] == ["Document", "Document", "Reject"]
    assert found[2].source == f"{inbox}/rows.jsonl"
    assert outcomes(desk.ingest(inbox)) == {"articles": 2}


LARGE = """
import resource, sys
from dedupe.acquire import expand, acquire
from dedupe.settings import Settings

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
documents = sum(1 for _ in acquire(expand(sys.argv[1]), Settings()))
print(documents, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_object_is_read_piece_by_piece(store: Store) -> None:
    """120 MB of rows; what is held is a piece, the batch, and the libraries."""
    address = f"{store.bucket()}/rows.jsonl"
    line = json.dumps({"text": "la digue tient " * 8_000}).encode()[:-2]
    rows = [line + b' %d"}\n' % number for number in range(1_000)]
    home, _, name = address.rpartition("/")
    Bucket(home).write(name, b"".join(rows))
    done = subprocess.run(
        [sys.executable, "-c", LARGE, address], capture_output=True, text=True, check=True
    )
    documents, kilobytes = map(int, done.stdout.split())
    assert documents == 1_000
    assert kilobytes < 100_000
