"""The records that pass from stage to stage. The tables they end in are in ``schemas``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Stated = dt.datetime | dt.date | None
"""A time as a document states it: with or without a time of day, with or without a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What ``acquire`` gives: one input document, not yet cleaned.

    ``text`` is decoded and otherwise untouched, so that offsets into it mean something.
    ``stated`` holds the fields that came beside the text, as a row of JSONL has them: any of
    title, authors, published_at, modified_at, site, language, summary.
    """

    id: str
    source: str
    media_type: str
    text: str
    raw_hash: str
    bytes: int
    url: str | None = None
    encoding: str = "utf-8"
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A passage that was cut.

    ``start`` and ``end`` are character offsets into the decoded source; both are -1 where the
    passage is not found there as it reads (markup in its middle, a site's template).
    """

    rule: str
    stage: str
    start: int
    end: int
    text: str


class Quality(StrEnum):
    """What a page turned out to be. Only an ``ARTICLE`` goes on; the others are rejected."""

    ARTICLE = "article"
    INDEX = "index"
    LIVE = "live"
    PAYWALL = "paywall"
    BANNER = "banner"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What ``clean`` gives. A field that the document does not state is None (authors: empty).

    ``text`` is the body: blocks joined by a blank line, headings included, title and standfirst
    not. ``provenance`` names for each field given where it was read (``json-ld``, ``meta``,
    ``byline``, ``stated``, ...).
    """

    text: str
    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: Stated = None
    modified_at: Stated = None
    url: str | None = None
    site: str | None = None
    language: str | None = None
    summary: str | None = None
    removals: list[Removal] = field(default_factory=list)
    quality: Quality = Quality.ARTICLE
    provenance: Mapping[str, str] = field(default_factory=dict)


class Relation(StrEnum):
    """How two texts relate; see ``dedupe.detect``."""

    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"
    REVISION = "revision"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of comparing two texts, decided on the texts themselves.

    ``jaccard`` and ``containment`` are exact, over shingle sets; ``containment`` is the larger of
    the two directions. ``reason`` is from a closed list.
    """

    relation: Relation
    jaccard: float
    containment: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A compared pair of documents, by id. ``left`` ranks before ``right`` under the policy."""

    left: str
    right: str
    verdict: Verdict
