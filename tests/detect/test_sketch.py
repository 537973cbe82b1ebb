"""Sketches: datasketch's signatures, and one result on both paths."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.detect.anchors import SHINGLE, WIDEST, anchor_keys
from dedupe.detect.shingling import shingle_hash32, word_hashes
from dedupe.detect.signature import by_datasketch, signature
from dedupe.detect.sketch import Parameters, sketch_compiled, sketch_plainly
from dedupe.detect.verify import read_compiled, read_plainly
from dedupe.settings import Settings
from dedupe.words import words
from tests.detect.prose import article

PARAMETERS = Parameters.of(Settings())
SCRIPTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "aAbB019 .,\n_\u2019\u00c9\u00e9\u00df\u0130\ufb01\u00ad\u0301\u200b\u00bd"
        ),
        st.sampled_from(
            "\u65b0\u805e\u3042\u30ab\u0e20\u0e32\u1780\u0928\u094d\ud55c\u1100\u1161\u03a3\u0416"
        ),
        st.characters(),
    )
)


def minhash(text: str, size: int) -> MinHash:
    found = words(text)
    signature = MinHash(num_perm=128, seed=1, hashfunc=shingle_hash32)
    size = min(size, len(found))
    for at in range(len(found) - size + 1 if found else 0):
        signature.update(" ".join(found[at : at + size]).encode("utf-8", "surrogatepass"))
    return signature


@given(SCRIPTS)
@settings(max_examples=150, deadline=None)
def test_signatures_are_those_of_datasketch(text: str) -> None:
    expected = minhash(text, PARAMETERS.shingle).hashvalues
    for sign in (by_datasketch, signature):
        found = sketch_plainly([text], PARAMETERS, sign).signatures[0]
        assert np.array_equal(found, expected)


def test_five_documents_are_signed_by_datasketch_itself_and_many_are_not() -> None:
    code = (
        "import sys; from dedupe.detect.sketch import Parameters, sketch;"
        "from dedupe.settings import Settings;"
        "sketch(['a text of some words '] * 5 * int(sys.argv[1]), Parameters.of(Settings()));"
        "sys.exit('datasketch' in sys.modules)"
    )
    for times, expected in (("1", 1), ("1000", 0)):
        done = subprocess.run([sys.executable, "-c", code, times], check=False)
        assert done.returncode == expected


def test_a_stored_signature_loads_into_datasketch() -> None:
    one, other = article(1), article(1) + article(2, 60)
    rows = sketch_plainly([one, other], PARAMETERS).signatures
    left, right = (LeanMinHash(seed=1, hashvalues=row, scheme="affine32") for row in rows)
    assert left == LeanMinHash(minhash(one, PARAMETERS.shingle))
    assert left.jaccard(right) == pytest.approx(0.83, abs=0.12)


@given(st.lists(SCRIPTS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_both_paths_sketch_alike_to_the_bit(texts: list[str]) -> None:
    plain, compiled = sketch_plainly(texts, PARAMETERS), sketch_compiled(texts, PARAMETERS)
    for field in ("content", "shingles", "signatures", "anchors", "bounds"):
        assert np.array_equal(getattr(plain, field), getattr(compiled, field)), field


@given(st.lists(SCRIPTS, max_size=6))
@settings(max_examples=100, deadline=None)
def test_both_paths_read_alike_to_the_bit(texts: list[str]) -> None:
    for text, compiled in zip(texts, read_compiled(texts, 3), strict=True):
        plain = read_plainly(text, 3)
        assert np.array_equal(plain.words, compiled.words)
        assert np.array_equal(plain.figures, compiled.figures)


def test_every_character_folds_alike_on_both_paths() -> None:
    texts = [f"aB{chr(point)}Cd {chr(point)}" for point in range(0x80, 0x3000, 3)]
    texts += [f"aB{chr(point)}Cd {chr(point)}" for point in range(0x3000, 0x32000, 97)]
    plain, compiled = sketch_plainly(texts, PARAMETERS), sketch_compiled(texts, PARAMETERS)
    assert np.array_equal(plain.content, compiled.content)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 10])
@pytest.mark.parametrize("permutations", [16, 33, 128, 255])
def test_every_shape_of_sketch_is_alike_on_both_paths(size: int, permutations: int) -> None:
    chosen = Parameters.of(Settings(shingle=size, permutations=permutations))
    texts = [article(1, length) for length in (0, 1, 2, 3, 5, 6, 7, 30, 63, 64, 400, 3000)]
    plain, compiled = sketch_plainly(texts, chosen), sketch_compiled(texts, chosen)
    for field in ("content", "shingles", "signatures", "anchors", "bounds"):
        assert np.array_equal(getattr(plain, field), getattr(compiled, field)), field


@given(
    st.lists(
        st.sampled_from(["ab", "\u00e9t\u00e9", "x" * 39, "\u00fc" * 21, "7" * 81, "o" * 64]),
        max_size=9,
    )
)
@settings(max_examples=60, deadline=None)
def test_long_words_are_cut_alike_on_both_paths(found: list[str]) -> None:
    for text in (" ".join(found), "".join(found), "-".join(found) + "\u65b0"):
        plain, compiled = read_plainly(text, 3), read_compiled([text], 3)[0]
        assert np.array_equal(plain.words, compiled.words)
        assert np.array_equal(plain.stated, compiled.stated)


def test_text_without_words_has_no_anchors_and_the_empty_signature() -> None:
    found = sketch_plainly(["", "...", "word"], PARAMETERS)
    assert found.shingles.tolist() == [0, 0, 1]
    assert (found.signatures[:2] == 0xFFFFFFFF).all()
    assert np.diff(found.bounds).tolist() == [0, 0, 1]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_texts_that_share_a_long_passage_share_an_anchor(data: st.DataObject) -> None:
    length = WIDEST + SHINGLE - 1
    passage = article("passage", 200).split()
    start = data.draw(st.integers(0, 200 - length))
    shared = passage[start : start + length]

    def around(name: str) -> str:
        before = data.draw(st.integers(0, 500))
        after = data.draw(st.integers(0, 500))
        return " ".join(
            [*article(name + "a", before).split(), *shared, *article(name + "b", after).split()]
        )

    left, right = (anchor_keys(word_hashes(words(around(name)))) for name in ("left", "right"))
    assert len(np.intersect1d(left, right))


def test_measured_recall_of_the_bands_is_the_computed_one() -> None:
    random = np.random.default_rng(7)
    chosen = PARAMETERS.banding
    trials = 4000
    # A place of two signatures agrees with probability J: drawn as such.
    left = random.integers(0, 2**32, (trials, 128), dtype=np.uint32)
    agree = random.random((trials, 128)) < 0.45
    right = np.where(agree, left, random.integers(0, 2**32, (trials, 128), dtype=np.uint32))
    found = (chosen.keys(left) == chosen.keys(right)).any(axis=1).mean()
    assert found == pytest.approx(chosen.recall(0.45), abs=0.02)


def test_detect_starts_without_numba_and_five_documents_need_none() -> None:
    code = (
        "import sys; from dedupe.detect.sketch import Parameters, sketch;"
        "from dedupe.settings import Settings;"
        "sketch(['a text of some words'] * 5, Parameters.of(Settings()));"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
