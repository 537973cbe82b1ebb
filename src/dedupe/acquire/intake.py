"""The stage itself: inputs in, one outcome for each document in them.

What was taken in before is asked in batches, because whoever answers looks it up on disk. Memory
holds one batch and, for each document of the run, 16 bytes of digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from dedupe.acquire.inputs import Input
from dedupe.acquire.link import unfollowed
from dedupe.acquire.readers import read
from dedupe.article import Document
from dedupe.rejects import Reject, Unchanged
from dedupe.settings import Settings

Outcome = Document | Reject | Unchanged
Seen = Callable[[Sequence[tuple[str, str]]], Sequence[bool]]
"""Tells for each pair of id and raw_hash whether it was taken in by an earlier run."""

_BATCH = 1_000
_BATCH_BYTES = 8_000_000


def acquire(
    inputs: Iterable[Input], settings: Settings, seen: Seen | None = None
) -> Iterator[Outcome]:
    """Read ``inputs`` and give each document in them exactly one outcome, in order.

    A document that ``seen`` knows with the same content is ``Unchanged``, and so is one that came
    up earlier in this run; the same holds for rejects. The same id with other content is a document
    again: a revision.

    Args:
        inputs: files, as ``expand`` lists them.
        settings: limits and the names of fields are used.
        seen: asked for batches of (id, raw_hash); None means that nothing was taken in before.
    """
    met: set[bytes] = set()
    for batch in _batches(inputs, settings):
        pairs = [(i.id, i.raw_hash) for i in batch if not isinstance(i, Unchanged)]
        before = iter(zip(pairs, seen(pairs) if seen else [False] * len(pairs), strict=True))
        for item in batch:
            if isinstance(item, Unchanged):  # the input itself says so
                yield item
                continue
            pair, known = next(before)
            key = hashlib.blake2b("".join(pair).encode(), digest_size=16).digest()
            if known or key in met:
                yield Unchanged(source=item.source, id=item.id)
            else:
                met.add(key)
                yield item


def _batches(inputs: Iterable[Input], settings: Settings) -> Iterator[list[Outcome]]:
    batch: list[Outcome] = []
    size = 0
    for target in inputs:
        for item in unfollowed(read(target, settings)):
            batch.append(item)
            size += item.bytes if isinstance(item, Document) else 0
            if len(batch) == _BATCH or size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
