"""Planted copies: edits of an article, and negatives that look like copies.

Every edit is a function of a text and a seeded random generator, so that a corpus is the same
whenever it is made. The edits follow what news sites do to a wire story; each gives its strength.
"""
# ruff: noqa: E501 - a table of phrases

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Edit = Callable[[str, Random, "Pool"], str]

CHROME = (
    "Skip to main content", "Home", "World", "Business", "Markets", "Technology", "Sport", "Opinion",
    "Sign in to your account", "Subscribe for full access", "Newsletters", "Follow us on social media",
    "Read more of our coverage here", "Most read this week", "Share this article by email",
    "All rights reserved, reproduction forbidden", "Terms of use and privacy policy", "Contact the desk",
    "Download our application for your phone", "Support independent reporting today", "Weather",
    "Crosswords and puzzles", "Classified advertisements", "Work with us", "Report an error on this page",
    "Comments are closed on this story", "You have free articles left this month", "Related stories",
    "Watch the latest videos from our studio", "Listen to our daily podcast", "Photo galleries",
)  # fmt: skip
STYLE = {
    "percent": "per cent", "U.S.": "US", "United States": "U.S.", "million": "mln", "billion": "bn",
    "said": "told reporters", "organization": "organisation", "labor": "labour", "center": "centre",
    "color": "colour", "defense": "defence", "program": "programme", '"': "\u201d", "'": "\u2019",
    " - ": " \u2014 ", "pour cent": "%", "millions": "M", "M.": "Monsieur", "St.": "Saint",
}  # fmt: skip


class Pool:
    """Passages of unrelated articles, to take intros and added paragraphs from."""

    def __init__(self, texts: list[str]) -> None:
        self.sentences = [each for text in texts for each in sentences(text) if len(each) > 60]

    def passage(self, random: Random, count: int) -> str:
        """``count`` sentences in a row."""
        start = random.randrange(len(self.sentences) - count)
        return " ".join(self.sentences[start : start + count])


def sentences(text: str) -> list[str]:
    """The sentences of ``text``, roughly."""
    # Some feeds lose the space after a full stop; an abbreviation has no three small letters.
    return [
        each for each in re.split(r"(?<=[.!?])\s+|(?<=[a-zà-ÿ]{3}[.!?])(?=[A-ZÀ-Ý])", text) if each
    ]


def paragraphs(text: str, size: int = 3) -> list[str]:
    """``text`` in paragraphs of ``size`` sentences."""
    found = sentences(text)
    return [" ".join(found[at : at + size]) for at in range(0, len(found), size)]


def headline(text: str, random: Random, pool: Pool) -> str:
    """Another headline above the text."""
    return " ".join(pool.passage(random, 1).split()[: random.randint(6, 14)]) + "\n\n" + text


def house_style(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """Spelling, quotes, dashes and abbreviations of another house; the agency's tag goes."""
    for old, new in STYLE.items():
        text = text.replace(old, new)
    return re.sub(r"^[A-Z][^()]{0,40}\((?:Reuters|AFP|AP)\)\s*\S\s*", "", text)


def local_intro(text: str, random: Random, pool: Pool) -> str:
    """One to three sentences of a local desk before the text."""
    return pool.passage(random, random.randint(1, 3)) + "\n\n" + text


def boilerplate(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """Some sixty words of a site's furniture around the text."""
    lines = random.sample(CHROME, 18)
    return "\n".join([*lines[:9], "", text, "", *lines[9:]])


def reorder(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """The paragraphs in another order."""
    parts = paragraphs(text)
    random.shuffle(parts)
    return "\n\n".join(parts)


def copy_edit(text: str, random: Random, pool: Pool) -> str:
    """Four words in a hundred dropped, doubled in meaning or replaced."""
    words = text.split(" ")
    spare = " ".join(pool.passage(random, 4).split()).split(" ")
    edited = []
    for word in words:
        draw = random.random()
        if draw < 0.015:
            continue
        edited.append(random.choice(spare) if draw < 0.03 else word)
        if draw > 0.99:
            edited.append(random.choice(spare))
    return " ".join(edited)


def update(text: str, random: Random, pool: Pool) -> str:
    """New figures (one number in three) and one to three new paragraphs."""
    text = _other_numbers(text, random, 0.33)
    parts = paragraphs(text)
    for _ in range(random.randint(1, max(1, min(3, len(parts) // 3)))):
        parts.insert(random.randrange(len(parts) + 1), pool.passage(random, 2))
    return "\n\n".join(parts)


def truncation(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """The first 40 to 75 per cent."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * random.uniform(0.4, 0.75))])


def noise(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """Two characters in a hundred misread."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "".join(
        random.choice(letters) if char.isalnum() and random.random() < 0.02 else char
        for char in text
    )


def combination(text: str, random: Random, pool: Pool) -> str:
    """Three of the edits above, one after the other."""
    for edit in random.sample(
        [headline, house_style, local_intro, boilerplate, reorder, copy_edit, update], 3
    ):
        text = edit(text, random, pool)
    return text


def hard_combination(text: str, random: Random, pool: Pool) -> str:
    """A truncation, then two others."""
    text = truncation(text, random, pool)
    for edit in random.sample([headline, house_style, local_intro, boilerplate, copy_edit], 2):
        text = edit(text, random, pool)
    return text


def other_day(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """Not a copy: the same template with other figures, days and names."""
    text = _other_numbers(text, random, 1.0)
    days = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
    ]
    for day in days:
        text = text.replace(day, f"\0{days.index(day)}")
    text = re.sub("\0(\\d)", lambda found: days[(int(found[1]) + 2) % len(days)], text)
    names = sorted(set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}", text)))
    swapped = dict(zip(names, random.sample(names, len(names)), strict=True))
    return re.sub(r"(?<=[a-z,] )[A-Z][a-z]{3,}", lambda found: swapped[found[0]], text)


def other_figures(text: str, random: Random, pool: Pool) -> str:  # noqa: ARG001
    """Not a copy: the same template with other figures; its days and names stand."""
    return _other_numbers(text, random, 1.0)


def shared_background(text: str, random: Random, pool: Pool) -> str:
    """Not a copy: another story that ends with the last third of this one.

    Two sentences from each of many stories: longer passages would make such texts excerpts of each
    other, as some draw the same ones.
    """
    words = text.split(" ")
    kept = words[-(len(words) // 3) :]
    own: list[str] = []
    while len(own) < 2 * len(kept):
        own += pool.passage(random, 2).split(" ")
    return " ".join(own) + "\n\n" + " ".join(kept)


EDITS: dict[str, Edit] = {
    each.__name__: each
    for each in (
        headline, house_style, local_intro, boilerplate, reorder, copy_edit, update, truncation,
        noise, combination, hard_combination,
    )
}  # fmt: skip
NEGATIVES: dict[str, Edit] = {each.__name__: each for each in (other_day, shared_background)}


def _other_numbers(text: str, random: Random, share: float) -> str:
    def other(found: re.Match[str]) -> str:
        if random.random() >= share:
            return found[0]
        return "".join(random.choice("123456789") if char.isdigit() else char for char in found[0])

    return re.sub(r"\d[\d,.]*\d|\d", other, text)
