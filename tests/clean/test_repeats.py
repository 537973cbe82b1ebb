"""What stands twice is kept once, the right copy; what repeats on purpose stays."""

import pytest

from dedupe.clean import clean
from tests.clean.samples import BODY, PARAGRAPHS, TITLE, page, paragraphs


@pytest.mark.parametrize("first", [0, 1], ids=["whole", "without its lead"])
def test_a_body_scraped_twice_is_kept_once(first: int) -> None:
    second = PARAGRAPHS[first:]
    article = clean("\n\n".join([TITLE, *PARAGRAPHS, *second]))
    assert article.text == BODY
    assert {removal.stage for removal in article.removals} == {"field", "repeat"}


@pytest.mark.parametrize("boxes", [1, 2], ids=["one container", "two containers"])
def test_a_body_printed_twice_in_a_page_is_kept_once(boxes: int) -> None:
    both = paragraphs() + ("</div><div>" if boxes == 2 else "") + paragraphs()
    assert clean(page(f"<h1>{TITLE}</h1><div>{both}</div>")).text == BODY


def test_headings_of_a_repeated_body_go_with_it() -> None:
    once = [PARAGRAPHS[0], PARAGRAPHS[1], "Un chantier hors norme", PARAGRAPHS[2], PARAGRAPHS[3]]
    assert clean("\n\n".join(once * 2)).text == "\n\n".join(once)


def test_a_standfirst_that_is_repeated_in_the_body_becomes_the_summary() -> None:
    standfirst = "Un pont " + PARAGRAPHS[1][len("Les trois ") :]
    twin = "Le pont " + PARAGRAPHS[1][len("Les trois ") :]
    article = clean("\n".join([TITLE, standfirst, PARAGRAPHS[0], twin, *PARAGRAPHS[2:]]))
    assert article.summary == standfirst
    assert article.text == "\n\n".join([PARAGRAPHS[0], twin, *PARAGRAPHS[2:]])


def test_the_title_is_not_repeated_in_the_text() -> None:
    assert (
        clean(f"{TITLE}\n\n{PARAGRAPHS[0]}\n\n{TITLE}\n\n" + "\n\n".join(PARAGRAPHS[1:])).text
        == BODY
    )


def test_a_refrain_stays() -> None:
    refrain = "Sous le pont, sous le pont, la rivière va."
    verses = [
        "Au matin les bateliers détachent leurs cordes et partent vers la mer.",
        "À midi les enfants jettent des cailloux depuis le parapet de pierre.",
        "Le soir un pêcheur s'endort contre la pile, son chien à ses pieds.",
        "La nuit plus personne ne passe, hormis le vent qui vient des salines.",
    ]
    song = "\n\n".join(line for verse in verses for line in (verse, refrain))
    assert clean(song).text.count(refrain) == 4


def test_a_quotation_that_comes_back_stays() -> None:
    quote = "« Personne ne nous avait prévenus que la route serait coupée si longtemps »"
    text = "\n\n".join([PARAGRAPHS[0], quote, *PARAGRAPHS[1:4], quote, PARAGRAPHS[4]])
    assert clean(text).text.count(quote) == 2


def test_one_pattern_with_other_figures_is_not_a_repeat() -> None:
    lines = [
        f"L'action de la société {name} a gagné {gain} % lundi à Paris, à {price} euros, "
        "dans un marché calme."
        for name, gain, price in [("Morvane", 2, 31), ("Valbonne", 3, 58), ("Kerbrat", 1, 12)]
    ]
    assert clean("\n\n".join(lines)).text == "\n\n".join(lines)


def test_table_rows_may_repeat() -> None:
    rows = "<tr><td>Lundi</td><td>fermé toute la journée pour travaux</td></tr>" * 3
    html = page(f"<h1>{TITLE}</h1><div>{paragraphs()}<table>{rows}</table></div>")
    assert clean(html).text.count("fermé toute la journée") == 3


def test_a_block_is_not_its_own_repeat() -> None:
    chant = "On ne passe pas, on ne passe plus, disait le panneau du pont. " * 12
    assert clean(chant).text == chant.strip()


def test_a_megabyte_on_one_line_is_kept() -> None:
    line = " ".join(f"The council met on Tuesday and agreed plan {n}." for n in range(20_000))
    assert clean(line).text == line
