"""Two texts at one address: one article in two versions, or an address used again."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from dedupe.detect import compare, same_article
from dedupe.detect.same_address import REVISED, UNRELATED
from tests.detect.prose import article, copy_edit, first_part, report
from tests.newsroom import story

NAMES = "Adeyemi Brandt Castellane Dufresne Ekberg Fontaine Grigorescu Halloran".split()  # noqa: SIM905


def dispatch(names: list[str], turns: str) -> str:
    """A report written to a pattern, with turns of phrase of its own between the standing ones."""
    random = Random(turns)
    lines = [
        "According to the statement, {name} will not comment on the matter before",
        "In a letter to the board, {name} asked that the committee look into",
        "People who know {name} said on condition of anonymity that there was",
    ]
    return " ".join(
        f"{line.format(name=name)} {copy_edit('- ' * 7, random.random(), 1.0)}."
        for name, line in zip(names, lines * 3, strict=False)
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_stories_written_to_one_pattern_are_articles_of_their_own(language: str) -> None:
    bodies = [story(number, language=language).body for number in range(30)]
    assert not any(same_article(*two) for two in combinations(bodies, 2))


def test_a_pattern_filled_with_other_names_is_another_article() -> None:
    ours, theirs = NAMES, [name[::-1].title() for name in NAMES]
    one, other = dispatch(ours, "ours"), dispatch(theirs, "theirs")
    assert UNRELATED <= compare(one, other).containment < REVISED
    assert not same_article(one, other)


def test_a_story_rewritten_around_the_same_names_is_a_version() -> None:
    assert same_article(dispatch(NAMES, "morning"), dispatch(NAMES, "evening"))


def test_a_template_filled_with_other_figures_at_one_address_is_a_version() -> None:
    """A page of closing prices is updated day by day."""
    assert same_article(report(1), report(2))


@pytest.mark.parametrize("kept", [2, 3, 4, 5])
def test_a_story_of_which_some_paragraphs_stay_is_a_version(kept: int) -> None:
    old = story(1, paragraphs=6, language="en")
    new = [*old.paragraphs[:kept], *story(2, paragraphs=6 - kept, language="en").paragraphs]
    assert same_article(old.body, "\n\n".join(new))


@pytest.mark.parametrize("seed", range(10))
def test_edits_cuts_additions_and_other_figures_make_versions(seed: int) -> None:
    text = article(seed, 300)
    for new in (
        text,
        copy_edit(text, seed, 0.2),
        first_part(text, 0.2),
        text + " " + article(f"more {seed}", 600),
    ):
        assert same_article(text, new)
        assert same_article(new, text)


def test_unrelated_texts_and_empty_ones_are_not_versions() -> None:
    assert not same_article(article(1), article(2))
    assert not same_article("", article(2))
    assert not same_article("", "")
