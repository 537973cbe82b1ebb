"""The beginning of an article, edited, with text around it."""

from __future__ import annotations

import pytest

from dedupe.article import Relation
from dedupe.detect import compare
from dedupe.settings import Settings
from tests.detect.prose import article, copy_edit, first_part

INTRODUCTION = article("introduction", 50)
FURNITURE = article("furniture", 40)


def excerpt(seed: int, share: float) -> tuple[str, str]:
    whole = article(seed, 500)
    part = copy_edit(first_part(whole, share), seed)
    return whole, f"{INTRODUCTION}\n\n{part}\n\n{FURNITURE}"


@pytest.mark.parametrize("share", [0.4, 0.55, 0.7])
@pytest.mark.parametrize("seed", range(4))
def test_an_edited_beginning_with_text_around_it_is_contained(seed: int, share: float) -> None:
    whole, part = excerpt(seed, share)
    verdict = compare(whole, part)
    assert verdict == compare(part, whole)
    assert verdict.relation is not Relation.DISTINCT
    assert verdict.containment < Settings().containment


def test_the_setting_and_a_high_threshold_switch_it_off() -> None:
    whole, part = excerpt(1, 0.4)
    assert compare(whole, part).reason == "excerpt"
    for strict in (Settings(excerpts=False), Settings(threshold=0.6)):
        assert compare(whole, part, strict).relation is Relation.DISTINCT


def test_the_end_of_another_story_is_background() -> None:
    whole = article(1, 500)
    background = " ".join(whole.split()[250:])
    assert compare(whole, f"{INTRODUCTION}\n\n{background}\n\n{FURNITURE}").reason != "excerpt"


def test_pages_that_begin_alike_and_go_on_by_themselves_are_distinct() -> None:
    ground = article("ground", 200)
    one, other = (f"{ground}\n\n{article(name, 200)}" for name in ("one", "other"))
    assert compare(one, other).relation is Relation.DISTINCT


def test_passages_of_its_own_inside_make_another_text() -> None:
    words = article(1, 500).split()
    parts = [" ".join(words[at : at + 60]) for at in (0, 60, 120, 180)]
    mixed = " ".join(f"{part} {article(part, 30)}" for part in parts)
    assert compare(article(1, 500), mixed).relation is Relation.DISTINCT
