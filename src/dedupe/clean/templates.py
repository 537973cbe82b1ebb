"""Passages that one site repeats over many different articles, learnt from its stream.

The state is counts: for each site, in how many distinct documents a passage stood. It derives
from the texts of the tables alone (``learn`` over them in the table's order rebuilds
it), is bounded for each site, and never depends on a clock or on hashes that change between
processes. A press release that many sites carry is counted once on each, so it never becomes
anybody's template; copies of one article under several addresses of one site are seen as copies
and count once.

    templates = learn(Templates(), "example.org", article)
    article = strip(article, templates.of("example.org"))

A habit is learnt beside the passages: on some sites the first paragraph of every page is the
standfirst, word for word the description that the head states. One page cannot tell that from an
excerpt.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dedupe.article import Article, Removal
from dedupe.clean.blocks import Stage
from dedupe.clean.words import fold

LEAST_DOCUMENTS = 4
"""A passage is template once it stood in this many distinct documents of the site ..."""

LEAST_SHARE = 0.01
"""... and in this share of those seen since it first appeared."""

LEAD_DOCUMENTS, LEAD_SHARE = 20, 0.8
"""A site's first paragraphs are standfirsts once so many, and such a share, were descriptions."""

MOST_PASSAGES = 20_000
"""Passages kept for one site; the rarest and oldest are forgotten first (lossy counting)."""

TEMPLATE, STANDFIRST = "site-template", "site-standfirst"
"""The rules by which ``strip`` cuts."""

_COPY = 0.5
_LONGEST_WORDS = 120


@dataclass(slots=True)
class Site:
    """What is known of one site: documents seen, and for each passage how often and since when."""

    documents: int = 0
    leads: int = 0
    """Documents whose first passage was, whole, the description."""
    passages: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Key of a passage to (documents it stood in, number of the document it first stood in)."""

    @property
    def leads_with_standfirst(self) -> bool:
        """Whether the first paragraph of this site's articles is their standfirst."""
        return self.documents >= LEAD_DOCUMENTS and self.leads >= LEAD_SHARE * self.documents

    def is_template(self, text: str) -> bool:
        """Whether a passage belongs to the site's template."""
        return self.is_template_key(passage_key(text))

    def is_template_key(self, key: int) -> bool:
        """``is_template`` for a passage whose key is known."""
        times, first = self.passages.get(key, (0, 0))
        return times >= LEAST_DOCUMENTS and times >= LEAST_SHARE * (self.documents - first + 1)


@dataclass(slots=True)
class Templates:
    """The templates of all sites."""

    sites: dict[str, Site] = field(default_factory=dict)

    def of(self, site: str) -> Site:
        """Return what is known of ``site``."""
        return self.sites.get(site) or Site()

    def rows(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield the state as rows (site, key, documents, first); key 0 carries its totals."""
        for name in sorted(self.sites):
            site = self.sites[name]
            yield name, 0, site.documents, site.leads
            for key in sorted(site.passages):
                count, first = site.passages[key]
                yield name, key, count, first

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, int, int, int]]) -> Templates:
        """Return the state that ``rows`` describe."""
        templates = cls()
        for name, key, count, first in rows:
            site = templates.sites.setdefault(name, Site())
            if key:
                site.passages[key] = (count, first)
            else:
                site.documents, site.leads = count, first
        return templates


def passage_key(text: str) -> int:
    """Return a passage's key: 63 bits of the BLAKE2b digest of its folded words; never 0."""
    digest = hashlib.blake2b(folded(text), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


def folded(text: str) -> bytes:
    """The words of ``fold(text)`` in UTF-8: what a passage is known by."""
    return fold(text).encode("utf-8", "surrogatepass")


def passages(text: str) -> list[str]:
    """Return the passages of a clean text: its blocks."""
    return [block for block in text.split("\n\n") if block.strip()]


@dataclass(frozen=True, slots=True)
class Reading:
    """A clean text as ``count`` and ``cut`` see it: its blocks, each folded and hashed once."""

    blocks: list[str]
    keys: list[int]
    """A block's key; 0 for one that is too long to be template."""
    words: list[int]
    """A block's words, where it has a key."""

    @classmethod
    def of(cls, text: str) -> Reading:
        """Read a text."""
        blocks = passages(text)
        # Of a longer one the rest need not be cut into words.
        words = [len(block.split(None, _LONGEST_WORDS)) for block in blocks]
        keys = [
            passage_key(block) if count <= _LONGEST_WORDS else 0
            for block, count in zip(blocks, words, strict=True)
        ]
        return cls(blocks, keys, words)

    def counted(self) -> dict[int, int]:
        """The keys that count, each with its words; in whatever order the blocks stand."""
        found: dict[int, int] = {}
        for key, words in zip(self.keys, self.words, strict=True):
            if key:
                found[key] = max(words, found.get(key, 0))
        return found


def learn(templates: Templates, site: str, article: Article) -> Templates:
    """Count one article's passages for its site, in place, and return ``templates``.

    Feed articles as they were before ``strip``, each document once; a text most of whose words
    stand in passages seen together before is a copy and changes nothing.
    """
    reading = Reading.of(article.text)
    known = templates.sites.setdefault(site, Site())
    count(known, reading.counted(), leads=leads_with_summary(reading.blocks, article.summary))
    return templates


def count(known: Site, keys: Mapping[int, int], *, leads: bool) -> bool:
    """Count one document's passages, in place; gives whether it was no copy and so counted.

    Args:
        known: what is known of its site.
        keys: its passages, each with its words.
        leads: whether its first passage is, whole, its description.
    """
    seen = known.passages
    found = [seen.get(key) for key in keys]
    if not keys or _is_copy(found, keys.values()):
        return False
    known.documents += 1
    known.leads += leads
    for key, before in zip(keys, found, strict=True):
        seen[key] = (before[0] + 1, before[1]) if before else (1, known.documents)
    if len(known.passages) > MOST_PASSAGES:
        forget(known, MOST_PASSAGES * 3 // 4)
    return True


def learn_all(articles: Iterable[tuple[str, Article]]) -> Templates:
    """Return the templates of (site, article) pairs in order: the state rebuilt from a table."""
    templates = Templates()
    for site, article in articles:
        learn(templates, site, article)
    return templates


def strip(article: Article, site: Site) -> Article:
    """Return ``article`` without the passages of its site's template, each recorded as a removal.

    The offsets of these removals are -1: the text alone does not tell where they stood.
    An article of which less than a tenth would be left is returned as it is.
    """
    return cut(article, Reading.of(article.text), site)


def cut(article: Article, reading: Reading, site: Site) -> Article:
    """``strip`` for a text that has been read."""
    blocks = reading.blocks
    gone = {at: TEMPLATE for at, key in enumerate(reading.keys) if site.is_template_key(key)}
    if site.leads_with_standfirst and leads_with_summary(blocks, article.summary):
        gone[0] = STANDFIRST
    keep = [block for at, block in enumerate(blocks) if at not in gone]
    if not gone or sum(map(len, keep)) * 10 < len(article.text):
        return article
    removals = [
        Removal(rule=rule, stage=Stage.TEMPLATE.value, start=-1, end=-1, text=blocks[at])
        for at, rule in sorted(gone.items())
    ]
    return dataclasses.replace(
        article, text="\n\n".join(keep), removals=[*article.removals, *removals]
    )


def leads_with_summary(blocks: list[str], summary: str | None) -> bool:
    """Whether the first of several blocks is the description, word for word."""
    return len(blocks) > 1 and bool(summary) and fold(blocks[0]) == fold(summary or "")


def _is_copy(found: Iterable[tuple[int, int] | None], counts: Iterable[int]) -> bool:
    """Whether most words stand in passages seen just once before: an article's second address."""
    total = once = often = 0
    for before, words in zip(found, counts, strict=True):
        total += words
        if before is not None:
            if before[0] == 1:
                once += words
            else:
                often += words
    return once > _COPY * max(1, total - often) and total > often


def forget(site: Site, keep: int) -> None:
    """Forget the rarest passages, oldest first, down to ``keep``."""
    ranked = sorted(site.passages.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    site.passages = dict(ranked[:keep])
