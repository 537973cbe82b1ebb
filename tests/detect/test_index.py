"""The durable index: what was put is found, under the stamp it was put for, whatever happens."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dedupe.detect import Index
from dedupe.detect.candidates import with_index
from dedupe.detect.header import Header
from dedupe.detect.layout import Entries, Kind, Layout, bucket_bits
from dedupe.detect.merge import FAN, plan
from dedupe.detect.segment import Segment
from dedupe.detect.segment_writer import SegmentWriter
from dedupe.detect.sketch import sketch
from dedupe.errors import StoreError
from dedupe.settings import Settings
from tests.detect.prose import article

SETTINGS = Settings()


def identify(name: object) -> str:
    return hashlib.md5(str(name).encode(), usedforsecurity=False).hexdigest()


def keys(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def grow(index: Index, stamp: str, names: list[str]) -> Index:
    update = index.draft(stamp)
    update.add([identify(name) for name in names], [article(name, 80) for name in names])
    update.write()
    return Index.open(index.folder, stamp, SETTINGS)


def finds(index: Index, name: str) -> set[str]:
    found = sketch([article(name, 80)], index.parameters)
    _, ordinals = with_index(found, index, np.ones(1, dtype=bool))
    return set(index.ids_of(ordinals))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.create(tmp_path / "index", SETTINGS)


def test_a_canonical_is_found_by_its_text_until_it_is_removed(index: Index) -> None:
    index = grow(index, "1", ["a", "b"])
    assert finds(index, "a") == {identify("a")}
    update = index.draft("2")
    update.remove([identify("a"), identify("unknown")])
    update.write()
    after = Index.open(index.folder, "2", SETTINGS)
    assert finds(after, "a") == set()
    assert finds(after, "b") == {identify("b")}
    assert finds(index, "a") == {identify("a")}


def test_a_revised_canonical_is_found_by_its_new_text_alone(index: Index) -> None:
    index = grow(index, "1", ["old"])
    update = index.draft("2")
    update.remove([identify("old")])
    update.add([identify("old")], [article("new", 80)])
    update.write()
    after = Index.open(index.folder, "2", SETTINGS)
    assert finds(after, "old") == set()
    assert finds(after, "new") == {identify("old")}


def test_both_stamps_open_until_the_old_one_is_pruned(index: Index) -> None:
    first = grow(index, "1", ["a"])
    second = grow(first, "2", ["b"])
    assert finds(Index.open(index.folder, "1", SETTINGS), "b") == set()
    assert finds(second, "b") == {identify("b")}
    Index.prune(index.folder, keep="2")
    with pytest.raises(StoreError, match="no index for snapshot 1"):
        Index.open(index.folder, "1", SETTINGS)
    assert finds(Index.open(index.folder, "2", SETTINGS), "a") == {identify("a")}


def test_files_of_an_update_that_was_never_published_are_overwritten(index: Index) -> None:
    first = grow(index, "1", ["a"])
    grow(first, "2", ["wrong"])
    (index.folder / "2-1.tmp").write_bytes(b"half a segment")
    again = grow(Index.open(index.folder, "1", SETTINGS), "2", ["right"])
    assert finds(again, "wrong") == set()
    assert finds(again, "right") == {identify("right")}
    Index.prune(index.folder, keep="2")
    assert not list(index.folder.glob("*.tmp"))
    assert list(again.problems()) == []


@pytest.mark.parametrize(
    "other",
    [Settings(shingle=4), Settings(seed=2), Settings(permutations=64), Settings(threshold=0.8)],
)
def test_sketches_of_another_kind_are_refused(index: Index, other: Settings) -> None:
    grow(index, "1", ["a"])
    with pytest.raises(StoreError, match="must be rebuilt"):
        Index.open(index.folder, "1", other)


def test_a_missing_or_shortened_file_is_refused(index: Index) -> None:
    path = next((grow(index, "1", ["a"])).folder.glob("*.segment"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(StoreError, match="damaged"):
        Index.open(index.folder, "1", SETTINGS)
    path.unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        Index.open(index.folder, "1", SETTINGS)


def test_a_damaged_manifest_is_refused(index: Index) -> None:
    path = index.folder / "manifest-1.json"
    grow(index, "1", ["a"])
    text = path.read_text("utf-8")
    path.write_text(text.replace('"span":1', '"span":2'), "utf-8")
    with pytest.raises(StoreError, match="damaged"):
        Index.open(index.folder, "1", SETTINGS)
    path.write_text("", "utf-8")
    with pytest.raises(StoreError):
        Index.open(index.folder, "1", SETTINGS)


@pytest.mark.parametrize("position", [0.1, 0.4, 0.7, 0.95])
def test_check_finds_a_flipped_byte(index: Index, position: float) -> None:
    index = grow(index, "1", ["a", "b", "c"])
    path = next(index.folder.glob("*.segment"))
    content = bytearray(path.read_bytes())
    content[int(position * (len(content) - 8))] ^= 0xFF
    path.write_bytes(bytes(content))
    assert list(Index.open(index.folder, "1", SETTINGS).problems())


def test_ids_and_values_of_other_spaces_are_exact(index: Index) -> None:
    update = index.draft("1")
    update.put("seen", keys(7, 7, 8), keys(1, 2, 2**64 - 1))
    update.put_ids("url", keys(7, 9), [identify("a"), identify("b")])
    update.write()
    after = Index.open(index.folder, "1", SETTINGS)
    positions, values = after.lookup("seen", keys(8, 5, 7))
    assert (positions.tolist(), values.tolist()) == ([0, 2, 2], [2**64 - 1, 1, 2])
    positions, ids = after.lookup_ids("url", keys(9, 7, 1))
    assert (positions.tolist(), ids) == ([0, 1], [identify("b"), identify("a")])
    assert after.lookup("never", keys(1))[0].tolist() == []


def test_a_hot_key_counts_as_absent_above_the_limit(index: Index) -> None:
    update = index.draft("1")
    update.put("seen", keys(*[5] * 100, 6), keys(*range(101)))
    update.write()
    after = Index.open(index.folder, "1", SETTINGS)
    assert len(after.lookup("seen", keys(5))[0]) == 100
    assert after.lookup("seen", keys(5, 6), limit=99)[1].tolist() == [100]


def test_neighbouring_small_segments_merge() -> None:
    def header(span: int) -> Header:
        return Header(
            file="", base=0, span=span, size=0, ids=0, ids_crc=0, blocks=0, dead=0, dead_crc=0,
            dead_count=0, spaces={},
        )  # fmt: skip

    assert plan([header(10)] * (FAN - 1)) is None
    assert plan([header(10)] * FAN) == 0
    assert plan([header(10**6), *[header(10)] * FAN]) == 1
    assert plan([header(10**6)] * FAN) == 0
    assert plan([header(2**23)] * FAN) is None
    assert plan([header(10**7), header(10), header(20_000), header(10)]) is None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("count", [1, 100, 5000])
def test_entries_are_found_by_key_whatever_their_layout(
    tmp_path: Path, kind: Kind, count: int
) -> None:
    random = np.random.default_rng(count)
    base = 1000
    names = random.integers(0, 2**64, count, dtype=np.uint64)
    names[: count // 2] = names[count // 2 : 2 * (count // 2)]
    names.sort()
    values = base + random.integers(0, 2**24, count, dtype=np.uint64)
    writer = SegmentWriter(tmp_path / "x.segment", base)
    writer.ids([])
    writer.dead(np.empty(0, dtype=np.uint32))
    writer.space("s", kind, bucket_bits(count), [Entries(kind, names, values)])
    segment = Segment(tmp_path, writer.close())
    positions, found = segment.lookup("s", names)
    expected = sorted(
        (at, int(values[other]))
        for at, name in enumerate(names.tolist())
        for other in np.flatnonzero(names == np.uint64(name)).tolist()
    )
    assert sorted(zip(positions.tolist(), found.tolist(), strict=True)) == expected
    strangers = np.sort(random.integers(0, 2**64, 50, dtype=np.uint64))
    assert len(segment.lookup("s", strangers)[0]) == 0


@pytest.mark.parametrize("bits", [1, 5, 16, 24])
def test_a_posting_keeps_forty_bits_of_its_key(bits: int) -> None:
    layout = Layout(Kind.POSTING, bits, 0)
    names = np.random.default_rng(bits).integers(0, 2**64, 1000, dtype=np.uint64)
    words = layout.pack(names, np.zeros(1000, dtype=np.uint64))
    restored = layout.keys_of(layout.buckets(names).astype(np.uint64), words)
    assert np.array_equal(restored, names >> np.uint64(24) << np.uint64(24))
    assert len(layout.stored(words)) == 1000 * layout.size


class IndexLife(RuleBasedStateMachine):
    """Runs of updates against a dictionary that says what must be found."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.index = Index.create(self.folder, SETTINGS)
        self.texts: dict[str, str] = {}
        self.seen: dict[int, set[int]] = {}
        self.stamp = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        added=st.lists(st.integers(0, 30), unique=True, max_size=6),
        removed=st.sets(st.integers(0, 30), max_size=4),
        pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**64 - 1)), max_size=4),
    )
    def run(self, added: list[int], removed: set[int], pairs: list[tuple[int, int]]) -> None:
        self.stamp += 1
        update = self.index.draft(str(self.stamp))
        # What is added again was there with another text.
        names = [str(name) for name in added]
        gone = {identify(name) for name in [*map(str, removed), *names]}
        update.remove(sorted(gone))
        self.texts = {each: text for each, text in self.texts.items() if each not in gone}
        fresh = {identify(name): f"{name} {self.stamp}" for name in names}
        update.add(list(fresh), [article(text, 60) for text in fresh.values()])
        self.texts |= fresh
        if pairs:
            update.put("seen", keys(*[key for key, _ in pairs]), keys(*[each for _, each in pairs]))
            for key, value in pairs:
                self.seen.setdefault(key, set()).add(value)
        update.write()
        Index.prune(self.folder, keep=str(self.stamp))
        self.index = Index.open(self.folder, str(self.stamp), SETTINGS)

    @invariant()
    def finds_what_is_there_and_nothing_else(self) -> None:
        if not self.texts:
            return
        found = sketch([article(text, 60) for text in self.texts.values()], self.index.parameters)
        rows, ordinals = with_index(found, self.index, np.ones(len(self.texts), dtype=bool))
        ids = list(self.texts)
        matches = zip(rows.tolist(), self.index.ids_of(ordinals), strict=True)
        assert {(ids[row], each) for row, each in matches} == {(each, each) for each in ids}
        assert self.index.ordinals_of(ids).keys() == set(ids)

    @invariant()
    def finds_opaque_values(self) -> None:
        positions, values = self.index.lookup("seen", keys(*range(10)))
        found: dict[int, set[int]] = {}
        for key, value in zip(positions.tolist(), values.tolist(), strict=True):
            found.setdefault(key, set()).add(value)
        assert found == self.seen

    @invariant()
    def few_segments_and_no_damage(self) -> None:
        assert len(self.index.segments) < FAN
        assert list(self.index.problems()) == []


TestIndexLife = IndexLife.TestCase
TestIndexLife.settings = settings(max_examples=12, stateful_step_count=10, deadline=None)
