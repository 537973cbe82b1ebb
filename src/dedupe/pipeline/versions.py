"""Which document is a version of which: same identity, other text.

A document that comes again under its URL with changed text is a new version of the same article.
Where the two texts are unrelated (``detect.same_address`` decides), the URL was reused (a ticker, a
home page, an export that gave every row the same address): then each text is a document of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dedupe.detect import same_article
from dedupe.settings import Settings
from dedupe.words import words


@dataclass(slots=True, kw_only=True)
class Entry:
    """A cleaned document of the batch on its way through detect and elect."""

    shard: int
    row: int
    document_id: str
    content_hash: str
    source: str
    words: int
    site: str | None
    title: str | None
    published_at: dt.datetime | None
    modified_at: dt.datetime | None
    id: str = ""
    version: int = 1
    unchanged: bool = False
    successor: Entry | None = None
    """The later version in this batch that replaces it."""
    predecessor: dict[str, Any] | None = None
    """The row of ``articles`` or ``duplicates`` that it replaces."""


@dataclass(slots=True)
class Versions:
    """The batch with its versions sorted out; ``live`` are the entries that go on to detect."""

    live: list[Entry] = field(default_factory=list)
    superseded: list[Entry] = field(default_factory=list)
    unchanged: int = 0


def superseded_id(document_id: str, content_hash: str) -> str:
    """The id of a version that is not the present one."""
    return _digest(f"{document_id} {content_hash}", b"")


def neighbour_id(document_id: str, content_hash: str) -> str:
    """The id of another article at the same address, which may have versions of its own."""
    return _digest(f"{document_id} {content_hash}", b"neighbour")


def cluster_apart(identity: str, left: str) -> str:
    """The cluster id of a document that leaves the cluster of ``left`` to be canonical.

    Not its own id: the cluster that it once founded, and that others now hold, may be named so.
    """
    return _digest(f"{identity} {left}", b"cluster")


def _digest(text: str, person: bytes) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16, person=person).hexdigest()


def related(old: tuple[str | None, str], new: tuple[str | None, str], settings: Settings) -> bool:
    """Whether two titles and texts under one identity are versions of one article."""
    title = words(old[0] or "")
    same_title = bool(title) and title == words(new[0] or "")
    return same_title or same_article(old[1], new[1], settings)


def resolve(
    entries: Sequence[Entry],
    history: dict[str, list[dict[str, Any]]],
    text_of: Callable[[Entry], str],
    settings: Settings,
) -> Versions:
    """Give every entry its id and version, and set aside what changes nothing.

    Args:
        entries: the batch.
        history: rows of ``articles`` and ``duplicates`` by document id, each with ``content_hash``,
            ``title``, ``text``, ``version`` and ``superseded``.
        text_of: the clean text of an entry.
        settings: the run's.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.document_id].append(entry)
    versions = Versions()
    for document_id in sorted(groups):
        group = sorted(groups[document_id], key=_age)
        _resolve_one(group, history.get(document_id, []), text_of, settings, versions)
    return versions


def _age(entry: Entry) -> tuple[bool, str, list[tuple[int, str]], str]:
    stamp = entry.modified_at or entry.published_at
    # Row 9 of a dump comes before row 10.
    natural = [
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.split(r"(\d+)", entry.source)
    ]
    return (stamp is not None, stamp.isoformat() if stamp else "", natural, entry.content_hash)


def _resolve_one(
    group: list[Entry],
    rows: list[dict[str, Any]],
    text_of: Callable[[Entry], str],
    settings: Settings,
    versions: Versions,
) -> None:
    old = {row["content_hash"] for row in rows}
    heads: list[Entry] = []
    current = [row for row in rows if not row["superseded"]]
    for entry in group:
        if entry.content_hash in old:
            entry.unchanged = True
            versions.unchanged += 1
            continue
        old.add(entry.content_hash)
        head = _related_head(entry, heads, text_of, settings)
        if head is not None:
            head.successor = entry
            entry.id, entry.version = head.id, head.version + 1
            entry.predecessor, head.predecessor = head.predecessor, None
            heads.remove(head)
            versions.superseded.append(head)
            versions.live.remove(head)
        else:
            row = _related_row(entry, current, text_of, settings)
            taken = {row["id"] for row in rows} | {other.id for other in heads}
            if row is not None:
                current.remove(row)
                entry.predecessor = row
                entry.id, entry.version = row["id"], row["version"] + 1
            elif entry.document_id in taken:
                entry.id = neighbour_id(entry.document_id, entry.content_hash)
            else:
                entry.id = entry.document_id
        heads.append(entry)
        versions.live.append(entry)


def _related_head(
    entry: Entry, heads: list[Entry], text_of: Callable[[Entry], str], settings: Settings
) -> Entry | None:
    for head in reversed(heads):
        old = head.title, text_of(head)
        if related(old, (entry.title, text_of(entry)), settings):
            return head
    return None


def _related_row(
    entry: Entry,
    rows: list[dict[str, Any]],
    text_of: Callable[[Entry], str],
    settings: Settings,
) -> dict[str, Any] | None:
    for row in rows:
        if row["text"] is None:  # not kept, so the address alone decides
            return row
        old = row["title"], row["text"]
        if related(old, (entry.title, text_of(entry)), settings):
            return row
    return None
