"""A file that was damaged is named, and what is whole is told and can be gone back to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.pipeline.check import check
from dedupe.pipeline.rebuild import rebuild_index
from dedupe.pipeline.upkeep import rollback
from tests.desk import FIRST_DAY, Desk, content
from tests.newsroom import story, write_rows


def flip(path: Path, at: float) -> None:
    raw = bytearray(path.read_bytes())
    raw[min(int(at * len(raw)), len(raw) - 1)] ^= 0x10
    path.write_bytes(raw)


def cut(path: Path, at: float) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: min(int(at * len(raw)), len(raw) - 1)])


def delete(path: Path, _: float) -> None:
    path.unlink()


DAMAGES: list[Callable[[Path, float], None]] = [flip, cut, delete]


@pytest.fixture(scope="module")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Three snapshots; each day brings stories of its own and two of the day before."""
    desk = Desk(tmp_path_factory.mktemp("days"))
    for day in range(3):
        rows = [
            story(n, paragraphs=4).row(url=f"https://a.example/{n}")
            for n in range(4 * day, 4 * day + 6)
        ]
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", rows))
    return desk


@pytest.fixture
def data(three_days: Desk, tmp_path: Path) -> Path:
    """A copy of that folder, hard links and all, to be damaged."""
    return copy(three_days.data, tmp_path / "data")


def copy(folder: Path, to: Path) -> Path:
    """As ``cp -a`` does: files that were one file are one file in the copy."""
    known: dict[int, Path] = {}

    def one(source: str, target: str) -> str:
        first = known.setdefault(Path(source).stat().st_ino, Path(target))
        if first == Path(target):
            return str(shutil.copy2(source, target))
        Path(target).hardlink_to(first)
        return target

    shutil.copytree(folder, to, symlinks=True, copy_function=one)
    return to


def tables(data: Path, snapshot: int) -> list[Path]:
    return sorted((data / "snapshots" / f"{snapshot:06d}").rglob("*.parquet"))


@given(st.data())
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_to_any_file_of_a_table_is_named(
    three_days: Desk, tmp_path_factory: pytest.TempPathFactory, choose: st.DataObject
) -> None:
    data = copy(three_days.data, tmp_path_factory.mktemp("damaged") / "data")
    path = choose.draw(st.sampled_from(tables(data, 3)))
    name = path.relative_to(data / "snapshots" / "000003").as_posix()
    choose.draw(st.sampled_from(DAMAGES))(path, choose.draw(st.floats(0, 1)))
    report = check(data)
    assert [problem for problem in report.problems if name in problem]


@pytest.mark.faults
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_every_file_of_every_table_is_named(
    three_days: Desk, tmp_path: Path, damage: Callable[[Path, float], None]
) -> None:
    for number in range(len(tables(three_days.data, 3))):
        for at in (0.0, 0.2, 0.5, 0.8, 1.0):
            data = copy(three_days.data, tmp_path / "data")
            path = tables(data, 3)[number]
            damage(path, at)
            assert any(path.name in problem for problem in check(data).problems), path
            shutil.rmtree(data)


def test_a_file_of_its_own_leaves_the_earlier_snapshots_whole(data: Path) -> None:
    path = next(path for path in tables(data, 3) if path.stat().st_nlink == 1)
    flip(path, 0.5)
    assert check(data).whole == [1, 2]
    assert rollback(data, 2)["snapshot"] == 2
    assert check(data).problems == []


def test_a_file_that_snapshots_share_is_damaged_in_all_of_them(data: Path) -> None:
    shared = next(path for path in tables(data, 1) if path.stat().st_nlink == 3)
    flip(shared, 0.5)
    report = check(data)
    assert report.problems
    assert report.whole == []


def test_a_file_that_two_of_three_share_leaves_the_third(data: Path) -> None:
    shared = next(path for path in tables(data, 2) if path.stat().st_nlink == 2)
    flip(shared, 0.5)
    assert check(data).whole == [1]


def test_nobody_goes_back_to_a_damaged_snapshot(data: Path) -> None:
    delete(tables(data, 2)[0], 0)
    with pytest.raises(dedupe.StoreError, match=r"whole.*1, 3"):
        rollback(data, 2)
    assert check(data).problems == []
    assert check(data).snapshot == 3


@pytest.mark.parametrize("kind", ["*.segment", "manifest-*.json", "*.arrow"])
@pytest.mark.parametrize("damage", [cut, delete])
def test_state_that_is_cut_or_gone_heals_by_itself(
    three_days: Desk, data: Path, tmp_path: Path, kind: str, damage: Callable[[Path, float], None]
) -> None:
    rows = [story(n, paragraphs=4).row(url=f"https://b.example/{n}") for n in range(8, 16)]
    inputs = write_rows(tmp_path / "next.jsonl", rows)
    other = copy(three_days.data, tmp_path / "other")
    for path in sorted((data / "state").rglob(kind))[-1:]:
        damage(path, 0.6)
    report = check(data)
    assert report.problems == []
    assert len(report.notes) == 1
    for folder in (data, other):
        dedupe.ingest(inputs, folder, started_at=FIRST_DAY.replace(day=20))
    assert content(data) == content(other)
    assert check(data).notes == []


def test_a_flipped_bit_in_the_index_is_named_and_a_rebuild_mends_it(data: Path) -> None:
    for at in (0.05, 0.5, 0.95):
        path = max((data / "state").rglob("*.segment"))
        flip(path, at)
        report = check(data)
        assert all(problem.startswith("index: ") for problem in report.problems)
        assert report.problems
        rebuild_index(data)
        assert check(data).problems == []


def test_a_manifest_that_cannot_be_read_is_an_error_that_says_where_to_go(data: Path) -> None:
    cut(data / "snapshots" / "000003" / "manifest.json", 0.5)
    with pytest.raises(dedupe.StoreError, match=r"manifest\.json.*dedupe snapshots"):
        check(data)
    assert rollback(data, 2)["snapshot"] == 2
    assert check(data).problems == []
