"""Markup made to hurt is bounded before it is parsed; the text in it stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from dedupe.clean import clean
from dedupe.clean.bounds import DEEPEST, MOST_ATTRIBUTES, bounded
from dedupe.errors import InputError
from tests.desk import Desk, outcomes
from tests.hostile.shapes import SENTENCE


def test_a_hundred_thousand_elements_in_each_other_keep_their_text() -> None:
    page = "<div>" * 100_000 + f"<p>{SENTENCE * 4}" + "</div>" * 100_000
    assert clean(page, media_type="text/html").text == (SENTENCE * 4).strip()


def test_a_million_nested_tags_are_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(InputError, match="max_elements = 250,000"):
        clean("<div>" * 1_000_000 + SENTENCE, media_type="text/html")


def test_hundreds_of_thousands_of_attributes_leave_the_text_alone() -> None:
    attributes = " ".join(f"a{i}" for i in range(300_000))
    page = f"<p {attributes}>{SENTENCE * 4}</p>"
    assert clean(page, media_type="text/html").text == (SENTENCE * 4).strip()


def test_a_million_lines_are_refused() -> None:
    with pytest.raises(InputError, match=r"1,000,000 lines"):
        clean("a\n" * 1_000_000, media_type="text/plain")


def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    page = f'<!DOCTYPE l [<!ENTITY l0 "lol">{lol}]><html><p>{SENTENCE * 3}&l9;</p></html>'
    article = clean(page, media_type="text/html")
    assert len(article.text) < 2 * len(page)


def test_a_title_of_megabytes_is_a_title() -> None:
    page = f"<title>{SENTENCE * 30_000}</title><p>{SENTENCE * 5}</p>"
    article = clean(page, media_type="text/html")
    assert article.text == (SENTENCE * 5).strip()


def test_the_depth_is_what_a_browser_would_build_at_most() -> None:
    page = "<section>" * 20_000 + "x"
    node = LexborHTMLParser(bounded(page)).css_first("body")
    depth = 0
    while node is not None and node.first_child is not None:
        node, depth = node.first_child, depth + 1
    assert depth == DEEPEST + 1


def test_attributes_beyond_the_bound_are_blank() -> None:
    page = "<p " + " ".join(f"a{i}='>'" for i in range(50_000)) + ">text"
    node = LexborHTMLParser(bounded(page)).css_first("p")
    assert node is not None
    assert len(node.attributes) == MOST_ATTRIBUTES
    assert node.text() == "text"


@pytest.mark.parametrize("first", ["", "x='>' ", 'x = "a<b>c" ', "x='\"' y=\"'>\" "])
def test_attributes_are_counted_wherever_the_tag_seems_to_end(first: str) -> None:
    page = f"<p {first}" + " ".join(f"a{i}" for i in range(30_000)) + ">text"
    node = LexborHTMLParser(bounded(page)).css_first("p")
    assert node is not None
    assert len(node.attributes) == MOST_ATTRIBUTES
    assert node.text() == "text"


TAGS = st.sampled_from(
    [
        *("<div>", "</div>", "<b>", "</b>", "<i id=1>", "<table>", "<td>", "</table>", "<p>"),
        *("<span a='<b>'>", "</span>", "<script>", "</script>", "<!--", "-->", "<template>"),
        *("</template>", "<x y=", '"', "'", ">", "<", " ", "a word ", "<style>", "</STYLE >"),
    ]
)


@given(st.lists(TAGS, max_size=30), st.integers(1, 1_500))
@settings(max_examples=60, deadline=None)
def test_bounding_keeps_every_offset_and_all_that_is_no_tag(pieces: list[str], times: int) -> None:
    page = "".join(pieces) * times
    after = bounded(page)
    assert len(after) == len(page)
    assert all(new in {old, " "} for old, new in zip(page, after, strict=True))
    assert bounded(after) == after


def test_an_ordinary_page_is_left_as_it_is() -> None:
    cards = "".join(f"<div class=card><b>{i}</b><p>{SENTENCE}<li>x</div>" for i in range(5_000))
    assert bounded(f"<html><body>{cards}</body></html>").count("<") == 3 + 30_000 + 1


def test_in_a_run_it_is_a_reject_with_its_name_and_the_others_go_on(desk: Desk) -> None:
    rows = [
        {"url": "https://a.example/1", "html": "<div>" * 2_000 + SENTENCE},
        {"url": "https://a.example/2", "text": "a\n" * 2_000},
        {"url": "https://a.example/3", "text": SENTENCE * 4},
    ]
    path = desk.inputs / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert outcomes(desk.ingest(path, max_elements=1_000)) == {"articles": 1, "rejects": 2}
    assert {(row["reason"], row["detail"]) for row in desk.rows("rejects")} == {
        ("too-complex", "2,000 tags, more than max_elements = 1,000"),
        ("too-complex", "2,000 lines, more than max_elements = 1,000"),
    }
