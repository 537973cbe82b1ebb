"""What readers wrote under a plain text goes; dates within an article keep nothing from it."""

from __future__ import annotations

import pytest

from dedupe.clean import clean
from tests.clean.samples import BODY, PARAGRAPHS, TITLE

SAID = [
    "Enfin une bonne nouvelle pour la vallée, nous n'y croyions plus depuis les deux reports.",
    "Il faudrait surtout refaire la route d'accès, qui s'effondre chaque hiver sous le bois.",
    "Vous oubliez que la voie ferrée passe dessous : on ne travaille pas la nuit sous un train.",
    "Je passe là chaque matin à vélo et je peux vous dire que les piles n'ont pas bonne mine.",
]


def under(comments: list[str], *, heading: str | None = "4 réactions") -> str:
    return "\n".join([TITLE, "", *PARAGRAPHS, "", *([heading] if heading else []), *comments])


STAMPED = [
    line
    for at, said in enumerate(SAID)
    for line in (f"Soumis par lecteur{at}, le mardi 20 mai 2025 à 1{at}h46", said)
]
SIGNED_BELOW = [
    line
    for at, said in enumerate(SAID)
    for line in (said, f"Posted by: Reader {at}, 20 May 2025 | 15:{at}2")
]
ANSWERED = [line for at, said in enumerate(SAID) for line in (f"lecteur{at}", said, "Répondre")]


@pytest.mark.parametrize("comments", [STAMPED, SIGNED_BELOW, ANSWERED])
def test_a_discussion_and_all_below_it_goes(comments: list[str]) -> None:
    article = clean(under([*comments, "Sur le même sujet, notre dossier complet de la semaine."]))
    assert article.text == BODY
    cut = "\n".join(r.text for r in article.removals if r.rule == "comment-section")
    assert all(said in cut for said in SAID)


def test_names_above_the_first_stamp_go_without_a_heading_too() -> None:
    lines = [line for at, said in enumerate(STAMPED) for line in ([said] if at else ["luc", said])]
    assert clean(under(lines, heading=None)).text == BODY


def test_two_stamps_are_no_discussion() -> None:
    """The day a story was published and the day it was changed, with text between."""
    text = "\n".join(
        [TITLE, "Publié le 20 mai 2025 à 13h35", *PARAGRAPHS, "Mis à jour le 21 mai 2025 à 9h10"]
    )
    assert clean(text).text == BODY


def test_a_story_told_by_the_hour_stays() -> None:
    """Its entries are as long as what stands above them."""
    told = [
        line
        for at, said in enumerate([*PARAGRAPHS[1:], *SAID])
        for line in (f"Le 20 mai 2025 à {at + 8}h15", said)
    ]
    text = clean("\n".join([TITLE, "", PARAGRAPHS[0], *told])).text
    assert all(said in text for said in (*PARAGRAPHS, *SAID))
