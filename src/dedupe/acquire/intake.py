"""The stage itself: inputs in, one outcome for each document in them.

What was taken in before is asked in batches, because whoever answers looks it up on disk. Memory
holds one batch and, for each document of the run, 16 bytes of digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from dedupe.acquire.arrival import Visits, stamp_of, why_unfinished
from dedupe.acquire.fetch import Follower
from dedupe.acquire.inputs import Input
from dedupe.acquire.link import Link, unfollowed
from dedupe.acquire.readers import read
from dedupe.article import Document
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings

Outcome = Document | Reject | Unchanged
Seen = Callable[[Sequence[tuple[str, str]]], Sequence[bool]]
"""Tells for each pair of id and raw_hash whether it was taken in by an earlier run."""

_BATCH = 1_000
_BATCH_BYTES = 4_000_000


def acquire(
    inputs: Iterable[Input],
    settings: Settings,
    seen: Seen | None = None,
    follow: Follower | None = None,
    visits: Visits | None = None,
) -> Iterator[Outcome]:
    """Read ``inputs`` and give each document in them exactly one outcome, in order.

    A document that ``seen`` knows with the same content is ``Unchanged``, and so is one that came
    up earlier in this run; the same holds for rejects. The same id with other content is a document
    again: a revision.

    Args:
        inputs: files and addresses, as ``expand`` lists them; files are read first.
        settings: limits, the names of fields, and what is fetched.
        seen: asked for batches of (id, raw_hash); None means that nothing was taken in before.
        follow: fetches addresses and links.
        visits: is told which inputs are finished, and which are left because they are being
            written: of those no document that is still at hand is given.

    Raises:
        InputError: an address among the inputs, and nothing is to be fetched.
    """
    met: set[bytes] = set()
    for batch in _batches(inputs, settings, follow, visits or Visits()):
        pairs = [(item.id, item.raw_hash) for item in batch if not isinstance(item, Unchanged)]
        before = iter(seen(pairs) if seen else [False] * len(pairs))
        for item in batch:
            if isinstance(item, Unchanged):
                yield item
                continue
            known = next(before)
            key = hashlib.blake2b(f"{item.id}{item.raw_hash}".encode(), digest_size=16).digest()
            if known or key in met:
                yield Unchanged(source=item.source, id=item.id)
            else:
                met.add(key)
                yield item


def _batches(
    inputs: Iterable[Input], settings: Settings, follow: Follower | None, visits: Visits
) -> Iterator[list[Outcome]]:
    batch: list[Outcome] = []
    size = 0
    for target, items in _parts(inputs, settings, follow):
        before = stamp_of(target) if target else None
        if target and (why := why_unfinished(target, before, settings.settle)):
            visits.leave(target, why)
            continue
        start, readable = len(batch), True
        for item in items:
            batch.append(item)
            size += item.bytes if isinstance(item, Document) else 0
            readable = readable and not _is_unreadable(item)
            if len(batch) == _BATCH or size >= _BATCH_BYTES:
                yield batch
                batch, size, start = [], 0, 0
        after = stamp_of(target) if target else None
        if target and target.awaited and after and after != before:
            # What was given already were whole rows; the next run will find them unchanged.
            del batch[start:]
            visits.leave(target, "it changed while it was read")
        elif target and before and after == before and readable:
            visits.finished.append((target, before))
    if batch:
        yield batch
    if follow is not None:
        # A list stays in its folder until each of its links was dealt with.
        open_still = follow.left_open
        visits.finished[:] = [done for done in visits.finished if done[0].source not in open_still]


def _parts(
    inputs: Iterable[Input], settings: Settings, follow: Follower | None
) -> Iterator[tuple[Input | None, Iterator[Outcome]]]:
    """Each input with what it holds, and then what they lead to."""
    for target in inputs:
        yield target, _items(target, settings, follow)
    if follow is not None:
        yield None, iter(follow.outcomes())


def _items(target: Input, settings: Settings, follow: Follower | None) -> Iterator[Outcome]:
    links = follow if settings.fetch == "all" else None
    if target.address is not None:
        if follow is None or settings.fetch == "never":
            raise InputError(f"{target.source}: nothing is fetched (the setting fetch)")
        if (outcome := follow.name(target.address)) is not None:
            yield outcome
    elif links is None:
        yield from unfollowed(read(target, settings))
    else:
        for item in read(target, settings):
            outcome = links.link(item, target.source) if isinstance(item, Link) else item
            if outcome is not None:
                yield outcome


def _is_unreadable(item: Outcome) -> bool:
    return isinstance(item, Reject) and item.reason is Reason.UNREADABLE
