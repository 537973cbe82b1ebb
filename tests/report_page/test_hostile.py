"""Whatever a document says, it is shown as text."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from dedupe.report.page.markup import el, foreign, link
from tests.report_page.conftest import Newspaper


def test_no_element_and_no_attribute_comes_from_a_document(hostile: Newspaper) -> None:
    page = LexborHTMLParser(hostile.page)
    assert len(page.css("script")) == 1
    assert len(page.css("style")) == 1
    assert not page.css("img, i, b, iframe")
    for node in page.css("*"):
        assert not [name for name in node.attributes if name.startswith("on")]


def test_what_was_written_is_what_is_read(hostile: Newspaper) -> None:
    shown = LexborHTMLParser(hostile.page).css_first("#elect").text()
    assert "<script>window.owned=1</script>" in shown
    assert "[U+202E]" in shown
    assert "\u202e" not in hostile.page
    assert "\x00" not in hostile.page
    assert "\x1b" not in hostile.page


def test_only_plain_web_addresses_are_links(hostile: Newspaper) -> None:
    for anchor in LexborHTMLParser(hostile.page).css("a"):
        target = anchor.attributes["href"] or ""
        assert target.startswith(("#", "https://", "http://"))
        if not target.startswith("#"):
            assert anchor.attributes["rel"] == "noopener noreferrer"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://",
        "https://[",
        "https://a b/",
        "//example.org/",
        "ftp://example.org/",
        "https://exam\x00ple.org",
    ],
)
def test_other_addresses_are_shown_as_text(url: str) -> None:
    assert "<a " not in str(link(url))


def test_a_link_cannot_leave_its_attribute() -> None:
    shown = LexborHTMLParser(str(link("https://example.org/\"onclick='alert(1)'>")))
    assert list(shown.css_first("a").attributes) == ["href", "rel"]


def test_text_is_escaped_in_content_and_attributes() -> None:
    made = str(el("p", "<&\">'", aria_label="<&\">'"))
    assert made == ('<p aria-label="&lt;&amp;&quot;&gt;&#x27;">&lt;&amp;&quot;&gt;&#x27;</p>')


def test_what_html_forbids_is_replaced() -> None:
    assert str(el("p", "a\x00b\x1b\ud800\ufffe")) == "<p>a\ufffdb\ufffd\ufffd\ufffd</p>"


def test_a_long_title_is_shortened_and_kept_apart_from_its_surroundings() -> None:
    shown = str(foreign("word " * 1000, 50))
    assert shown.startswith("<bdi>")
    assert len(shown) < 80
