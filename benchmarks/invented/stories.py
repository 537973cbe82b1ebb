"""Invented stories, a block at a time: sentences of patterns, filled with a story's own words.

A story has six names that it keeps using and a few dozen nouns that are its topic; the other words
are drawn by Zipf's law. Blocks are drawn with NumPy, as a corpus of a million articles must not
take an afternoon.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from benchmarks.invented.vocabulary import KINDS, ZIPF_STEPS, Vocabulary, vocabulary

BLOCK = 1000
"""Stories that are drawn together."""

SITES = 60
NAMES, TOPICS = 6, 30
ON_TOPIC = 0.45
"""Share of a story's nouns that are of its topic."""

SENTENCES = (2.85, 0.45)
"""Mean and deviation of the logarithm of a story's number of sentences: some 380 words."""

PARAGRAPH = 3
EPOCH = dt.datetime(2024, 1, 1, 6, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """What was written, by whom, where and when; a copy has another site and perhaps text."""

    number: int
    title: str
    text: str
    author: str
    site: int
    published_at: str

    @property
    def url(self) -> str:
        """The address: the site, the day, the title, the number."""
        slug = "-".join(word.strip(",").lower() for word in self.title.split()[:6])
        day = self.published_at[:10].replace("-", "/")
        return f"https://{host(self.site)}/{day}/{slug}-{self.number}"


def host(site: int) -> str:
    """The name of a site."""
    return f"www.paper{site:02d}.example"


def stories(block: int, seed: int = 1) -> list[Story]:
    """The stories ``block * BLOCK`` to ``(block + 1) * BLOCK - 1``: always the same."""
    draw = np.random.default_rng((seed, block))
    words = vocabulary()
    lengths = np.clip(np.round(draw.lognormal(*SENTENCES, BLOCK)), 5, 70).astype(np.int64)
    names = draw.integers(*words.range["name"], (BLOCK, NAMES))
    topics = _drawn(draw, words, "noun", BLOCK * TOPICS).reshape(BLOCK, TOPICS)
    bodies, ends = _sentences(draw, words, lengths, names, topics, body=True)
    titles, title_ends = _sentences(draw, words, np.ones_like(lengths), names, topics, body=False)
    sites = draw.integers(0, SITES, BLOCK).tolist()
    minutes = np.sort(draw.integers(0, 1440, BLOCK)).tolist()
    day = EPOCH + dt.timedelta(days=block % 700)
    found, start, title_start = [], 0, 0
    for at in range(BLOCK):
        by = names[at]
        author = f"{words.written[by[4]].strip()} {words.written[by[5]].strip()}"
        found.append(
            Story(
                number=block * BLOCK + at,
                title=_written(words, titles[title_start : title_ends[at]]),
                text=_written(words, bodies[start : ends[at]]),
                author=author,
                site=sites[at],
                published_at=(day + dt.timedelta(minutes=minutes[at])).isoformat(),
            )
        )
        start, title_start = ends[at], title_ends[at]
    return found


def _written(words: Vocabulary, tokens: list[int]) -> str:
    return "".join(itemgetter(*tokens)(words.written))


def _drawn(
    draw: np.random.Generator, words: Vocabulary, kind: str, count: int
) -> NDArray[np.int64]:
    """So many tokens of a kind."""
    if kind in words.zipf:
        return words.zipf[kind][draw.integers(0, ZIPF_STEPS, count)].astype(np.int64)
    return draw.integers(*words.range[kind], count)


def _sentences(
    draw: np.random.Generator,
    words: Vocabulary,
    lengths: NDArray[np.int64],
    names: NDArray[np.int64],
    topics: NDArray[np.int64],
    *,
    body: bool,
) -> tuple[list[int], list[int]]:
    """The tokens of all stories in a row, and where each story ends."""
    kinds, fixed, firsts, sizes = words.sentences if body else words.titles
    story = np.repeat(np.arange(len(lengths)), lengths)
    pattern = draw.integers(0, len(sizes), len(story))
    size = sizes[pattern] + 1  # the stop
    begins = np.cumsum(size) - size
    slot = np.repeat(firsts[pattern] - begins, size) + np.arange(size.sum())
    last = begins + size - 1
    slot[last] = 0
    tokens, kind = fixed[slot], kinds[slot]
    kind[last] = 0
    of = np.repeat(story, size)
    for code, name in enumerate(KINDS[1:], 1):
        where = np.flatnonzero(kind == code)
        tokens[where] = _drawn(draw, words, name, len(where))
        if name == "name":
            tokens[where] = names[of[where], draw.integers(0, NAMES, len(where))]
        elif name == "noun":
            topical = where[draw.random(len(where)) < ON_TOPIC]
            tokens[topical] = topics[of[topical], draw.integers(0, TOPICS, len(topical))]
    tokens[begins] += words.size
    place = np.arange(len(story)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    stop = np.where(place % PARAGRAPH == PARAGRAPH - 1, words.stops[".\n\n"], words.stops[". "])
    final = np.cumsum(lengths) - 1
    stop[final] = words.stops["." if body else ""]
    tokens[last] = stop
    return tokens.tolist(), (last[final] + 1).tolist()
