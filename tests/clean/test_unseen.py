"""What shows nothing is taken out before the page is parsed, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from dedupe.clean import clean
from dedupe.clean.tags import INVISIBLE
from dedupe.clean.unseen import Shown
from tests.hostile.shapes import SENTENCE

PIECES = st.sampled_from(
    [
        *(
            "<p>one ",
            "</p>",
            "<div title='a'>",
            "</div>",
            "two. ",
            "\n",
            "&amp;",
            "a<b",
            "<b>x</b>",
        ),
        *("<script>", "<script src=a>", "</script>", "var a = '<p>';", "<style>", "</style >"),
        *(
            "<!-- ",
            "-->",
            "--!>",
            "<!-->",
            "<svg viewBox='0'>",
            "<path d=m />",
            "</svg>",
            "<svg />",
        ),
        *("<textarea>", "</textarea>", "<title>", "</title>", "<div data-a='<!-- b -->'>"),
        *("<noscript>", "</noscript>", "<SCRIPT type=x>", "</Script>", "<table>", "<td>"),
    ]
)


def seen(html: str) -> str:
    """What a reader sees of a page, by the parser alone."""
    page = LexborHTMLParser(html)
    page.strip_tags(list(INVISIBLE), recursive=True)
    return page.body.text(separator="").replace(" ", "") if page.body is not None else ""


@given(st.lists(PIECES, max_size=25))
@settings(max_examples=200, deadline=None)
def test_a_reader_sees_the_same(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert "".join(seen(Shown(html).html).split()) == "".join(seen(html).split())


@given(st.lists(PIECES, max_size=25))
@settings(max_examples=100, deadline=None)
def test_every_character_left_knows_its_place(pieces: list[str]) -> None:
    html = "".join(pieces)
    shown = Shown(html)
    assert "".join(html[shown.origin(at)] for at in range(len(shown.html))) == shown.html


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>let page = '<p>no</p>' + 1 < 2;</script>",
        "<style>p > a { color: red }</style>",
        "<!-- <p>no</p> -->",
        '<svg viewBox="0 0 1 1"><g><path d="M0 0"/></g></svg>',
        '<script type="application/json">{"a": "<b>"}</script>',
    ],
)
def test_it_is_gone(unseen: str) -> None:
    assert Shown(f"<p>a</p>\n{unseen}<p>b</p>").html == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    "kept",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle"}</script>',
        '<script type="application/ld&#x2B;json">{"@type": "NewsArticle"}</script>',
        "<svg><p>a paragraph leads out of a drawing</p></svg>",
        "<textarea><!-- </textarea><p>shown</p>",
        "<div data-ad='<script>'></div><p>shown</p><script>a</script>",
        "a<!-- b -->b",
    ],
)
def test_it_stays(kept: str) -> None:
    assert Shown(f"<body>{kept}</body>").html == f"<body>{kept}</body>"


def test_removals_stand_where_they_stood_in_the_whole_source() -> None:
    script = "<script>var a = '<nav>Menu</nav>';</script>"
    page = f"<body>{script}<!-- x --><nav>Home Sport</nav>{script}<p>{SENTENCE * 5}</p>{script}"
    (removal,) = clean(page, media_type="text/html").removals
    assert page[removal.start : removal.end] == "Home Sport"
