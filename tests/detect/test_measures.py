"""What is measured on a pair is the same in NumPy and compiled, whenever a run changes over."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.detect import facts
from dedupe.detect.excerpts import is_excerpt
from dedupe.detect.measures import PLAIN, compiled
from dedupe.detect.pace import PAIRS
from dedupe.detect.passages import PASSAGE
from dedupe.detect.runs import runs
from dedupe.detect.shingling import word_hashes
from dedupe.detect.verify import read_plainly
from dedupe.words import words
from tests.detect.prose import article, copy_edit, first_part

COMPILED = compiled(PAIRS.load())

SOURCES = {name: article(name, 200).split() for name in ("one", "other", "ground")}
WHOLE = [article(seed, 400) for seed in range(4)]
BEFORE, AFTER = article("before", 150), article("after", 150)

few_words = st.lists(st.sampled_from("abcde"), max_size=40).map(" ".join)
stretches = st.lists(
    st.tuples(st.sampled_from(sorted(SOURCES)), st.integers(0, 90), st.integers(0, 120)),
    max_size=4,
).map(lambda cuts: " ".join(" ".join(SOURCES[name][a : a + b]) for name, a, b in cuts))
edited = st.tuples(stretches, st.integers(0, 9), st.sampled_from([0, 0.02, 0.1])).map(
    lambda drawn: copy_edit(*drawn)
)
figures = st.lists(
    st.sampled_from(["rose", "fell", "to", "by", "3", "47", "Monday", "mai", "Velden", "Oslo. It"]),
    max_size=60,
).map(" ".join)
texts = few_words | edited | figures
surrounded = st.builds(
    lambda whole, share, before, after, edits: (
        whole,
        " ".join(
            (
                first_part(BEFORE, before),
                copy_edit(first_part(whole, share), share, edits),
                first_part(AFTER, after),
            )
        ),
    ),
    st.sampled_from(WHOLE),
    st.floats(0.1, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 0.2),
)
pairs = st.tuples(texts, texts) | surrounded


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_both_paths_measure_the_same(pair: tuple[str, str]) -> None:
    for one, other in (pair, pair[::-1]):
        left, right = read_plainly(one, 3), read_plainly(other, 3)
        for sets in ((left.shingles, right.shingles), (left.figures, right.figures)):
            assert PLAIN.shared(*sets) == COMPILED.shared(*sets)
        for sides in ((left.runs, right.runs), (left.slots.runs, right.slots.runs)):
            for passage in (1, PASSAGE):
                assert PLAIN.own(*sides, passage) == COMPILED.own(*sides, passage)
        found = PLAIN.matched(left.slots, right.slots), COMPILED.matched(left.slots, right.slots)
        assert np.array_equal(*found)
        assert PLAIN.excerpt(left.runs, right.runs) is COMPILED.excerpt(left.runs, right.runs)


@given(few_words, few_words)
def test_passages_of_its_own_are_counted_word_by_word(one: str, other: str) -> None:
    left, right = one.split(), other.split()
    size = min(3, len(left))
    known = {tuple(right[at : at + min(3, len(right))]) for at in range(max(1, len(right) - 2))}
    covered = {
        at + step
        for at in range(len(left) - size + 1)
        if tuple(left[at : at + size]) in known
        for step in range(size)
    }
    row = "".join("." if at in covered else "x" for at in range(len(left)))
    own = sum(len(part) for part in row.split(".") if len(part) >= 2)
    sides = (runs(word_hashes(each), 3) for each in (left, right))
    assert PLAIN.own(*sides, 2) == (own / len(left) if left else 0.0)


def test_both_answers_about_excerpts_are_among_those_compared() -> None:
    whole = article(1, 500)
    part = f"{article('before', 50)} {first_part(whole, 0.5)} {article('after', 40)}"
    one, other, another = (read_plainly(text, 3).runs for text in (whole, part, article(2)))
    for measured in (is_excerpt, COMPILED.excerpt):
        assert measured(one, other)
        assert measured(other, one)
        assert not measured(one, another)


VERIFYING = """
from dedupe.detect.pace import PAIRS, Meter
from dedupe.detect.verify import Verifier
from dedupe.settings import Settings
import numpy as np
texts = {"0": "one two three four five", "1": "one two three four six"}
verifier = Verifier(lambda ids: {each: texts[each] for each in ids}, ["0", "1"], Settings())
verifier.verdicts(np.array([0]), np.array([1]))
counted = PAIRS.done
verifier.verdicts(np.zeros(9, dtype=int), np.ones(9, dtype=int))
print(counted > 0, PAIRS.done == 10 * counted, PAIRS.loaded())
meter = Meter("pair_kernel", "own_share", loading=100, compiling=100)
print(meter.kernel(60), meter.kernel(60) is PAIRS.loaded() is not None)
"""


def test_pairs_count_towards_the_kernel_and_it_comes_when_they_have_paid_for_it() -> None:
    found = subprocess.run(
        [sys.executable, "-c", VERIFYING], capture_output=True, text=True, check=True
    )
    assert found.stdout.split("\n")[:2] == ["True True None", "None True"]


@given(st.text() | st.text(alphabet="a1 \u0663\u00b2\u00e9"))
def test_words_with_a_digit_are_those_that_have_one(text: str) -> None:
    found = words(text)
    assert facts.stated(found).tolist() == [any(d in word for d in "0123456789") for word in found]
