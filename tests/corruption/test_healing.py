"""A flipped bit in what is kept beside the tables changes nothing that a run publishes."""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.detect import segment
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import compact
from dedupe.publish import snapshot
from tests.desk import FIRST_DAY, Desk, content
from tests.newsroom import Story, story, write_rows

CONTENT = dict[str, list[dict[str, object]]]
NOTE = "Send tips about this harbour to the night desk in Quay Lane and we will look into them."
DAYS = 3
"""As many segments; the next one has them merged."""


def told(told: Story, place: str, month: int = 4) -> dict[str, object]:
    noted = told.with_paragraphs([*told.paragraphs, NOTE])
    return noted.row(
        url=f"https://{place}.example/x",
        site="kestrel.example",
        published_at=f"2025-{month:02}-01",
    )


@pytest.fixture(scope="module", autouse=True)
def everything_is_kept() -> Iterator[None]:
    """The ids of small files are kept too, so that there are caches of every kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "CACHED_FROM", 1)
        yield


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("days"))
    for day in range(DAYS):
        rows = [told(story(n), f"s{n}", day + 1) for n in range(4 * day, 4 * day + 5)]
        # Found where it was, with the same words: looked up in a file that does not change.
        rows += [row | {"text": f"{row['text']}\n"} for row in [told(story(0), "s0", 1)] if day]
        rows.append(told(story(3), f"copy{day}"))
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", [*rows, {"text": f"... {day}"}]))
    return desk


@pytest.fixture(scope="module")
def news(desk: Desk) -> Path:
    """What was there before, as it was and revised, copies, a better copy, and what is new."""
    rows = [told(story(n), f"s{n}") for n in (0, 5, 20, 21)]
    rows += [told(story(n).revised(), f"s{n}") for n in (1, 6)]
    rows += [told(story(n).revised(), f"other{n}") for n in (2, 7, 9)]
    rows.append(told(story(8).longer(paragraphs=3), "longer"))
    return write_rows(desk.folder / "news.jsonl", rows)


@pytest.fixture(scope="module")
def undisturbed(desk: Desk, news: Path) -> CONTENT:
    return after(copy(desk.data, desk.folder / "undisturbed"), news)


def copy(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder, to, symlinks=True)
    return to


def after(data: Path, inputs: Path) -> CONTENT:
    dedupe.ingest(inputs, data, started_at=FIRST_DAY.replace(day=20))
    return content(data)


def caches(data: Path) -> list[Path]:
    kinds = ("index/*.segment", "index/manifest-*.json", "templates/*.arrow", "keys/*.keys")
    found = [path for kind in kinds for path in sorted((data / "state").glob(kind))]
    assert {path.parent.name for path in found} == {"index", "templates", "keys"}
    return found


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at // 8] ^= 1 << at % 8
    path.write_bytes(raw)


def test_every_file_beside_the_tables_is_among_those_that_are_damaged_here(desk: Desk) -> None:
    """But the lock, which holds nothing, and the page of the runs before."""
    state = desk.data / "state"
    kept = {path for path in state.rglob("*") if path.is_file()} - set(caches(desk.data))
    assert {path.name for path in kept} == {"lock"}


@pytest.mark.parametrize("direct", [0, segment.DIRECT])
@given(st.data())
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_run_publishes_what_it_would_have(
    desk: Desk,
    news: Path,
    undisturbed: CONTENT,
    monkeypatch: pytest.MonkeyPatch,
    direct: int,
    choose: st.DataObject,
) -> None:
    """``direct``: buckets are read from the file, or from its pages in memory."""
    monkeypatch.setattr(segment, "DIRECT", direct)
    data = copy(desk.data, desk.folder / "damaged")
    path = choose.draw(st.sampled_from(caches(data)), label="file")
    flip(path, choose.draw(st.integers(0, 8 * path.stat().st_size - 1), label="bit"))
    assert after(data, news) == undisturbed
    # All segments were merged, and no damage was taken over.
    assert check(data).problems == []


@pytest.mark.faults
def test_a_run_publishes_what_it_would_have_wherever_a_bit_is_flipped(
    desk: Desk, news: Path, undisturbed: CONTENT
) -> None:
    chance = random.Random(1)
    for number in range(len(caches(desk.data))):
        for _ in range(40):
            data = copy(desk.data, desk.folder / "damaged")
            path = caches(data)[number]
            bit = chance.randrange(8 * path.stat().st_size)
            flip(path, bit)
            assert after(data, news) == undisturbed, (path, bit)
            assert check(data).problems == [], (path, bit)


def test_it_says_so_and_counts_it(
    desk: Desk, news: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = copy(desk.data, tmp_path / "data")
    for path in caches(data):
        if path.suffix == ".segment":
            raw = path.read_bytes()
            path.write_bytes(raw[:8] + bytes(len(raw) - 8))
    dry = dedupe.ingest(news, data, dry_run=True)
    assert dry.rebuilt == 1
    with caplog.at_level(logging.WARNING):
        result = dedupe.ingest(news, data)
    assert result.rebuilt == 1
    assert "index: rebuilding from snapshot 3" in caplog.text
    assert "damaged" in caplog.text
    assert check(data).problems == []
    assert dedupe.ingest(news, data).rebuilt == 0


def test_upkeep_takes_no_damage_over(desk: Desk, tmp_path: Path) -> None:
    chance = random.Random(2)
    for path in caches(desk.data):
        data = copy(desk.data, tmp_path / "data")
        damaged = data / path.relative_to(desk.data)
        flip(damaged, chance.randrange(8 * damaged.stat().st_size))
        compact(data)
        assert check(data).problems == []
