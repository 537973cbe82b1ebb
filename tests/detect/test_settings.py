"""Detection under every setting there is: bands that find enough, verdicts those of ``compare``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.article import Relation
from dedupe.detect import Detector, Index, bands, compare
from dedupe.detect.sketch import Parameters, sketch_compiled, sketch_plainly
from dedupe.settings import Settings
from tests.detect.prose import article, copy_edit, first_part
from tests.detect.test_index import identify

THRESHOLDS = [step / 100 for step in range(10, 101)]
LENGTHS = [16, 17, 24, 31, 32, 64, 100, 128, 200, 255, 256]


def ends(low: float, high: float) -> st.SearchStrategy[float]:
    """A number between, the bounds themselves more often than others."""
    return st.sampled_from([low, high]) | st.floats(low, high)


SETTINGS = st.builds(
    Settings,
    threshold=ends(0.1, 1.0),
    containment=ends(0.1, 1.0),
    shingle=st.integers(1, 10),
    permutations=st.sampled_from([16, 256]) | st.integers(16, 256),
    seed=st.sampled_from([0, 2**32 - 1]) | st.integers(0, 2**32 - 1),
)
TEXTS = {
    "story": article("story", 250),
    "same": article("story", 250),
    "edited": copy_edit(article("story", 250), 1),
    "excerpt": first_part(article("story", 250), 0.5),
    "other": article("other", 250),
    "word": "word",
    "word again": "Word!",
    "two words": "two words",
    "none": "",
    "no words": "... --- ...",
    "refrain": "again and " * 200,
    "figures": "1 2 3 4 5 6 7 8 9 10 11 12",
}


@pytest.mark.parametrize("permutations", LENGTHS)
def test_the_bands_find_what_is_at_the_threshold(permutations: int) -> None:
    for threshold in THRESHOLDS:
        for shingle in (1, 3, 10):
            chosen = bands.choose(threshold, permutations, shingle)
            expected = bands.expected_recall(chosen, threshold, shingle)
            assert chosen.count * chosen.rows <= permutations
            # A signature may be too short for so low a threshold: then no choice finds more.
            most = bands.expected_recall(bands.Bands(permutations, 1), threshold, shingle)
            assert expected >= min(bands.ENOUGH, most)


@pytest.mark.parametrize("threshold", [0.42, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0])
def test_with_the_usual_signature_the_bands_find_nearly_all_and_are_selective(
    threshold: float,
) -> None:
    chosen = bands.choose(threshold, 128, 3)
    assert bands.expected_recall(chosen, threshold, 3) >= bands.RECALL
    assert chosen.recall(threshold) >= bands.ALONE
    assert chosen.rows >= bands.LEAST_ROWS


@pytest.mark.parametrize("permutations", LENGTHS)
def test_signatures_share_the_keys_of_the_bands_in_which_they_agree(permutations: int) -> None:
    random = np.random.default_rng(permutations)
    left = random.integers(0, 2**32, (1, permutations), dtype=np.uint32)
    for threshold in THRESHOLDS:
        chosen = bands.choose(threshold, permutations, 3)
        changed = chosen.rows * (chosen.count // 2)
        right = left.copy()
        right[0, changed] ^= np.uint32(1)
        same = (chosen.keys(left) == chosen.keys(right))[0]
        assert same.tolist() == [at != chosen.count // 2 for at in range(chosen.count)]
        assert len(set(chosen.keys(left)[0].tolist())) == chosen.count


@given(SETTINGS)
@settings(max_examples=40, deadline=None)
def test_both_paths_make_the_same_sketches_under_all_settings(chosen: Settings) -> None:
    parameters = Parameters.of(chosen)
    plain, fast = (
        each(list(TEXTS.values()), parameters) for each in (sketch_plainly, sketch_compiled)
    )
    for name in ("content", "shingles", "signatures", "anchors", "bounds"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(fast, name))


@given(SETTINGS)
@settings(max_examples=40, deadline=None)
def test_compare_is_symmetric_and_keeps_to_its_settings(chosen: Settings) -> None:
    for left in TEXTS.values():
        for right in TEXTS.values():
            verdict = compare(left, right, chosen)
            assert verdict == compare(right, left, chosen)
            assert 0 <= verdict.jaccard <= verdict.containment <= 1
            if verdict.relation is Relation.NEAR:
                assert verdict.jaccard >= chosen.threshold
            if verdict.reason == "excerpt":
                assert chosen.excerpts
                assert chosen.threshold <= 0.5
                assert chosen.containment < 1
            elif verdict.relation is Relation.CONTAINED:
                assert verdict.containment >= chosen.containment


@given(SETTINGS, st.permutations(list(TEXTS)))
@settings(max_examples=40, deadline=None)
def test_a_detector_says_what_compare_says_in_a_batch_and_of_history(
    chosen: Settings, order: list[str]
) -> None:
    texts = {identify(name): TEXTS[name] for name in order}
    rank = {each: place for place, each in enumerate(texts)}
    old, new = list(texts)[:4], list(texts)[4:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = Index.create(folder, chosen)
        for number, ids in enumerate((old, new), 1):
            detector = Detector(chosen, index)
            detector.add(ids, [texts[each] for each in ids])
            ours = {*ids, *detector.history()}
            pairs = list(detector.pairs(lambda asked: {each: texts[each] for each in asked}, rank))
            for pair in pairs:
                assert {pair.left, pair.right} <= ours
                assert pair.verdict == compare(texts[pair.left], texts[pair.right], chosen)
            update = index.draft(str(number))
            update.add_from(detector, ids)
            update.write()
            index = Index.open(folder, str(number), chosen)
        found = {frozenset((pair.left, pair.right)) for pair in pairs}
    taken = {pair.right for pair in pairs if pair.verdict.relation is not Relation.DISTINCT}
    copies = {identify("story"), identify("same")}
    # Equal texts of which one at least is new meet, or a better-ranked text has taken them.
    assert copies <= set(old) or copies in found or copies & taken
