"""An index that workers find damaged as they read a large file in parts changes no outcome.

The file is large enough to be cut, its parts are read in processes of their own, and what brings
the damage to light there is the look-up of what was taken in before.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import dedupe
from dedupe.acquire import Input, acquire
from dedupe.acquire.cuts import CUT_BYTES, spans
from dedupe.article import Document
from dedupe.detect import Index, IndexDamageError
from dedupe.pipeline.check import check
from dedupe.pipeline.rebuild import seen
from dedupe.publish import Snapshot
from tests.desk import FIRST_DAY, Desk, Row, content
from tests.newsroom import story, write_rows

TWO = dedupe.Settings(workers=2)
KNOWN = 24
"""Stories of the days before."""

Content = dict[str, list[Row]]
Pairs = list[tuple[str, str]]


def told(*numbers: int) -> list[Row]:
    return [story(n).row(url=f"https://a.example/{n}") for n in numbers]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two days, so the index has two segments; what is refused fills them, bucket after bucket."""
    desk = Desk(tmp_path_factory.mktemp("days"))
    for day, first in enumerate((0, KNOWN // 2)):
        rows = told(*range(first, first + KNOWN // 2))
        rows += [{"text": f"... {day} {n}"} for n in range(2_000)]
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", rows))
    return desk


@pytest.fixture(scope="module")
def inbox(desk: Desk) -> Path:
    """A file that is read in one go and one of two parts, each with old, new and revised stories.

    Blank lines make it large: they are nobody's document.
    """
    folder = desk.folder / "inbox"
    write_rows(folder / "small.jsonl", told(0, KNOWN, KNOWN + 1))
    halves = []
    for first in (1, KNOWN // 2):
        rows = [*told(*range(first, first + KNOWN // 2 - 1), KNOWN + 1, KNOWN + 1 + first)]
        rows.append(story(first).revised().row(url=f"https://a.example/{first}"))
        half = write_rows(desk.folder / f"half-{first}.jsonl", rows).read_bytes()
        halves.append(half + (b" " * 999_999 + b"\n") * (CUT_BYTES // 1_000_000))
    (folder / "large.jsonl").write_bytes(b"".join(halves))
    assert len(spans(Input("large.jsonl", folder / "large.jsonl"))) == 2
    return folder


@pytest.fixture(scope="module")
def undisturbed(desk: Desk, inbox: Path) -> tuple[Content, dict[str, int]]:
    """What the tables hold after an undamaged run, and its counts."""
    data = copy(desk, desk.folder / "undisturbed")
    result = ingest(inbox, data)
    assert result.rebuilt == 0
    assert result.counts["unchanged"]
    assert result.counts["revisions"]
    return content(data), result.counts


def copy(desk: Desk, to: Path) -> Path:
    shutil.copytree(desk.data, to, symlinks=True)
    return to


def ingest(inbox: Path, data: Path, *, dry_run: bool = False) -> dedupe.Result:
    day = FIRST_DAY.replace(day=20)
    return dedupe.ingest(inbox, data, TWO, dry_run=dry_run, started_at=day)


def asked(path: Path, begin: int = 0, end: int | None = None) -> Pairs:
    """What is looked up of the documents in these bytes of a file."""
    piece = path.parent.parent / "piece.jsonl"
    piece.write_bytes(path.read_bytes()[begin:end])
    found = [item for item in acquire([Input(path.name, piece)], TWO) if isinstance(item, Document)]
    target = [(item.id, item.raw_hash) for item in found]
    assert target
    return target


def meets(data: Path, pairs: Pairs) -> bool:
    """Whether a look-up of these meets damage."""
    snapshot = Snapshot.current(data)
    assert snapshot is not None
    try:
        seen(
            Index.open(data / "state" / "index", snapshot.stamp, TWO),
            *map(list, zip(*pairs, strict=True)),
        )
    except IndexDamageError:
        return True
    return False


def damage(data: Path, spared: Pairs, met: Pairs) -> None:
    """Flip a bit of the index that a look-up of ``met`` meets, and one of ``spared`` does not."""
    chance = random.Random(3)
    segments = sorted((data / "state" / "index").glob("*.segment"))
    for _ in range(4_000):
        path = chance.choice(segments)
        whole = path.read_bytes()
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        if meets(data, met) and not meets(data, spared):
            return
        path.write_bytes(whole)
    pytest.fail("no bit is read by the one and not by the other")


@pytest.mark.parametrize(
    ("part", "dry_run"),
    [
        (0, False),
        pytest.param(1, False, marks=pytest.mark.slow),
        pytest.param(1, True, marks=pytest.mark.slow),
    ],
)
def test_damage_that_one_part_meets_changes_nothing(
    desk: Desk,
    inbox: Path,
    undisturbed: tuple[Content, dict[str, int]],
    tmp_path: Path,
    part: int,
    dry_run: bool,  # noqa: FBT001 - a case
) -> None:
    """The small file and the other part were read by then: what they gave counts once."""
    data = copy(desk, tmp_path / "data")
    large = inbox / "large.jsonl"
    parts = [asked(large, *span) for span in spans(Input("large.jsonl", large))]
    damage(data, asked(inbox / "small.jsonl") + parts[1 - part], parts[part])
    result = ingest(inbox, data, dry_run=dry_run)
    assert result.rebuilt == 1
    assert result.counts == undisturbed[1]
    if not dry_run:
        assert content(data) == undisturbed[0]
        assert check(data).problems == []
        assert ingest(inbox, data).rebuilt == 0


def test_an_index_that_is_gone_when_the_parts_are_read_is_made_anew(
    desk: Desk, inbox: Path, undisturbed: tuple[Content, dict[str, int]], tmp_path: Path
) -> None:
    """The run has opened it by then, its workers have not."""
    data = copy(desk, tmp_path / "data")

    def lose(stage: str, done: int, _: int | None) -> None:
        if (stage, done, lost) == ("acquire", 0, []):
            lost.extend(sorted((data / "state" / "index").iterdir()))
            for path in lost:
                path.unlink()

    lost: list[Path] = []
    day = FIRST_DAY.replace(day=20)
    result = dedupe.ingest(inbox, data, TWO, progress=lose, started_at=day)
    assert lost
    assert result.rebuilt == 1
    assert (content(data), result.counts) == undisturbed
    assert check(data).problems == []
