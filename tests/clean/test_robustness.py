"""Whatever the text says, clean returns, soon, and always the same."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.article import Article
from dedupe.clean import clean
from dedupe.clean.blocks import Stage
from dedupe.clean.words import fold
from tests.clean.samples import BODY, CONSENT, PARAGRAPHS, TITLE, article, page, paragraphs

SENTENCE = (
    "The council met on Tuesday and agreed the budget for the coming year after a long debate."
)
HUGE = {
    "5 MB of one paragraph": f"<html><body>{f'<p>{SENTENCE}</p>' * 50_000}",
    "5 MB of links": "<html><body>"
    + "<div class=nav-item><a href=/a>a link to follow</a></div>" * 90_000,
    "10,000 nested elements": "<div>" * 10_000 + f"<p>{SENTENCE}</p>" * 4 + "</div>" * 10_000,
    "10,000 nested spans": "<p>" + "<span>" * 10_000 + SENTENCE,
    "1 MB on one line": "word " * 200_000,
    "1 MB without a space": "x" * 1_000_000,
    "1 MB of open tags": "<p " * 330_000,
    "1 MB of ampersands": "<p>" + "&" * 1_000_000,
    "1 MB of comments": "<html><p>a</p>" + "<!--" * 250_000,
    "1 MB of digits": "1 " * 500_000,
    "1 MB of quotes": '"' * 1_000_000,
    "1 MB of names": "By A, " * 170_000,
    "nested JSON-LD": f'<script type="application/ld+json">{"[" * 100_000}</script><p>{SENTENCE}',
    "30,000 lines": "a\n" * 30_000,
}


@pytest.mark.parametrize("name", sorted(HUGE))
def test_hostile_documents_do_not_hold_up_a_run(name: str) -> None:
    """Each takes a second or two; a rule whose cost grows with the square would take minutes."""
    start = time.process_time()
    clean(HUGE[name])
    assert time.process_time() - start < 20


PIECES = st.one_of(
    st.sampled_from(
        [
            *PARAGRAPHS,
            *CONSENT.values(),
            TITLE,
            "Lire aussi",
            "Commentaires",
            "Loading...",
            "• un",
            "© 2025",
        ]
    ),
    st.text(max_size=40),
)
TAGS = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<h1>",
            "</h1>",
            "<article>",
            "<nav>",
            "</nav>",
            "<br>",
        ),
        *("<li>", "<a href=x>", "</a>", "<script>", "<!--", "-->", "<table><tr><td>", "<body>"),
        *("&amp;", "&#x41;", "<"),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("\n".join)
PAGES = st.lists(st.one_of(PIECES, TAGS), max_size=25).map("".join)


def check(source: str, result: Article) -> None:
    stages = {stage.value for stage in Stage}
    end = 0
    for removal in result.removals:
        assert removal.stage in stages
        assert removal.rule
        if removal.start < 0:
            # Recorded all the same: the markup hides it from the search.
            assert (removal.start, removal.end) == (-1, -1)
            assert removal.text
            continue
        assert removal.start <= removal.end <= len(source)
        assert removal.start >= end or removal.stage == "field"
        end = max(end, removal.start)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_plain_text_never_raises_and_loses_nothing_silently(text: str) -> None:
    result = clean(text, media_type="text/plain")
    check(text, result)
    accounted = fold(result.text + "\n" + "\n".join(r.text for r in result.removals))
    for line in text.splitlines():
        for word in fold(line).split():
            assert word in accounted
    for removal in result.removals:
        assert text[removal.start : removal.end] == removal.text


@given(PAGES)
@settings(max_examples=200, deadline=None)
def test_html_never_raises(markup: str) -> None:
    check(markup, clean(markup, media_type="text/html"))


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_string_at_all(text: str) -> None:
    clean(text)
    clean(text, media_type="text/html")
    clean(f"<p>\ud800{text}", media_type="text/html")


@given(
    st.permutations(
        [article(), BODY, page(paragraphs()), f"{TITLE}\n\n{BODY}\n\n{BODY}", CONSENT["fr"]]
    )
)
@settings(max_examples=20, deadline=None)
def test_the_outcome_does_not_depend_on_what_was_cleaned_before(documents: list[str]) -> None:
    alone = {document: clean(document) for document in sorted(documents)}
    assert [clean(document) for document in documents] == [
        alone[document] for document in documents
    ]


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_cleaning_adds_no_words(text: str) -> None:
    assert set(fold(clean(text, media_type="text/plain").text).split()) <= set(fold(text).split())
