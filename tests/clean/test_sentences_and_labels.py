"""Words that open a label also open a sentence; what stands around them tells which it is."""

import pytest

from dedupe.clean import clean
from tests.clean.samples import BODY, PARAGRAPHS, TITLE, article, page, paragraphs

NOTES = {
    "en": "This post contains affiliate links: if you buy by them, the shop pays us a little.",
    "fr": "Cet article contient des liens affiliés, sur lesquels la rédaction touche une part.",
    "de": "In diesem Artikel sind Affiliate-Links enthalten. Der Preis bleibt für Sie derselbe.",
    "nl": "Ontvangen wij een commissie, dan verandert dat niets aan de prijs die u betaalt.",
}


@pytest.mark.parametrize("language", sorted(NOTES))
def test_what_a_page_earns_by_its_links_is_no_part_of_its_text(language: str) -> None:
    note = f"<p>{NOTES[language]}</p>"
    body = paragraphs(PARAGRAPHS[:3]) + note + paragraphs(PARAGRAPHS[3:])
    assert clean(page(f"<h1>{TITLE}</h1><div>{body}</div>")).text == BODY


def test_a_report_on_commissions_keeps_its_sentences() -> None:
    told = (
        "Shops must now print “this post contains affiliate links” above each review, says the new "
        "rule, and a fine of 900 euros waits for those who do not."
    )
    assert told in clean(article(extra=f"<p>{told}</p>{paragraphs(PARAGRAPHS[:1])}")).text


def test_the_place_of_a_blocked_video_is_empty() -> None:
    held = (
        "An dieser Stelle findest du einen externen Inhalt von Fernseh-Nord, der den Text ergänzt."
    )
    assert clean(article(extra=f"<div>{held} Ein Klick lädt ihn nach.</div>")).text == BODY


SENTENCES = [
    "Watch out for: some of the jackets shrink, so wash one alone before you wear it.",
    "More frequent trains: every ten minutes instead of every twenty.",
    "The new bus is 100% powered by a battery that the brakes fill on the way down.",
    "Completion can only be toggled by clicking the text, which nobody expects at all there.",
    "Drivers who sign up for the scheme pay half of the toll from the second month onwards.",
    "If you enjoyed this summer's heat, wait for the next one, says the office for weather.",
    "You must be at least 18 years old to vote on the bridge.",
    "Would you like to receive the mayor at home? She rings at every door this week.",
    "Credits expire after 12 months",
    "Choose the suppliers: baker, florist - photographer, printer",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_holds_a_labels_words_stays(sentence: str) -> None:
    """Also under a sub-heading and in a list, where it has no running text on both sides."""
    extra = f"<h2>Ce qui change</h2><p>{sentence}</p>{paragraphs(PARAGRAPHS[:1])}"
    assert sentence in clean(article(extra=extra)).text


LABELS = [
    "Powered by PagePress",
    "If you enjoyed this article, tell your neighbours about it.",
    "Must be at least 6 characters long and hold a figure",
    "Would you like to receive notifications about new posts?",
    "Bitte füllen Sie die Felder aus, um einen Kommentar zu verfassen.",
    "Lire : Que sait-on des fondations du vieux pont ?",
    "Watch: the bridge from above.",
    "More on the bridge:",
    "Le tablier au petit matin. Bildrechte: Talfunk/Ada Varnier",
    "Le tablier au petit matin. Photographe : Ada Varnier",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_goes(label: str) -> None:
    assert label not in clean(article(extra=f"<p>{label}</p>{paragraphs(PARAGRAPHS[:1])}")).text
