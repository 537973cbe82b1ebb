"""Plain text as scrapers leave it: the article stays, the rest goes, every cut is recorded."""

import datetime as dt

import pytest

from dedupe.article import Quality
from dedupe.clean import clean
from tests.clean.samples import BODY, CONSENT, PARAGRAPHS, TITLE

FULL = "\n".join(
    [
        "Mode sombre Mode clair",
        "Faut-il repeindre la gare ?",
        TITLE,
        "Trois cygnes vus au port",
        "",
        TITLE,
        "",
        "Par Jeanne Kerbrat | Mardi 20 mai 2025 - 13h35",
        "",
        *PARAGRAPHS,
        "",
        "Lire aussi",
        "La piscine ferme pour travaux",
        "Un marché de nuit à Valbonne",
        "",
        "Partager sur Facebook",
        "Commentaires",
        "Loading...",
        "Loading...",
        "\u00a0",
        "Faites un don pour soutenir notre rédaction",
        "En cliquant sur « S'abonner », vous acceptez notre politique de confidentialité.",
    ]
)


def test_a_scraped_page_is_reduced_to_its_body() -> None:
    assert clean(FULL).text == BODY


def test_fields_are_read_from_the_lines_around_the_title() -> None:
    article = clean(FULL)
    assert article.title == TITLE
    assert article.authors == ["Jeanne Kerbrat"]
    assert article.published_at == dt.datetime.fromisoformat("2025-05-20T13:35")
    assert article.language == "fr"
    assert article.provenance["authors"] == "byline"


def test_offsets_of_removals_are_exact() -> None:
    for removal in clean(FULL).removals:
        assert FULL[removal.start : removal.end] == removal.text


def test_every_line_is_kept_or_recorded_as_removed() -> None:
    article = clean(FULL)
    gone = "\n".join(removal.text for removal in article.removals)
    for line in filter(str.strip, FULL.splitlines()):
        assert line in article.text or line in gone


def test_what_nothing_states_stays_null() -> None:
    article = clean(BODY)
    assert article.title is None
    assert article.authors == []
    assert article.published_at is None
    assert article.site is None


def test_dates_of_events_are_not_the_publication_date() -> None:
    assert clean(f"{TITLE}\n\n{BODY}").published_at is None


def test_a_site_line_above_the_title_is_the_site() -> None:
    article = clean(f"www.gazette-morvane.example\n\n{TITLE}\n\n{BODY}")
    assert article.site == "www.gazette-morvane.example"
    assert article.title == TITLE


def test_a_title_scraped_last_is_found() -> None:
    article = clean(f"{BODY}\n\n\n{TITLE}")
    assert (article.title, article.text) == (TITLE, BODY)


def test_a_field_glued_to_the_first_sentence_is_cut_to_the_letter() -> None:
    source = f" date 2025-05-20 {BODY}"
    article = clean(source)
    assert article.published_at == dt.date(2025, 5, 20)
    assert article.text == BODY
    (removal,) = article.removals
    assert (removal.stage, source[removal.start : removal.end]) == ("field", "date 2025-05-20")


def test_key_points_become_the_summary() -> None:
    points = [
        "Le viaduc rouvre le 3 juin après les crues.",
        "La facture atteint 9 millions d'euros.",
    ]
    article = clean(
        f"{TITLE}\n\nL'essentiel\n\n" + "\n".join(f"  • {p}" for p in points) + f"\n\n{BODY}"
    )
    assert article.text == BODY
    assert article.summary == "\n".join(points)


@pytest.mark.parametrize("language", sorted(CONSENT))
def test_a_consent_notice_goes_in_seven_languages(language: str) -> None:
    article = clean(f"{CONSENT[language]}\nOK\n\n{TITLE}\n\n{BODY}\n\n{CONSENT[language]}")
    assert article.text == BODY
    assert {r.stage for r in article.removals} >= {"consent"}


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "The harbour board met on Tuesday to decide whether the old ferry\n"
        "should be kept in service for another year, and after four hours of\n"
        "debate it voted to keep it, on the condition that the company that\n"
        "runs it finds a second captain before the end of the summer season."
    )
    assert clean(wrapped).text == wrapped.replace("\n", " ")


def test_a_flash_of_one_sentence_is_an_article() -> None:
    article = clean("Le viaduc de Morvane rouvrira le 3 juin.")
    assert article.text == "Le viaduc de Morvane rouvrira le 3 juin."
    assert article.quality is Quality.ARTICLE


@pytest.mark.parametrize("nothing", ["", " ", "\n\n\t\n", "\u00a0", "\ufeff"])
def test_nothing_is_an_empty_article(nothing: str) -> None:
    article = clean(nothing)
    assert (article.text, article.quality) == ("", Quality.EMPTY)
