"""The words of invented news: Zipfian vocabularies of syllables, and patterns of sentences.

A pattern is a row of slots: a function word that stands as it is, or a kind of word to be drawn.
"""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

SYLLABLES = tuple(
    "ba be bo bra cal cor dan del dor fa fen gal gri ha hel jor ka kel lan lem lo mar mel mi nar "  # noqa: SIM905
    "nel nor o pa pel pra qui ra ren ros sa sel sta tal ter ti tor u val ver vi wen zo".split()
)
ENDINGS = {
    "noun": ("", "", "tion", "ment", "er", "ness", "ity", "age", "s", "al"),
    "verb": ("ed", "ed", "es", "ates", "ised"),
    "adjective": ("al", "ive", "ous", "ic", "able", "ed"),
    "name": ("", "", "son", "ville", "ham", "stad", "ez"),
}
SIZES = {"noun": 20_000, "verb": 6_000, "adjective": 6_000, "name": 20_000}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

NOUN_PHRASES = (
    "the N", "the N", "a N", "the A N", "an A and A N", "the N of P", "P", "P", "P and P", "F N",
    "its N", "the N in P", "more than F N", "some of the N", "a group of N", "P , a N ,",
)  # fmt: skip
TAILS = (
    "in P", "on W", "after the N", "before the N", "with F N", "for the A N", "by F per cent",
    "because of the N", "at the N in P", "without any N", "from F to F", "over the next F years",
    "since W", "under the A N", "as the N V", "to the N of the N", "against P", "near the A N",
)  # fmt: skip
OPENINGS = ("", "", "", "on W", "in P", "according to P", "meanwhile", "in the N", "for F years")
JOINTS = ("and", "but", "while", "which", "although", "where", "because", "so that")

ZIPF_STEPS = 1 << 18
"""Resolution of a draw: words rarer than one in so many are never drawn."""

IS = {"W": "day", "F": "figure", "P": "name", "N": "noun", "V": "verb", "A": "adjective"}
KINDS = ("word", *IS.values())
"""What a slot can be; a token's kind is the place in this row."""


class Vocabulary:
    """Tokens as they are written, where each kind begins, and patterns as rows of slots.

    ``written`` has every token twice: within a sentence (with a space before it), then as the
    first of a sentence (capital, no space). ``stops`` are the tokens that end a sentence.
    """

    def __init__(self) -> None:
        random = Random("vocabulary")
        plain: list[str] = []
        self.range: dict[str, tuple[int, int]] = {}
        for kind, tokens in _tokens(random).items():
            self.range[kind] = (len(plain), len(plain) + len(tokens))
            plain += tokens
        self._place = {token: at for at, token in enumerate(plain)}
        for token in sorted(_function_words()):
            self._place[token] = len(plain)
            plain.append(token)
        self.size = len(plain)
        self.written = ["," if token == "," else f" {token}" for token in plain]
        self.written += [token[0].upper() + token[1:] for token in plain]
        self.stops = {end: len(self.written) + at for at, end in enumerate(STOPS)}
        self.written += STOPS
        self.zipf = {kind: _zipf(*self.range[kind]) for kind in ("noun", "verb", "adjective")}
        self.sentences = self._patterns(_sentence(random) for _ in range(600))
        self.titles = self._patterns(_title(random) for _ in range(200))

    def _patterns(self, patterns: object) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Slots of all patterns in a row: kinds, tokens; then first slot and length of each."""
        kinds, tokens, lengths = [], [], []
        for pattern in patterns:
            slots = pattern.split()
            lengths.append(len(slots))
            for slot in slots:
                kinds.append(KINDS.index(IS.get(slot, "word")))
                tokens.append(0 if slot in IS else self._place[slot])
        sizes = np.array(lengths)
        return np.array(kinds, np.int8), np.array(tokens), np.cumsum(sizes) - sizes, sizes


STOPS = [". ", ".\n\n", ".", ""]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary: always the same."""
    return Vocabulary()


def _tokens(random: Random) -> dict[str, list[str]]:
    taken = _function_words()
    found: dict[str, list[str]] = {"day": list(DAYS), "figure": _figures(random)}
    for kind, size in SIZES.items():
        words: dict[str, None] = {}
        while len(words) < size:
            count = random.choice((1, 2, 2, 3))
            word = "".join(random.choices(SYLLABLES, k=count)) + random.choice(ENDINGS[kind])
            word = word.capitalize() if kind == "name" else word
            if len(word) > 2 and word not in taken:
                words[word] = None
                taken.add(word)
        found[kind] = list(words)
    return found


def _figures(random: Random) -> list[str]:
    figures: dict[str, None] = {}
    while len(figures) < 8000:
        whole = int(10 ** random.uniform(1, 6))
        figures[random.choice((f"{whole:,}", f"{whole:,}", f"{whole % 1000 / 10:.1f}"))] = None
    return list(figures)


def _function_words() -> set[str]:
    phrases = " ".join((*NOUN_PHRASES, *TAILS, *OPENINGS, *JOINTS, "will said", ","))
    return {word for word in phrases.split() if word not in IS}


def _zipf(first: int, last: int) -> NDArray[np.int32]:
    """Tokens of a kind, each as often as Zipf's law has it: drawn by a random place in the row."""
    weights = 1 / (np.arange(last - first) + 3.0)
    edges = np.cumsum(weights) / weights.sum()
    return (first + np.searchsorted(edges, (np.arange(ZIPF_STEPS) + 0.5) / ZIPF_STEPS)).astype(
        np.int32
    )


def _clause(random: Random) -> str:
    tails = " ".join(random.sample(TAILS, random.choice((0, 1, 1, 2))))
    return f"{random.choice(NOUN_PHRASES)} V {random.choice(NOUN_PHRASES)} {tails}"


def _sentence(random: Random) -> str:
    opening = random.choice(OPENINGS)
    parts = [opening, "," if opening and random.random() < 0.5 else "", _clause(random)]
    if random.random() < 0.55:
        parts += [random.choice(("", ",")), random.choice(JOINTS), _clause(random)]
    if random.random() < 0.15:
        parts += [",", "P", "said"]
    return " ".join(parts)


def _title(random: Random) -> str:
    return f"{random.choice(('P', 'A N', 'N', 'F N'))} V {_plain(random)} {random.choice(TAILS)}"


def _plain(random: Random) -> str:
    return random.choice(("N", "A N", "P", "N of P", "N and N"))
