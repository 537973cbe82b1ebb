"""A batch against itself and the history: who is compared with whom, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.article import Pair, Relation
from dedupe.detect import Detector, Index, compare
from dedupe.detect.verify import CHUNK
from dedupe.settings import Settings
from tests.detect.prose import article, copy_edit, first_part
from tests.detect.test_index import identify

SETTINGS = Settings()


class Desk:
    """A pipeline in small: keeps texts, runs batches, files copies by greedy star."""

    def __init__(self, folder: Path) -> None:
        self.index = Index.create(folder, SETTINGS)
        self.texts: dict[str, str] = {}
        self.filed: dict[str, str] = {}
        self.largest_fetch = 0

    def run(self, texts: Mapping[str, str], rank: Mapping[str, int] | None = None) -> list[Pair]:
        detector = Detector(SETTINGS, self.index)
        ids = list(texts)
        detector.add(ids[::2], [texts[each] for each in ids[::2]])
        detector.add(ids[1::2], [texts[each] for each in ids[1::2]])
        self.texts |= texts
        self.history = detector.history()
        everyone = sorted({*ids, *self.history})
        rank = rank or {each: at for at, each in enumerate(everyone)}
        pairs = list(detector.pairs(self.fetch, rank))
        filed = star(pairs, rank)
        update = self.index.draft(str(int(self.index.manifest.stamp or 0) + 1))
        update.add_from(detector, [each for each in ids if each not in filed])
        update.remove([each for each in self.history if each in filed])
        update.write()
        self.index = Index.open(self.index.folder, update.stamp, SETTINGS)
        self.filed |= filed
        return pairs

    def fetch(self, ids: Sequence[str]) -> dict[str, str]:
        self.largest_fetch = max(self.largest_fetch, len(ids))
        return {each: self.texts[each] for each in ids}


def star(pairs: Sequence[Pair], rank: Mapping[str, int]) -> dict[str, str]:
    filed: dict[str, str] = {}
    accepted = (pair for pair in pairs if pair.verdict.relation is not Relation.DISTINCT)
    for pair in sorted(accepted, key=lambda pair: (rank[pair.left], rank[pair.right])):
        if pair.left not in filed and pair.right not in filed:
            filed[pair.right] = pair.left
    return filed


def brute_star(texts: Mapping[str, str], rank: Mapping[str, int]) -> dict[str, str]:
    filed: dict[str, str] = {}
    for left, right in combinations(sorted(texts, key=rank.__getitem__), 2):
        if left in filed or right in filed:
            continue
        if compare(texts[left], texts[right]).relation is not Relation.DISTINCT:
            filed[right] = left
    return filed


def corpus(random: Random, size: int) -> dict[str, str]:
    """Stories with copies, excerpts and exact copies of some."""
    texts: dict[str, str] = {}
    for number in range(size):
        text = article(random.randrange(size // 3), 150)
        match random.randrange(5):
            case 0:
                text = copy_edit(text, random.random())
            case 1:
                text = first_part(text, random.uniform(0.3, 0.8))
            case 2:
                text = article(random.random(), 12) + "\n\n" + text
            case 3:
                text = text.upper()
        texts[identify(number)] = text
    return texts


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_pairs_lead_to_the_clusters_of_comparing_everything(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    random = Random(seed)
    texts = corpus(random, 40)
    order = random.sample(list(texts), len(texts))
    rank = {each: at for at, each in enumerate(order)}
    pairs = Desk(tmp_path_factory.mktemp("desk")).run(texts, rank)
    assert star(pairs, rank) == brute_star(texts, rank)
    assert all(rank[pair.left] < rank[pair.right] for pair in pairs)


@given(st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_neither_order_of_arrival_nor_shards_change_the_pairs(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    texts = corpus(Random(seed), 40)
    rank = {each: at for at, each in enumerate(sorted(texts))}
    shuffled = dict(Random(seed).sample(list(texts.items()), len(texts)))
    one = Desk(tmp_path_factory.mktemp("one")).run(texts, rank)
    other = Desk(tmp_path_factory.mktemp("other")).run(shuffled, rank)
    key = lambda pair: (pair.left, pair.right)  # noqa: E731 - only here
    assert sorted(one, key=key) == sorted(other, key=key)


def test_one_run_and_many_runs_file_the_same_copies(tmp_path: Path) -> None:
    texts = {}
    for story in range(12):
        original = article(story, 200)
        variants = [original, copy_edit(original, story), "Another line above it all. " + original]
        texts |= {identify((story, at)): text for at, text in enumerate(variants)}
    at_once = Desk(tmp_path / "once")
    at_once.run(texts)
    in_steps = Desk(tmp_path / "steps")
    ids = Random(3).sample(list(texts), len(texts))
    for at in range(0, len(ids), 5):
        in_steps.run({each: texts[each] for each in ids[at : at + 5]})
    assert len(at_once.filed) == len(in_steps.filed) == 24


def test_a_copy_finds_its_original_in_the_history(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run({identify(name): article(name) for name in range(20)})
    batch = {
        identify("near"): "A line above it\n\n" + article(3),
        identify("part"): first_part(article(5), 0.3),
        identify("same"): article(7).upper(),
        identify("new"): article("new"),
    }
    rank = {identify(name): name for name in range(20)} | {
        each: 100 + at for at, each in enumerate(batch)
    }
    found = {pair.right: pair for pair in desk.run(batch, rank)}
    assert desk.history == sorted(identify(name) for name in (3, 5, 7))
    verdicts = {name: found[identify(name)].verdict.relation for name in ("near", "part", "same")}
    assert verdicts == {"near": "near", "part": "contained", "same": "exact"}
    assert identify("new") not in found


def test_a_better_copy_comes_before_the_canonical_of_the_history(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run({identify("excerpt"): first_part(article(1), 0.4)})
    whole = identify("whole")
    pairs = desk.run({whole: article(1)}, {whole: 0, identify("excerpt"): 1})
    assert [(pair.left, pair.right) for pair in pairs] == [(whole, identify("excerpt"))]
    assert list(desk.index.ordinals_of([whole, identify("excerpt")])) == [whole]


def test_two_canonicals_of_the_history_are_never_compared(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    update = desk.index.draft("1")
    twins = {identify("a"): article(1), identify("b"): copy_edit(article(1), 1)}
    update.add(list(twins), list(twins.values()))
    update.write()
    desk.texts |= twins
    desk.index = Index.open(desk.index.folder, "1", SETTINGS)
    new = identify("c")
    pairs = desk.run({new: copy_edit(article(1), 2)})
    assert pairs
    assert all(new in (pair.left, pair.right) for pair in pairs)


def test_a_canonical_that_comes_again_with_new_text_is_not_its_own_history(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run({identify("a"): article(1)})
    assert desk.run({identify("a"): copy_edit(article(1), 1)}) == []
    assert desk.history == []


@pytest.mark.parametrize("exact", [True, False])
def test_a_story_with_very_many_copies_costs_no_more_than_their_number(
    tmp_path: Path,
    exact: bool,  # noqa: FBT001
) -> None:
    story = article("hot")
    count = 1500
    texts = {
        identify(at): story + "!" * at if exact else f"{story} Seen as number {at} at desk {at % 7}"
        for at in range(count)
    }
    desk = Desk(tmp_path)
    pairs = desk.run(texts)
    assert len(desk.filed) == count - 1
    assert len(pairs) <= 2 * count
    assert desk.largest_fetch <= 2 * CHUNK


def test_a_template_filled_very_many_times_stays_apart_and_affordable(tmp_path: Path) -> None:
    ground = article("form", 120)
    texts = {identify(at): ground + "\n\n" + article(f"filling {at}", 60) for at in range(400)}
    desk = Desk(tmp_path)
    pairs = desk.run(texts)
    assert desk.filed == {}
    assert len(pairs) <= 400 * 150


def test_texts_without_words_pair_with_nothing(tmp_path: Path) -> None:
    assert Desk(tmp_path).run({identify(at): "..." * at for at in range(4)}) == []


def test_an_empty_batch_has_no_pairs(tmp_path: Path) -> None:
    assert Desk(tmp_path).run({}) == []


def test_a_document_is_added_once(tmp_path: Path) -> None:
    detector = Detector(SETTINGS, Index.create(tmp_path, SETTINGS))
    detector.add([identify(1)], ["one"])
    with pytest.raises(ValueError, match="twice"):
        detector.add([identify(1)], ["one"])


def test_signatures_come_in_the_order_asked_for(tmp_path: Path) -> None:
    detector = Detector(SETTINGS, Index.create(tmp_path, SETTINGS))
    names = [identify(at) for at in range(3)]
    for at, each in enumerate(names):
        detector.add([each], [article(at)])
    rows = detector.signatures(names)
    assert rows.shape == (3, SETTINGS.permutations)
    assert np.array_equal(detector.signatures(names[::-1]), rows[::-1])
