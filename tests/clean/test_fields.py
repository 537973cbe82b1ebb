"""Fields are stated or null; each says where it was read; what came beside the text wins."""

import datetime as dt
import json

import pytest

from dedupe.article import Document
from dedupe.clean import clean, clean_document
from dedupe.clean.bylines import names, only_names, read_byline
from dedupe.clean.dates import find_date, parse_date
from dedupe.clean.language import detect_language
from dedupe.clean.titles import strip_site
from tests.clean.samples import BODY, TITLE, page, paragraphs

UTC2 = dt.timezone(dt.timedelta(hours=2))


def _ld(**fields: object) -> str:
    node = json.dumps({"@type": "NewsArticle", **fields})
    return f'<script type="application/ld+json">{node}</script>'


def _page(head: str = "", above: str = "") -> str:
    return page(f"<main><h1>{TITLE}</h1>{above}<article>{paragraphs()}</article></main>", head=head)


def test_json_ld_outranks_meta_outranks_the_visible_byline() -> None:
    ld = _ld(
        headline=TITLE,
        author={"@type": "Person", "name": "Ada Varnier"},
        datePublished="2025-05-20",
    )
    meta = (
        '<meta name="author" content="Luc Orsel"><meta property="og:site_name" content="Gazette">'
    )
    above = "<p>Par Jeanne Kerbrat</p><p>Publié le 21 mai 2025 à 9h05</p>"
    assert clean(_page(ld + meta, above)).authors == ["Ada Varnier"]
    assert clean(_page(meta, above)).authors == ["Luc Orsel"]
    article = clean(_page("", above))
    assert article.authors == ["Jeanne Kerbrat"]
    assert article.published_at == dt.datetime.fromisoformat("2025-05-21T09:05")
    assert article.provenance["published_at"] == "text"
    assert article.text == BODY


def test_a_time_keeps_its_zone() -> None:
    ld = _ld(
        headline=TITLE,
        datePublished="2025-05-20T13:35:00+02:00",
        dateModified="2025-05-21T08:00:00Z",
    )
    article = clean(_page(ld))
    assert article.published_at == dt.datetime(2025, 5, 20, 13, 35, tzinfo=UTC2)
    assert article.modified_at == dt.datetime(2025, 5, 21, 8, 0, tzinfo=dt.UTC)


def test_nothing_is_invented() -> None:
    article = clean(_page())
    assert (article.authors, article.published_at, article.modified_at, article.site) == (
        [],
        None,
        None,
        None,
    )


def test_what_was_stated_beside_the_text_wins() -> None:
    document = Document(
        id="1",
        source="rows.jsonl:1",
        media_type="text/plain",
        text=f"{TITLE}\n\n{BODY}",
        raw_hash="0",
        bytes=1,
        url="https://gazette.example/a",
        stated={"title": TITLE, "authors": "Ada Varnier, Luc Orsel", "published_at": "2025-05-20"},
    )
    article = clean_document(document)
    assert article.text == BODY
    assert article.authors == ["Ada Varnier", "Luc Orsel"]
    assert article.published_at == dt.date(2025, 5, 20)
    assert article.provenance["authors"] == "stated"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Par Jeanne Kerbrat", ["Jeanne Kerbrat"]),
        ("By Ada Varnier and Luc Orsel, Reuters", ["Ada Varnier", "Luc Orsel", "Reuters"]),
        ("Auteur : Odile Terrasse", ["Odile Terrasse"]),
        ("Von Jan de Vries", ["Jan de Vries"]),
        ("Por María García López", ["María García López"]),
        ("par Odile Terrasse, envoyée spéciale à Morvane", ["Odile Terrasse"]),
        ("Par ailleurs, le pont rouvrira", []),
        ("By the way, this is not one", []),
        ("Publié par La rédaction", []),
        ("De Gaulle et le pont", []),
        ("By Ada Varnier Tuesday, Aug. 17, 2010", ["Ada Varnier"]),
        ("By Rick Monday", ["Rick Monday"]),
        ("By Ada Varnier Gazette.com Archive", ["Ada Varnier"]),
    ],
)
def test_bylines(line: str, expected: list[str]) -> None:
    assert read_byline(line) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Ada Varnier, Coast Today", ["Ada Varnier"]),
        ("Ada Varnier, CoastToday, Reuters", ["Ada Varnier", "Reuters"]),
        ("Ada Varnier, Coast Tomorrow", ["Ada Varnier", "Coast Tomorrow"]),
        ("Coast Today", ["Coast Today"]),
    ],
)
def test_a_site_does_not_sign_beside_a_person(stated: str, expected: list[str]) -> None:
    html = _page(f'<meta name="author" content="{stated}">')
    assert clean(html, url="https://www.coasttoday.example/2025/bridge").authors == expected
    document = Document(
        id="0" * 32,
        source="a.jsonl#1",
        media_type="text/plain",
        text=BODY,
        raw_hash="0" * 32,
        bytes=1,
        url="https://www.coasttoday.example/2025/bridge",
        stated={"authors": ["Ada Varnier", "Coast Today"]},
    )
    assert clean_document(document).authors == ["Ada Varnier", "Coast Today"]


def test_names_are_persons_and_agencies() -> None:
    assert only_names("Jeanne Kerbrat et Luc Orsel") == ["Jeanne Kerbrat", "Luc Orsel"]
    assert only_names("Sports") == []
    assert names("https://example.org/author/ada") == []
    assert names("AFP") == ["AFP"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jeudi, 20 Nov. 2025 - 13h35", dt.datetime.fromisoformat("2025-11-20T13:35")),
        ("Publié le 1er novembre 2023 à 16h28", dt.datetime.fromisoformat("2023-11-01T16:28")),
        ("November 3, 2024 at 5:12 pm", dt.datetime.fromisoformat("2024-11-03T17:12")),
        ("12. März 2024, 14:05 Uhr", dt.datetime.fromisoformat("2024-03-12T14:05")),
        ("20 de noviembre de 2025", dt.date(2025, 11, 20)),
        ("2025年11月20日", dt.date(2025, 11, 20)),
        ("le 14 octobre", None),
        ("il y a 3 heures", None),
        ("31/02/2025", None),
    ],
)
def test_written_dates(text: str, expected: dt.date | None) -> None:
    found = find_date(text, "fr")
    assert (found.moment if found else None) == expected


def test_an_ambiguous_date_is_not_guessed_in_english() -> None:
    assert find_date("03/04/2025", "en") is None
    french, american = find_date("03/04/2025", "fr"), find_date("04/23/2025", "en")
    assert french is not None
    assert french.moment == dt.date(2025, 4, 3)
    assert american is not None
    assert american.moment == dt.date(2025, 4, 23)


def test_machine_dates() -> None:
    assert parse_date("Tue, 20 May 2025 11:00:00 +0200") == dt.datetime(
        2025, 5, 20, 11, tzinfo=UTC2
    )
    assert parse_date("0001-01-01T00:00:00Z") is None
    assert parse_date("soon") is None


def test_titles_lose_the_site_and_the_kicker() -> None:
    assert strip_site("Un pont rouvre - La Gazette", "La Gazette") == "Un pont rouvre"
    assert strip_site("Un pont rouvre | Gazette de l'Est", "") == "Un pont rouvre"
    assert strip_site("Paris - Brest : la course", "") == "Paris - Brest : la course"
    html = f'<meta property="og:title" content="{TITLE}">'
    kicked = page(f"<h1>Transports : {TITLE}</h1>{paragraphs()}", head=html)
    assert clean(kicked).title == TITLE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le pont qui est fermé depuis la crue sera rouvert dans une semaine.", "fr"),
        ("The bridge that was closed by the flood will be open again in a week.", "en"),
        ("Die Brücke, die nach der Flut geschlossen wurde, ist wieder offen.", "de"),
        ("El puente que se cerró por la riada abrirá de nuevo en una semana.", "es"),
        ("De brug die na de vloed werd gesloten is over een week weer open.", "nl"),
        ("Мост, который закрыли после наводнения, откроют через неделю.", "ru"),
        ("고가도로가 유월에 다시 열린다고 발표했다.", "ko"),
        ("zzz qqq xxx", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert detect_language(text) == language


NAMED = '<meta property="og:site_name" content="La Gazette de Morvane">'


def titled(kind: str, *, head: str, visible: str) -> str | None:
    """The title of a page whose head says one thing three times and whose heading another."""
    data = json.dumps({"@type": kind, "headline": head, "datePublished": "2025-05-20"})
    meta = f'{NAMED}<meta property="og:title" content="{head}">'
    meta += f'<script type="application/ld+json">{data}</script>'
    body = f"<main><h1>{visible}</h1>{paragraphs()}</main>"
    return clean(page(body, head=meta, title=head)).title


SEARCHED, SHOWN = "Viaduc de Morvane : réouverture et dates", "Le viaduc rouvre plus tôt que prévu"


def test_what_a_plug_in_writes_for_search_engines_is_one_statement() -> None:
    assert titled("Article", head=SEARCHED, visible=SHOWN) == SHOWN


def test_the_headline_of_a_news_article_is_its_publishers_word() -> None:
    assert titled("NewsArticle", head=SEARCHED, visible=SHOWN) == SEARCHED


def test_a_heading_in_the_sites_header_is_one_where_the_head_says_it() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2025-05-20"})
    head = f'{NAMED}<meta property="og:title" content="Le viaduc rouvre">'
    head += f'<script type="application/ld+json">{data}</script>'
    body = f'<div class="site-header"><h1>{TITLE}</h1></div><main>{paragraphs()}</main>'
    assert clean(page(body, head=head, title=TITLE)).title == TITLE


def test_a_hidden_heading_has_no_vote() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": SEARCHED, "datePublished": "2025-05-20"})
    head = f'{NAMED}<meta property="og:title" content="{SHOWN}">'
    head += f'<script type="application/ld+json">{data}</script>'
    body = f'<main><h1 class="visually-hidden">{SEARCHED}</h1>{paragraphs()}</main>'
    assert clean(page(body, head=head, title=SEARCHED)).title == SHOWN
