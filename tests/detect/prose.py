"""Made-up prose, the same whenever it is made, with the edits that copies of articles show."""

from __future__ import annotations

from random import Random

_SYLLABLES = [first + second for first in "bcdfglmnprstvz" for second in "aeiou"]
_SMALL = ("the of and to in that for with on as by at from it was is be has were said").split()  # noqa: SIM905


def article(seed: int | str, length: int = 300) -> str:
    """An article of about ``length`` words: sentences, figures, names, paragraphs."""
    random = Random(f"article {seed}")
    vocabulary = [_word(random) for _ in range(900)]
    out: list[str] = []
    while len(out) < length:
        sentence = [_next(random, vocabulary) for _ in range(random.randint(8, 22))]
        sentence[0] = sentence[0].capitalize()
        sentence[-1] += ".\n\n" if random.random() < 0.25 else "."
        out.extend(sentence)
    return " ".join(out[:length]).replace("\n\n ", "\n\n")


def report(day: int) -> str:
    """A market report: the template of every day with the figures of this one."""
    random = Random(f"report {day}")
    lines = [
        "The index of leading shares {verb} {a} percent to {b} points at the close of trade.",
        "Turnover reached {b} million, after {a} million in the session before it.",
        "Among the banks, the largest lender gained {a} percent to {b} a share.",
        "Crude oil for delivery in the next month settled at {a} dollars and {b} cents a barrel.",
        "The yield of the ten year bond stood at {a} percent, a change of {b} basis points.",
        "Gold was fixed at {b} dollars an ounce, silver at {a} dollars.",
        "The exchange publishes all closing prices on its own pages after the end of trading.",
        "Traders said that investors awaited the figures on inflation due at {b} in the morning.",
    ]
    return "\n\n".join(
        line.format(verb="rose", a=f"{random.uniform(1, 90):.2f}", b=random.randint(1000, 99_999))
        for line in lines
    )


def copy_edit(text: str, seed: int | str, share: float = 0.03) -> str:
    """``text`` with this share of its words replaced."""
    random = Random(f"edit {seed}")
    return " ".join(_word(random) if random.random() < share else word for word in text.split(" "))


def first_part(text: str, share: float) -> str:
    """The first words of ``text``."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * share)])


def _word(random: Random) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 4)))


def _next(random: Random, vocabulary: list[str]) -> str:
    draw = random.random()
    if draw < 0.04:
        return str(random.randint(2, 9999))
    if draw < 0.08:
        return random.choice(vocabulary).capitalize()
    return random.choice(_SMALL) if draw < 0.45 else random.choice(vocabulary)
