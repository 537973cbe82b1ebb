"""What counts as a word."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.words import LONGEST_WORD, content_hash, fingerprint, normalise, word_count, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Fed's rate: 4.25%", ["the", "u", "s", "fed", "s", "rate", "4", "25"]),
        ("L\u2019\u00c9TE\u0301 \u2014 \ufb01n", ["l", "\u00e9t\u00e9", "fin"]),
        ("Stra\u00dfe STRASSE", ["strasse", "strasse"]),
        ("snake_case", ["snake", "case"]),
        ("exam\u00adple zero\u200bwidth", ["example", "zero", "width"]),
        ("\u0928\u092e\u0938\u094d\u0924\u0947", ["\u0928\u092e\u0938\u094d\u0924\u0947"]),
        ("\u65b0\u805e\u7d19\u3002\u6771", ["\u65b0\u805e", "\u805e\u7d19", "\u6771"]),
        (
            "\u0e20\u0e32\u0e29\u0e32\u0e44",
            ["\u0e20\u0e32\u0e29\u0e32", "\u0e32\u0e29\u0e32\u0e44"],
        ),
        ("\ud55c\uad6d\uc5b4 \ub274\uc2a4", ["\ud55c\uad6d\uc5b4", "\ub274\uc2a4"]),
        ("\u2764\ufe0f \u2026 !", []),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_run_without_separators_is_cut_so_that_no_text_is_one_word() -> None:
    assert [len(word) for word in words("A" * (2 * LONGEST_WORD + 3))] == [40, 40, 3]


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    found = words(text)
    spaced = [word for word in found if re.fullmatch(r"[a-z0-9\u00e0-\u00f6]+", word)]
    assert words(" ".join(spaced)) == spaced
    assert word_count(text) == len(found)
    assert all(found)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_ascii_takes_no_other_way_than_the_rest(text: str) -> None:
    assert words(text) == words(text + " \u00e9")[:-1]


@given(st.lists(st.sampled_from(["Rate", "rose", "3", "\u00c9t\u00e9"]), min_size=1))
def test_content_hash_is_that_of_the_words_alone(found: list[str]) -> None:
    plain = content_hash(" ".join(found))
    assert re.fullmatch("[0-9a-f]{32}", plain)
    assert content_hash("\u201c" + " \u2014 ".join(found).upper() + "\u201d!") == plain
    assert content_hash(" ".join([*found, "more"])) != plain


def test_normalise_keeps_separators() -> None:
    assert normalise("A, \u201cB\u201d") == "a, \u201cb\u201d"


@given(st.text(alphabet=[bytes([code]).decode("cp1252", "replace") for code in range(256)]))
@example("Straße \u00ad coöperatie ½ ª ™ …")
@example("x" * 41)
def test_western_text_is_counted_and_hashed_as_any_other(text: str) -> None:
    found = words(text)
    digest = hashlib.blake2b(" ".join(found).encode(), digest_size=16).hexdigest()
    assert fingerprint(text) == (len(found), digest)
