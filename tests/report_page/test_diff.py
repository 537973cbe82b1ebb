"""Two texts side by side, word by word."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from dedupe.report.page.diff import CONTEXT, ROWS, WORDS, Diff, diff, side_by_side


def side(found: Diff, kind: str) -> list[str]:
    return [
        word
        for row in found.rows
        for piece in row.pieces
        if piece.kind in {"same", kind}
        for word in piece.words
    ]


def skipped(found: Diff) -> int:
    return found.skipped + sum(row.skipped for row in found.rows)


def test_the_words_that_differ_stand_on_their_side() -> None:
    found = diff("the mayor opened the bridge on Monday", "the mayor opened a bridge on Tuesday")
    marked = [(piece.kind, piece.words) for row in found.rows for piece in row.pieces]
    assert ("left", ("the",)) in marked
    assert ("right", ("a",)) in marked
    assert ("left", ("Monday",)) in marked
    assert ("right", ("Tuesday",)) in marked


def test_equal_texts_have_no_rows() -> None:
    found = diff("one two three", "one  two\n\nthree")
    assert found.equal
    assert "same words" in str(side_by_side(found, "Kept", "Copy", ""))


def test_one_empty_text_is_all_difference() -> None:
    found = diff("", "one two")
    assert side(found, "right") == ["one", "two"]
    assert side(found, "left") == []


def test_long_equal_passages_are_counted_and_not_shown() -> None:
    shared = " ".join(f"w{at}" for at in range(500))
    found = diff(f"alpha {shared} omega", f"beta {shared} psi")
    assert len(found.rows) == 2
    assert skipped(found) == 500 - 2 * CONTEXT
    assert f"{500 - 2 * CONTEXT} equal words" in str(side_by_side(found, "Kept", "Copy", ""))


def test_a_copy_with_an_added_end_shows_that_end() -> None:
    shared = " ".join(f"w{at}" for at in range(3000))
    found = diff(shared, f"{shared} first published elsewhere")
    assert side(found, "right")[-3:] == ["first", "published", "elsewhere"]
    assert skipped(found) == 3000 - CONTEXT
    assert found.unread == 0


@given(
    st.lists(st.sampled_from("abcde"), max_size=60), st.lists(st.sampled_from("abcde"), max_size=60)
)
def test_nothing_is_lost_between_shown_and_counted(left: list[str], right: list[str]) -> None:
    found = diff(" ".join(left), " ".join(right))
    assert len(side(found, "left")) + skipped(found) == len(left)
    assert len(side(found, "right")) + skipped(found) == len(right)


def test_two_books_stay_within_bounds() -> None:
    chance = random.Random(1)
    books = [" ".join(chance.choices("abcdefghijklmnop", k=50_000)) for _ in range(2)]
    found = diff(*books)
    assert len(found.rows) <= ROWS
    assert len(side(found, "left")) <= WORDS
    assert found.unread > 90_000
    assert "more words are not shown" in str(side_by_side(found, "Kept", "Copy", ""))
