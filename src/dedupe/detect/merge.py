"""Size-tiered merging of segments: few files to look into, each entry rewritten few times.

Whenever four of the newest segments are of one size tier or below, they become one (the tiers grow
by four), so that an index of n entries has O(log n) segments and has written each entry O(log n)
times. Only neighbours merge: the ordinals of a segment stay one stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.header import Header
from dedupe.detect.layout import MOST_ORDINALS, Entries, bucket_bits
from dedupe.detect.segment import Segment
from dedupe.detect.segment_writer import SegmentWriter

FAN = 4
SMALLEST_TIER = 2**14
"""Weight (entries) of the lowest tier: smaller segments are all alike."""

PART = 2**20
"""Entries that are in memory at a time."""

CANONICAL = frozenset({"content", "band", "anchor", "id"})
"""The spaces whose entries go when their document is taken out."""


def plan(headers: Sequence[Header]) -> int | None:
    """Where the newest segments that should merge begin; None if none should."""
    tiers = [max(0, header.weight // SMALLEST_TIER).bit_length() // 2 for header in headers]
    for tier in sorted(set(tiers)):
        start = len(headers)
        while start and tiers[start - 1] <= tier:
            start -= 1
        while start < len(headers) and not _worthwhile(headers[start:]):
            start += 1
        if len(headers) - start >= FAN:
            return start
    return None


def _worthwhile(headers: Sequence[Header]) -> bool:
    """Whether the first is not too large to be written again for the sake of the others."""
    others = sum(header.weight for header in headers[1:])
    span = sum(header.span for header in headers)
    return span <= MOST_ORDINALS and headers[0].weight <= max(FAN * others, SMALLEST_TIER)


def merge(folder: Path, name: str, headers: Sequence[Header], dead: NDArray[np.uint32]) -> Header:
    """One segment in place of neighbouring ones, without the entries of ``dead`` ordinals."""
    segments = [Segment(folder, header) for header in headers]
    base = headers[0].base
    writer = SegmentWriter(folder / name, base)
    writer.ids(_ids(segments))
    buried = np.unique(np.concatenate([segment.dead for segment in segments]))
    writer.dead(buried[buried < base])
    spaces = sorted({space for header in headers for space in header.spaces})
    for space in spaces:
        sections = [header.spaces[space] for header in headers if space in header.spaces]
        count = sum(section.count for section in sections)
        parts = 1 << min(*(section.bits for section in sections), (count // PART).bit_length())
        gone = dead if space in CANONICAL else dead[:0]
        merged = (_gather(segments, space, index, parts, gone) for index in range(parts))
        writer.space(space, sections[0].kind, bucket_bits(count), merged)
    return writer.close()


def _ids(segments: Sequence[Segment]) -> Iterator[NDArray[np.void]]:
    for segment in segments:
        for first in range(0, segment.header.span, PART):
            yield segment.ids(first, min(first + PART, segment.header.span))


def _gather(
    segments: Sequence[Segment], space: str, index: int, parts: int, gone: NDArray[np.uint32]
) -> Entries:
    found = [part for each in segments if (part := each.part(space, index, parts)) is not None]
    keys = np.concatenate([part.keys for part in found])
    values = np.concatenate([part.values for part in found])
    for segment in segments:
        segment.release()
    if len(gone):
        alive = ~np.isin(values, gone)
        keys, values = keys[alive], values[alive]
    return Entries(found[0].kind, keys, values)
