"""Addresses that an input names without the text behind them.

A reader may give a ``Link`` beside documents and rejects: an entry of a feed that shows a teaser
only, a line of a URL list, an address of a sitemap. Whoever fetches follows it; where nobody does,
``unfollowed`` makes rejects of them, so that no input is passed over in silence. An entry of a feed
stands for a document, so each is a reject of its own; the addresses of a list are one together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from dedupe.acquire.identity import hash_bytes
from dedupe.acquire.urls import masked
from dedupe.article import Document, Stated
from dedupe.rejects import Reason, Reject, Unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address to follow.

    Args:
        url: absolute, http or https, as it was written.
        source: where it stood: ``feed.xml#3``, ``urls.txt#17``.
        kind: what is expected there: a page, or a sitemap with further addresses.
        listed_in: the source of the list that it is one address of; None for an entry of a feed.
        changed: when it last changed, as the list says; a later time is a reason to look again.
        stated: what is said about the page: the fields of ``Document.stated``.
    """

    url: str
    source: str
    kind: Literal["page", "sitemap"] = "page"
    listed_in: str | None = None
    changed: Stated = None
    stated: Mapping[str, Any] = field(default_factory=dict)


def unfollowed(
    items: Iterable[Document | Reject | Unchanged | Link],
) -> Iterator[Document | Reject | Unchanged]:
    """Turn the links among ``items`` into rejects; the addresses of one list into a single one."""
    for (is_link, listed_in), group in groupby(items, _place):
        if not is_link:
            yield from group  # type: ignore[misc]  # neither is a link
        elif listed_in is None:
            yield from (_of_entry(link) for link in group)  # type: ignore[arg-type]
        else:
            yield _of_list(listed_in, group)  # type: ignore[arg-type]


def _place(item: Document | Reject | Unchanged | Link) -> tuple[bool, str | None]:
    return isinstance(item, Link), item.listed_in if isinstance(item, Link) else None


def _of_entry(link: Link) -> Reject:
    raw_hash = hash_bytes(link.url.encode("utf-8", "replace"))
    detail = f"no text but a link to {masked(link.url)}, which was not fetched"
    return Reject.of_input(link.source, Reason.NOT_FETCHED, detail, size=0, raw_hash=raw_hash)


def _of_list(listed_in: str, links: Iterable[Link]) -> Reject:
    count, first, known_by = 0, "", b""
    for link in links:
        first = first or masked(link.url)
        count += 1
        known_by = hash_bytes(known_by + link.url.encode("utf-8", "replace")).encode()
    more = f" and {count - 1} more" if count > 1 else ""
    detail = f"a list of addresses, which were not fetched: {first}{more}"
    return Reject.of_input(
        listed_in, Reason.NOT_FETCHED, detail, size=0, raw_hash=known_by.decode()
    )
