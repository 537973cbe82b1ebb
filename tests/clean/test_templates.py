"""A site's template is learnt from its stream: counts of passages, nothing else."""

import itertools
import random

from dedupe.article import Article
from dedupe.clean.templates import (
    LEAST_DOCUMENTS,
    MOST_PASSAGES,
    Templates,
    learn,
    learn_all,
    strip,
)

WORDS = [
    a + b
    for a, b in itertools.product(("mor", "val", "ker", "tou", "lan"), ("bo", "ri", "vane", "dic"))
]
NOTE = "Cet article a été relu par notre service des lecteurs, que l'on peut joindre le matin."
RELEASE = "La compagnie du pont se réjouit d'annoncer que les travaux seront finis avant l'été."


def _text(seed: int, *extra: str) -> str:
    draw = random.Random(seed)
    blocks = [" ".join(draw.choices(WORDS, k=20)).capitalize() + "." for _ in range(4)]
    return "\n\n".join([*blocks, *extra])


def _stream(*extra: str, count: int = 8) -> list[Article]:
    return [Article(text=_text(seed, *extra)) for seed in range(count)]


def test_a_passage_of_many_articles_of_one_site_is_cut() -> None:
    articles = _stream(NOTE)
    site = learn_all(("gazette", article) for article in articles).of("gazette")
    cleaned = strip(articles[0], site)
    assert cleaned.text == _text(0)
    assert [(r.rule, r.stage, r.text) for r in cleaned.removals] == [
        ("site-template", "template", NOTE)
    ]


def test_a_passage_must_have_been_seen_often_enough() -> None:
    articles = _stream(NOTE, count=LEAST_DOCUMENTS - 1)
    site = learn_all(("gazette", article) for article in articles).of("gazette")
    assert strip(articles[0], site) == articles[0]


def test_a_press_release_on_many_sites_is_nobodys_template() -> None:
    templates = Templates()
    for number in range(30):
        learn(templates, f"site-{number}", Article(text=_text(number, RELEASE)))
    assert all(not templates.of(f"site-{n}").is_template(RELEASE) for n in range(30))


def test_copies_of_one_article_do_not_make_it_a_template() -> None:
    article = Article(text=_text(1))
    templates = learn_all(("gazette", article) for _ in range(20))
    assert strip(article, templates.of("gazette")) == article


def test_a_site_that_opens_with_its_description_is_found_out() -> None:
    articles = [
        Article(text=f"{lead}\n\n{_text(n)}", summary=lead)
        for n, lead in enumerate(_text(1000 + n).split("\n\n")[0] for n in range(30))
    ]
    site = learn_all(("gazette", article) for article in articles).of("gazette")
    assert strip(articles[3], site).text == _text(3)


def test_the_state_survives_its_rows() -> None:
    templates = learn_all(("gazette", article) for article in _stream(NOTE))
    assert Templates.from_rows(templates.rows()) == templates


def test_the_state_is_bounded() -> None:
    templates = Templates()
    for number in range(MOST_PASSAGES // 4 + 50):
        learn(templates, "gazette", Article(text=_text(number, NOTE)))
    site = templates.of("gazette")
    assert len(site.passages) <= MOST_PASSAGES
    assert site.is_template(NOTE)


def test_an_article_is_never_emptied() -> None:
    articles = [Article(text=NOTE) for _ in range(3)]
    site = learn_all(("gazette", article) for article in _stream(NOTE)).of("gazette")
    assert strip(articles[0], site).text == NOTE
