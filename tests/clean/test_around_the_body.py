"""Right above and right below the body stands text that is sometimes body and sometimes not."""

import json

import pytest

from dedupe.article import Quality
from dedupe.clean import clean
from tests.clean.samples import BODY, PARAGRAPHS, TITLE, page, paragraphs

LEAD = "Après cinq mois de travaux, le viaduc de Morvane retrouvera ses voitures le 3 juin."


def described(text: str, body: str) -> str:
    """A page whose head describes it by ``text``."""
    return page(body, head=f'<meta name="description" content="{text}">')


def test_a_first_paragraph_that_the_description_was_made_of_stays() -> None:
    """Most systems fill the description with the text's beginning: it tells nothing."""
    html = described(
        LEAD, f"<header><h1>{TITLE}</h1><p>{LEAD}</p></header><div>{paragraphs()}</div>"
    )
    assert clean(html).text == f"{LEAD}\n\n{BODY}"


@pytest.mark.parametrize(
    "lead",
    [
        f'<p class="article__chapo">{LEAD}</p>',
        f'<p class="article__desc">{LEAD}</p>',
        f"<h2>{LEAD}</h2>",
        f'<div class="x7"><span>{LEAD}</span></div>',
    ],
    ids=["name", "short name", "heading", "no paragraph"],
)
def test_a_standfirst_is_known_by_its_markup(lead: str) -> None:
    html = described(LEAD, f"<header><h1>{TITLE}</h1>{lead}</header><div>{paragraphs()}</div>")
    assert clean(html).text == BODY
    assert clean(html).summary == LEAD


POINTS = ["Le viaduc rouvre le 3 juin après les crues.", "La facture atteint 9 millions d'euros."]
LIST = "<ul>" + "".join(f"<li>{point}</li>" for point in POINTS) + "</ul>"


def test_key_points_under_a_heading_are_a_section_of_the_article() -> None:
    html = page(f"<h1>{TITLE}</h1><div><h2>À retenir</h2>{LIST}{paragraphs()}</div>")
    assert clean(html).text == "\n\n".join(["À retenir", *POINTS, *PARAGRAPHS])


def test_a_bare_list_before_the_first_paragraph_is_a_standfirst() -> None:
    result = clean(page(f"<h1>{TITLE}</h1><div>{LIST}{paragraphs()}</div>"))
    assert result.text == BODY
    assert result.summary == "\n".join(POINTS)


def stating(body: str, visible: str) -> str:
    """A page that states ``body`` for machines and shows ``visible``."""
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": body})
    return page(visible, head=f'<script type="application/ld+json">{data}</script>')


def test_a_stub_of_a_body_that_the_page_states_whole_is_that_body() -> None:
    visible = f"<main><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><p>Abonnez-vous pour lire.</p></main>"
    result = clean(stating("\n".join(PARAGRAPHS), visible))
    assert result.text == BODY
    assert result.quality is Quality.ARTICLE


def test_a_stated_body_of_another_text_is_not_believed() -> None:
    visible = f"<main><h1>{TITLE}</h1><p>{LEAD}</p></main>"
    assert clean(stating("\n".join(PARAGRAPHS), visible)).text == LEAD


LIFE = "Ada Varnier est journaliste à la Gazette de Morvane, où elle suit les chantiers."
SIGNED = '<meta name="author" content="Ada Varnier">'


@pytest.mark.parametrize(
    "line",
    [
        LIFE,
        "Ada écrit sur les routes et les ponts depuis 2011, après des études de droit à Lyon.",
        "Reporting by Ada Varnier; additional reporting by Odile Terrasse; editing by J. Corvan.",
        "Agence Talfunk writer Odile Terrasse contributed to this report.",
    ],
)
def test_who_wrote_and_who_helped_is_no_part_of_the_text(line: str) -> None:
    html = page(f"<h1>{TITLE}</h1><div>{paragraphs([*PARAGRAPHS, line])}</div>", head=SIGNED)
    assert clean(html).text == BODY


COMMENT = "Enfin ! Dix ans que nous attendions, et les commerces du bas ont souffert plus que tous."


@pytest.mark.parametrize(
    "below",
    [
        "<h3>Sur le même chantier</h3>",
        "<p>Nos autres articles sur les ponts :</p><h4>Ponts</h4><h4>Routes</h4>",
        "<p>Suivez Ada Varnier sur Instagram</p>",
        "<p>Follow the Gazette on Bluesky.</p>",
        f'<div class="readers_comment_content"><p>{COMMENT}</p></div>',
    ],
)
def test_what_leads_nowhere_is_no_part_of_the_text(below: str) -> None:
    html = page(f"<h1>{TITLE}</h1><div>{paragraphs(PARAGRAPHS)}{below}</div>")
    assert clean(html).text == BODY


@pytest.mark.parametrize(
    "last", ["Follow the river on foot to the old mill of Morvane.", "Ils crient : non !"]
)
def test_a_last_line_that_says_something_stays(last: str) -> None:
    html = page(f"<h1>{TITLE}</h1><div>{paragraphs([*PARAGRAPHS, last])}</div>")
    assert clean(html).text == f"{BODY}\n\n{last}"


def test_an_author_of_whom_the_story_speaks_stays() -> None:
    told = ["Le prix des ponts a été remis samedi à Ada Varnier, devant deux cents personnes."]
    told += [*PARAGRAPHS[1:], LIFE]
    assert clean(page(f"<h1>Un prix</h1><div>{paragraphs(told)}</div>", head=SIGNED)).text.endswith(
        LIFE
    )


DOOR = '<h3><a href="/piscine">La piscine fermera tout l\'été pour travaux</a></h3>'


def test_a_linked_headline_within_the_text_is_a_door() -> None:
    body = paragraphs(PARAGRAPHS[:3]) + DOOR + paragraphs(PARAGRAPHS[3:])
    assert clean(page(f"<h1>{TITLE}</h1><div>{body}</div>")).text == BODY


def test_linked_headlines_that_head_the_parts_of_a_list_stay() -> None:
    names = [f"Le pont numéro {n} de la haute vallée" for n in range(1, 6)]
    parts = [
        f'<h3><a href="/pont">{n}</a></h3><p>{p}</p>'
        for n, p in zip(names, PARAGRAPHS, strict=False)
    ]
    text = clean(page(f"<h1>Les ponts de la vallée</h1><div>{''.join(parts)}</div>")).text
    assert all(name in text for name in names)


def test_all_paragraphs_between_the_title_and_a_narrow_body_are_body() -> None:
    opening = "".join(f"<div><p>{text}</p></div>" for text in PARAGRAPHS[:2])
    rest = f'<div class="article-body">{paragraphs(PARAGRAPHS[2:])}</div>'
    tail = '<div><a href="/a">Un autre sujet</a></div>' * 3
    assert clean(page(f"<h1>{TITLE}</h1>{opening}{tail}{rest}")).text == BODY
