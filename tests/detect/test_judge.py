"""How two texts relate, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.article import Article, Relation
from dedupe.detect import Reason, compare
from dedupe.settings import Settings
from tests.detect.prose import article, copy_edit, first_part, report

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(
    not (SHARED / "data").exists(), reason="the graded pairs lie beside the repository, not in it"
)


def relation(a: str, b: str) -> tuple[str, str]:
    verdict = compare(a, b)
    return verdict.relation.value, verdict.reason


def test_the_same_words_are_exact_whatever_stands_between_them() -> None:
    text = article(1)
    other = text.upper().replace(".", " \u2026").replace(" ", "\n")
    assert relation(text, other) == ("exact", "same-words")
    assert relation("Hello", "hello!") == ("exact", "same-words")


def test_articles_are_compared_by_their_text_alone() -> None:
    text = article(1)
    assert compare(Article(text=text, title="One"), text).relation is Relation.EXACT


@pytest.mark.parametrize("seed", range(5))
def test_another_headline_is_near(seed: int) -> None:
    text = article(seed)
    assert relation("Quite another headline above it\n\n" + text, text) == ("near", "similar")


@pytest.mark.parametrize("seed", range(5))
def test_light_editing_is_near(seed: int) -> None:
    assert relation(article(seed), copy_edit(article(seed), seed)) == ("near", "similar")


@pytest.mark.parametrize("share", [0.2, 1 / 3, 0.5, 0.7])
def test_a_part_is_contained_either_way_round(share: float) -> None:
    text = article("whole", 400)
    part = first_part(text, share)
    assert relation(text, part) == relation(part, text) == ("contained", "contained")
    assert compare(text, part).containment > 0.99


def test_independent_texts_are_distinct() -> None:
    assert relation(article(1), article(2)) == ("distinct", "low-overlap")


@pytest.mark.parametrize("day", range(5))
def test_another_day_of_the_same_report_is_distinct(day: int) -> None:
    verdict = compare(report(day), report(day + 1))
    assert verdict.jaccard > Settings().threshold
    assert (verdict.relation, verdict.reason) == (Relation.DISTINCT, Reason.OTHER_FACTS)


@pytest.mark.parametrize("day", range(5))
def test_a_correction_of_one_figure_is_near(day: int) -> None:
    text = report(day)
    figure = next(word for word in text.split() if word.isdigit())
    assert relation(text, text.replace(figure, "777")) == ("near", "similar")


def test_the_same_template_about_other_people_is_distinct() -> None:
    form = (
        "It is with sorrow that the family of {} announces the passing of {} peacefully at home "
        "among those who loved them. A service will be held in {} on the first day of spring, and "
        "friends of {} are asked to give to the hospice of {} in place of flowers, as was wished."
    )
    one = form.format("Ada Miro", "Ada", "Velden", "Ada", "Kestrin")
    other = form.format("Bruno Tasch", "Bruno", "Ostrow", "Bruno", "Lunde")
    assert relation(one, other)[0] == "distinct"


def test_common_ground_around_texts_of_their_own_is_distinct() -> None:
    ground = article("ground", 300)
    one, other = (article(name, 90) + "\n\n" + ground for name in ("one", "other"))
    verdict = compare(one, other)
    assert verdict.jaccard > Settings().threshold
    assert (verdict.relation, verdict.reason) == (Relation.DISTINCT, Reason.OWN_PASSAGES)


def test_a_phrase_in_a_long_text_is_not_contained() -> None:
    text = article(1)
    assert relation(text, " ".join(text.split()[50:60])) == ("distinct", "short-overlap")


@pytest.mark.parametrize(
    ("one", "other"), [("", ""), ("", "some words"), ("buy " * 200, "buy " * 100)]
)
def test_texts_that_say_too_little_are_distinct(one: str, other: str) -> None:
    assert compare(one, other).relation is Relation.DISTINCT


words_of = st.lists(st.sampled_from(list("abcdefg123")), max_size=60).map(" ".join)


@given(words_of, words_of)
@settings(max_examples=200, deadline=None)
def test_comparison_is_symmetric_and_its_figures_are_exact(one: str, other: str) -> None:
    verdict = compare(one, other)
    assert verdict == compare(other, one)
    assert verdict.reason in set(Reason)
    left, right = (_shingles(text.split(), 3) for text in (one, other))
    if left and right:
        assert verdict.jaccard == len(left & right) / len(left | right)
        assert verdict.containment == len(left & right) / min(len(left), len(right))
    assert (verdict.relation is Relation.EXACT) == (one == other != "")


@needs_shared
def test_graded_web_pages() -> None:
    """F1 of 0.93 on pairs that people graded; the pairs are not what the rules were made from."""
    rows = _rows("webis_ecir20_web.jsonl")
    found = [compare(row["text_a"], row["text_b"]).relation != "distinct" for row in rows]
    truth = [row["grade"] >= 1 for row in rows]
    right = sum(one and other for one, other in zip(found, truth, strict=True))
    assert 2 * right / (sum(found) + sum(truth)) >= 0.93


@needs_shared
def test_three_reports_of_one_event_are_distinct() -> None:
    texts = [path.read_text("utf-8") for path in sorted((SHARED / "seeds").glob("00[0-2]*.txt"))]
    assert len(texts) == 3
    for one in range(3):
        for other in range(one):
            assert compare(texts[one], texts[other]).relation is Relation.DISTINCT


def _rows(name: str) -> list[dict[str, object]]:
    with (SHARED / "data" / "neardup" / name).open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def _shingles(found: list[str], size: int) -> set[tuple[str, ...]]:
    size = min(size, len(found))
    return {tuple(found[at : at + size]) for at in range(len(found) - size + 1)} if found else set()
