"""How the rows of a month lie in files, and what a change to some of them writes anew."""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.publish import Changes, Manifest, Snapshot, month_of, sorted_files, write_tables
from dedupe.publish.keys import CACHED_FROM, Wanted, rows_of
from dedupe.publish.pieces import FILE_ROWS
from dedupe.schemas import ARTICLES, SIGNATURES

COUNT = 3 * FILE_ROWS
BEGIN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def articles(numbers: range | list[int], title: str = "first") -> pa.Table:
    """Article after article, four a minute; ids tell nothing of the time."""
    ids = [hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest() for number in numbers]
    when = [BEGIN + dt.timedelta(seconds=15 * number) for number in numbers]
    columns = {"id": ids, "published_at": when, "title": [title] * len(ids)}

    def column(field: pa.Field) -> pa.Array:
        usual = {"authors": [], "sites": [], "first_seen_at": BEGIN, "updated_at": BEGIN}.get(
            field.name, 0 if field.type == pa.int32() else ""
        )
        usual = None if field.nullable else usual
        return pa.array(columns.get(field.name, [usual] * len(ids)), field.type)

    return pa.table([column(field) for field in ARTICLES], schema=ARTICLES)


def signatures(of: pa.Table) -> pa.Table:
    """A signature for each of some articles."""
    ids, count = of["id"], of.num_rows
    columns = [ids, of["title"], pa.array([[7]] * count), pa.array([1] * count)]
    return pa.table(columns, names=SIGNATURES.names).cast(SIGNATURES)


def snapshot(
    folder: Path, before: Snapshot | None, new: pa.Table, number: int, gone: set[str] | None = None
) -> Snapshot:
    """The next snapshot: these rows in place of those with the same ids, or of those ``gone``."""
    changes = Changes()
    for table in ("articles", "signatures"):
        changes.drop[table].update(gone or (new["id"].to_pylist() if before else ()))
    changes.put("articles", new, month_of(new["published_at"]))
    changes.put_dated("signatures", signatures(new), new["published_at"].combine_chunks())
    place = folder / str(number)
    place.mkdir()
    files = sorted_files(write_tables(before, changes, number, place))
    Manifest(
        snapshot=number,
        run_id="",
        created_at="",
        parent=None,
        settings={},
        versions={},
        files=files,
    ).write(place)
    return Snapshot(place)


def signed(of: Snapshot) -> dict[str, str]:
    """What the signatures were made of, by id."""
    return {
        row["id"]: row["content_hash"]
        for part in of.batches("signatures", ["id", "content_hash"])
        for row in part.to_pylist()
    }


def titles(of: Snapshot) -> dict[str, str]:
    return {
        row["id"]: row["title"]
        for part in of.batches("articles", ["id", "title"])
        for row in part.to_pylist()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot(tmp_path_factory.mktemp("first"), None, articles(range(COUNT)), 1)


def test_a_file_is_a_stretch_of_time_and_in_the_order_of_ids(first: Snapshot) -> None:
    files = [first.read(file) for file in first.manifest.of("articles")]
    assert [file.num_rows for file in files] == [FILE_ROWS] * 3
    for file in files:
        assert file["id"].to_pylist() == sorted(file["id"].to_pylist())
    stretches = sorted(
        (min(file["published_at"].to_pylist()), max(file["published_at"].to_pylist()))
        for file in files
    )
    assert all(one[1] < other[0] for one, other in pairwise(stretches))


def test_what_happened_at_one_time_changes_one_file(first: Snapshot, tmp_path: Path) -> None:
    later = snapshot(tmp_path, first, articles(range(500, 600), "later"), 2)
    before, after = (
        {file.sha256 for file in each.manifest.of("articles")} for each in (first, later)
    )
    assert len(after - before) == len(before - after) == 1
    changed = articles(range(500, 600))["id"].to_pylist()
    assert titles(later) == titles(first) | dict.fromkeys(changed, "later")


def test_a_file_of_signatures_is_a_stretch_of_time_too_and_stays_so(
    first: Snapshot, tmp_path: Path
) -> None:
    gone = set(articles(range(500, 600))["id"].to_pylist())
    later = snapshot(tmp_path, first, articles(range(COUNT, COUNT + 50)), 2, gone)
    before, after = (
        {file.sha256: file.rows for file in each.manifest.of("signatures")}
        for each in (first, later)
    )
    assert [before[file] for file in before.keys() - after.keys()] == [FILE_ROWS]
    assert sorted(after[file] for file in after.keys() - before.keys()) == [50, FILE_ROWS - 100]
    for file in later.manifest.of("signatures"):
        ids = later.read(file)["id"].to_pylist()
        assert ids == sorted(ids)
    assert signed(later).keys() == titles(later).keys()


def test_the_ids_of_a_file_are_sorted_when_it_is_written(tmp_path: Path) -> None:
    new, keys = articles(range(CACHED_FROM)), tmp_path / "keys"
    changes = Changes(keys=keys)
    changes.put("articles", new)
    written = write_tables(None, changes, 1, tmp_path / "tables")
    (file,) = (file for file in written if file.table == "articles")
    ids = new["id"].to_pylist()

    def unread() -> pa.ChunkedArray:
        raise AssertionError("the file was read")

    rows = rows_of(keys, file, "id", Wanted(ids[5:9]), unread)
    assert rows is not None
    assert rows.tolist() == sorted(sorted(ids).index(each) for each in ids[5:9])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, COUNT + 9000), st.integers(1, 3000)), max_size=3))
def test_every_row_is_there_once_whatever_comes(
    tmp_path_factory: pytest.TempPathFactory, first: Snapshot, batches: list[tuple[int, int]]
) -> None:
    folder, now, expected = tmp_path_factory.mktemp("later"), first, titles(first)
    for number, (start, count) in enumerate(batches, 2):
        new = articles(range(start, start + count), f"run {number}")
        now = snapshot(folder, now, new, number)
        expected |= dict.fromkeys(new["id"].to_pylist(), f"run {number}")
    assert titles(now) == expected
    assert signed(now) == expected
    for table in ("articles", "signatures"):
        files = now.manifest.of(table)
        assert sum(file.rows for file in files) == len(expected)
        assert max(file.rows for file in files) <= FILE_ROWS
