"""No text takes a regular expression of ours more than linear time."""

from __future__ import annotations

import re

import pytest

from tests.hostile.ambiguity import NotAnalysableError, witness
from tests.hostile.patterns import Used, every_pattern

FOUND = list(every_pattern())
CASES = [
    pytest.param(used, use, id=f"{used.where}-{use}") for used in FOUND for use in sorted(used.uses)
]

# The proof accuses what may be slow; these are not, for a reason that it cannot see.
ACQUITTED = {
    "dedupe.media_types._XML_ROOT": "each alternative is atomic and begins with characters of its "
    "own, so none is tried twice, and it looks at the first 4 kB alone",
    "dedupe.clean.bounds._TAG": "the white space before an equals sign that is not there is read "
    "once more by the loop around it; after '<' and a letter the whole cannot fail",
    "dedupe.clean.unseen._UNSEEN": "an element that begins is taken to its end or to the page's, "
    "neither can fail; what seems a drawing and is none ends at the next one",
    "dedupe.clean.unseen.DRAWING": "what seems a drawing and is none ends at the next one",
}


@pytest.mark.parametrize(("used", "use"), CASES)
def test_a_pattern_of_ours_is_linear(used: Used, use: str) -> None:
    if used.where in ACQUITTED:
        pytest.skip(ACQUITTED[used.where])
    assert witness(used.pattern, use) is None


def test_the_search_for_patterns_finds_them() -> None:
    assert len(FOUND) > 90
    assert {"dedupe.clean.dates._ISO", "dedupe.media_types._HTML_TAG"} <= {u.where for u in FOUND}
    assert {u.where for u in FOUND} >= ACQUITTED.keys()


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"(a+)+b", "match"),
        (r"(a*)*b", "match"),
        (r"(?:a|aa)*b", "match"),
        (r"(?:a|ab|b)*c", "match"),
        (r"a*a*b", "match"),
        (r"\w+\d+x", "match"),
        (r".*,.*;", "match"),
        (r"\s+$", "search"),
        (r"\d+x", "search"),
        (r"\d++x", "search"),
        (r"<a[^>]*>", "finditer"),
        (r"\s*\|\s*", "split"),
        (r"a*a*", "fullmatch"),
        (r"(?i:É+)ü", "sub"),
        (rb"[\x80-\xff]+;", "search"),
        (r"(?=a*b)c", "search"),
    ],
)
def test_the_proof_accuses_what_is_slow(pattern: str, use: str) -> None:
    assert witness(re.compile(pattern), use)


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"\s+$", "match"),
        (r"\s+", "search"),
        (r"^\s+x", "search"),
        (r"(?=a*b)c", "match"),
        (r"a+b+c", "match"),
        (r"a*b", "match"),
        (r"a++a*b", "match"),
        (r"(?:ab)*c", "match"),
        (r"(?:[^-]++|-(?!->))*+", "match"),
        (r"[a-z]+(?:-[a-z]+)*", "fullmatch"),
        (r"\bthe\b", "findall"),
        (r"x{1,3}y{0,5}z", "search"),
    ],
)
def test_the_proof_lets_go_what_is_not(pattern: str, use: str) -> None:
    assert witness(re.compile(pattern), use) is None


def test_what_the_proof_does_not_cover_it_says() -> None:
    with pytest.raises(NotAnalysableError):
        witness(re.compile(r"(a)\1"), "search")
