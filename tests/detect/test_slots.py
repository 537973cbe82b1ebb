"""One template on two occasions, against one story told again."""

from __future__ import annotations

import pytest

from dedupe.detect import compare
from dedupe.detect.verify import read_plainly
from tests.detect.prose import article

BULLETIN = (
    "The water stood at {} centimetres at the lower gauge on {} morning, and at {} at the upper "
    "one, where it is measured from a boat. Skippers are asked to keep to the marked channel and "
    "to pass the works at the old bridge one at a time. The ferry runs as usual. Levels are "
    "published by the office every day of the year, also on its page."
)
MATCH = (
    "The match between {} and {} was decided in its last minutes, before a crowd that had stayed "
    "in spite of the rain. After a quiet first half {} struck the post, and from the rebound came "
    "the goal of the evening. The home side had asked for a penalty before that, in vain. Both "
    "teams meet again in the spring, when the second half of the season begins."
)


def relation(a: str, b: str) -> tuple[str, str]:
    verdict = compare(a, b)
    assert verdict == compare(b, a)
    return verdict.relation.value, verdict.reason


def test_three_figures_and_a_day_make_another_occasion() -> None:
    one, other = BULLETIN.format(212, "Monday", 340), BULLETIN.format(187, "Thursday", 305)
    assert relation(one, other) == ("distinct", "other-facts")


@pytest.mark.parametrize(
    ("one", "other"), [("Monday", "Thursday"), ("lundi", "jeudi"), ("понедельник", "четверг")]
)
def test_another_day_alone_is_another_occasion(one: str, other: str) -> None:
    calm = "There is no news of the water on {} morning. " + BULLETIN[BULLETIN.index("Skippers") :]
    assert relation(calm.format(one), calm.format(other)) == ("distinct", "other-facts")


def test_other_names_make_another_occasion() -> None:
    one, other = MATCH.format("Velden", "Ostrow", "Miro"), MATCH.format("Lunde", "Tasch", "Kestrin")
    assert relation(one, other) == ("distinct", "other-facts")


def test_a_correction_of_one_of_three_figures_is_near() -> None:
    one, other = BULLETIN.format(212, "Monday", 340), BULLETIN.format(212, "Monday", 304)
    assert relation(one, other) == ("near", "similar")


def test_an_update_has_more_to_say_and_keeps_its_names() -> None:
    story = MATCH.format("Velden", "Ostrow", "Miro") + " " + article("rest", 150)
    one = story + " The damage is put at 40 crowns, by others at 52, and 7 people were hurt."
    other = story + (
        " The damage is put at 90 crowns, by others at 75, and 7 people were hurt. The mayor of the"
        " town said that it would be made good before the winter sets in, whatever it may cost."
    )
    assert relation(one, other) == ("near", "similar")


def test_slots_are_what_stands_between_the_same_words() -> None:
    found = read_plainly("It rose 3.5 percent on Monday, and Velden too", 3).slots
    assert found.kinds.tolist() == [1, 2, 3]
    assert len(found.skeleton) == len(["It", "rose", "#", "percent", "on", "#", "and", "#", "too"])


def test_texts_without_facts_or_words_have_no_slots() -> None:
    for text in ("", "nothing is stated here", "42"):
        assert len(read_plainly(text, 3).slots.kinds) == (text == "42")
