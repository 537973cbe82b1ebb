"""Pages of HTML: the article is found, whatever stands around it, however it is named."""

import pytest

from dedupe.article import Quality
from dedupe.clean import clean
from tests.clean.samples import BODY, CONSENT, PARAGRAPHS, TITLE, article, page, paragraphs

MENU = (
    "<nav><ul>"
    + "".join(f'<li><a href="/{n}">Rubrique {n}</a></li>' for n in range(20))
    + "</ul></nav>"
)
TEASERS = "".join(
    f'<div class="card"><h3><a href="/a{n}">Un autre article sur la vallée, numéro {n}</a></h3>'
    f"<p>Deux phrases qui donnent envie de cliquer. Elles parlent d'autre chose, "
    f"évidemment.</p></div>"
    for n in range(5)
)


def test_menus_footers_and_teasers_are_left_out() -> None:
    html = page(
        f"{MENU}<div><h1>{TITLE}</h1>{paragraphs()}</div><section>{TEASERS}</section>"
        "<footer>© 2025 La Gazette de Morvane. Tous droits réservés.</footer>"
    )
    result = clean(html)
    assert result.text == BODY
    assert result.title == TITLE


@pytest.mark.parametrize(
    "banner",
    [
        '<div id="onetrust-consent-sdk"><p>{}</p><button>Accepter</button></div>',
        '<div id="cookie-law-info-bar">{}</div>',
        '<div class="cmplz-cookiebanner"><div>{}</div></div>',
        '<div class="k-7f3a"><p>{}</p><a href="#">OK</a></div>',
        "<p>{}</p>",
    ],
    ids=["platform", "plugin", "theme", "no telling name", "bare"],
)
@pytest.mark.parametrize("where", ["before", "after"])
def test_consent_banners_go_with_or_without_a_telling_name(banner: str, where: str) -> None:
    block = banner.format(CONSENT["fr"])
    inner = f"<h1>{TITLE}</h1><div>{paragraphs()}</div>"
    html = page(block + inner if where == "before" else inner + block)
    assert clean(html).text == BODY


def test_a_short_article_survives_a_long_banner() -> None:
    banner = f'<div id="didomi-host">{paragraphs([CONSENT["fr"]] * 12)}</div>'
    short = "Le conseil municipal a voté le budget lundi soir, à l'unanimité des présents."
    assert clean(page(f"{banner}<h1>{TITLE}</h1><p>{short}</p>")).text == short


@pytest.mark.parametrize("name", ["sidebar-grid__content", "modal", "related", "widget", "promo"])
def test_a_misleading_name_does_not_cost_the_article(name: str) -> None:
    assert clean(page(f'<h1>{TITLE}</h1><div class="{name}">{paragraphs()}</div>')).text == BODY


def test_inline_prompts_and_related_links_inside_the_body_go() -> None:
    html = article(
        extra="<p><strong>Lire aussi :</strong> <a href='/x'>La piscine ferme pour travaux</a></p>"
        "<blockquote class='twitter-tweet'><p>Bravo !</p>— Odile (@odile) 3 juin 2025</blockquote>"
        "<div class='newsletter'>Recevez notre newsletter chaque matin</div>"
    )
    assert clean(html).text == BODY


def test_roles_of_the_body_are_kept_as_text() -> None:
    html = article(
        extra="<h2>Un chantier suivi de près</h2>"
        "<ul><li>Trois piles reprises</li><li>Deux tabliers "
        "remplacés</li></ul><blockquote><p>On reviendra vite, c'est promis à tous.</p></blockquote>"
        "<table><tr><td>Coût</td><td>9 millions</td></tr></table>"
    )
    blocks = clean(html).text.split("\n\n")
    assert blocks[len(PARAGRAPHS) :] == [
        "Un chantier suivi de près",
        "Trois piles reprises",
        "Deux tabliers remplacés",
        "On reviendra vite, c'est promis à tous.",
        "Coût | 9 millions",
    ]


def test_captions_are_not_body() -> None:
    html = article(
        extra="<figure><img src=x><figcaption>Le viaduc. Photo O. Terrasse</figcaption></figure>"
    )
    assert clean(html).text == BODY


def test_of_several_articles_on_a_page_the_titled_one_is_taken() -> None:
    other = "".join(
        f"<article><h1>Autre sujet {n}</h1>"
        + paragraphs([f"{p} Ceci concerne le sujet {n}." for p in PARAGRAPHS] * 2)
        + "</article>"
        for n in range(3)
    )
    html = page(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>{other}")
    assert clean(html).text == BODY


def test_japanese_needs_no_spaces() -> None:
    sentences = [
        "三月の豪雨で通行止めになっていた高架橋が、六月三日に再開することになったと県が発表した。",
        "工事は当初の予定より二か月早く進んでおり、周辺の商店街からは安どの声が上がっている。",
        "費用は九億円と見込まれ、県と二つの町が半分ずつ負担することで合意したという。",
    ]
    html = page(
        f"{MENU}<div>{paragraphs(sentences)}</div><footer>著作権</footer>", title="高架橋が再開"
    )
    result = clean(html)
    assert result.text == "\n\n".join(sentences)
    assert result.language == "ja"


def test_broken_markup_is_read_all_the_same() -> None:
    html = f"<html><body><div><h1>{TITLE}</h1><p>" + "<p>".join(PARAGRAPHS) + "</b></div></table>"
    assert clean(html).text == BODY


def test_an_article_kept_in_noscript_is_found() -> None:
    html = page(f"<div id=root></div><noscript>{paragraphs()}</noscript>")
    assert clean(html).text == BODY


def test_an_article_stated_only_in_json_ld_is_found() -> None:
    node = '{"@type":"NewsArticle","headline":"%s","articleBody":"%s"}'
    ld = f'<script type="application/ld+json">{node}</script>'
    html = page("<div id=root></div>", head=ld % (TITLE, paragraphs()))
    result = clean(html)
    assert result.text == BODY
    assert result.title == TITLE


def test_removals_point_at_their_source() -> None:
    html = article(
        extra="<div class='newsletter'>Recevez notre newsletter &eacute;crite</div>", after=MENU
    )
    removals = clean(html).removals
    assert {removal.stage for removal in removals} >= {"prompt", "chrome", "field"}
    for removal in removals:
        assert 0 <= removal.start < removal.end <= len(html)
    (title,) = [removal for removal in removals if removal.rule == "title"]
    assert html[title.start : title.end] == TITLE
    (box,) = [removal for removal in removals if removal.stage == "prompt"]
    assert html[box.start : box.end] == "Recevez notre newsletter &eacute;crite"


class TestKinds:
    """Pages that are no articles say so."""

    def test_a_banner_only_page(self) -> None:
        notice = paragraphs([CONSENT["en"]] * 4)
        html = f'<html><body><div id="cookie-notice">{notice}</div></body></html>'
        assert clean(html).quality is Quality.BANNER

    def test_an_empty_page(self) -> None:
        assert clean("<html><body><div></div></body></html>").quality is Quality.EMPTY

    def test_a_live_blog(self) -> None:
        node = '{"@type":"LiveBlogPosting","headline":"En direct"}'
        head = f'<script type="application/ld+json">{node}</script>'
        assert clean(page(paragraphs(), head=head)).quality is Quality.LIVE

    def test_a_paywall_stub(self) -> None:
        html = page(
            f"<h1>{TITLE}</h1>{paragraphs(PARAGRAPHS[:1])}<p>Cet article est réservé aux "
            f"abonnés.</p>"
        )
        assert clean(html).quality is Quality.PAYWALL

    def test_an_index(self) -> None:
        links = "".join(
            f"<p><a href='/{n}'>Un titre d'article parmi beaucoup {n}</a></p>" for n in range(40)
        )
        assert clean(page(f"<p>Les nouvelles du jour.</p>{links}")).quality is Quality.INDEX

    def test_an_article(self) -> None:
        assert clean(article()).quality is Quality.ARTICLE
