"""An update of the index: collects what a run adds and takes out, and makes it durable at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dedupe.detect import manifest as manifests
from dedupe.detect.header import Header
from dedupe.detect.identifiers import id_keys, pack_ids
from dedupe.detect.layout import MOST_ORDINALS, Entries, Kind, bucket_bits
from dedupe.detect.manifest import Manifest
from dedupe.detect.merge import merge, plan
from dedupe.detect.segment import Segment
from dedupe.detect.segment_writer import SegmentWriter
from dedupe.detect.shingling import U64
from dedupe.detect.sketch import Sketches, sketch
from dedupe.errors import StoreError

if TYPE_CHECKING:
    from dedupe.detect.detector import Detector
    from dedupe.detect.index import Index

FLUSH = 4_000_000
"""Entries held in memory before they become a segment."""

_TEXTS = 4096


class IndexUpdate:
    """What leads from one index to the next; nothing of it counts before ``write``."""

    def __init__(self, index: Index, stamp: str) -> None:
        self._index = index
        self._path = manifests.path_of(index.folder, stamp)
        if stamp == index.manifest.stamp:
            raise StoreError(f"the index for {stamp or 'no snapshot'} cannot be updated to itself")
        self.stamp = stamp
        self._segments = list(index.manifest.segments)
        self._names = 0
        self._reset(index.manifest.end)

    def put(self, space: str, keys: U64, values: U64) -> None:
        """Stores pairs of 64 bits to be looked up by ``Index.lookup``."""
        self._put(space, Kind.OPAQUE, keys, values)

    def put_ids(self, space: str, keys: U64, ids: Sequence[str]) -> None:
        """Stores ids of documents to be looked up by ``Index.lookup_ids``."""
        self._put(space, Kind.ADDRESS, keys, self._ordinals(ids))

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Registers canonicals, so that later documents find them."""
        for at in range(0, len(ids), _TEXTS):
            part = slice(at, at + _TEXTS)
            self.add_sketches(ids[part], sketch(texts[part], self._index.parameters))

    def add_from(self, detector: Detector, ids: Sequence[str]) -> None:
        """Registers canonicals whose texts the detector has sketched."""
        for at in range(0, len(ids), _TEXTS):
            part = ids[at : at + _TEXTS]
            self.add_sketches(part, detector.sketches(part))

    def add_sketches(self, ids: Sequence[str], sketches: Sketches) -> None:
        """Registers canonicals by their sketches. Texts without words are found by id alone."""
        ordinals = self._ordinals(ids)
        self._put("id", Kind.POSTING, id_keys(pack_ids(ids)), ordinals)
        worded = np.flatnonzero(sketches.shingles)
        self._put("content", Kind.POSTING, sketches.content[worded], ordinals[worded])
        banding = self._index.parameters.banding
        bands = banding.keys(sketches.signatures[worded])
        repeated = np.repeat(ordinals[worded], banding.count)
        self._put("band", Kind.POSTING, bands.ravel(), repeated)
        anchored = np.repeat(ordinals, np.diff(sketches.bounds))
        self._put("anchor", Kind.POSTING, sketches.anchors, anchored)
        if self._pending >= FLUSH:
            self._flush()

    def remove(self, ids: Sequence[str]) -> None:
        """Takes canonicals out; ids that are none are ignored."""
        known = self._index.ordinals_of(ids)
        self._dead.extend(known.values())
        for each in ids:
            if (mine := self._given.pop(each, None)) is not None:
                self._dead.append(mine)

    def write(self) -> None:
        """Makes the index under the new stamp durable, beside the present one."""
        self._flush()
        # What a large update wrote piece by piece it joins itself: no small one shall have to.
        mine = len(self._index.manifest.segments)
        span = sum(header.span for header in self._segments[mine:])
        if len(self._segments) > mine + 1 and span <= MOST_ORDINALS:
            self._merge(mine)
        while (start := plan(self._segments)) is not None:
            self._merge(start)
        manifests.sync(self._index.folder)
        manifests.write(
            self._index.folder,
            Manifest(
                stamp=self.stamp,
                sketch=self._index.parameters.as_dict(),
                segments=tuple(self._segments),
            ),
        )

    def _merge(self, start: int) -> None:
        dead = [Segment(self._index.folder, header).dead for header in self._segments]
        gone = np.unique(np.concatenate(dead))
        merged = merge(self._index.folder, self._name(), self._segments[start:], gone)
        self._segments[start:] = [merged]

    def _put(self, space: str, kind: Kind, keys: U64, values: U64) -> None:
        self._kinds[space] = kind
        self._entries[space].append((keys.astype(np.uint64), values.astype(np.uint64)))
        self._pending += len(keys)

    def _ordinals(self, ids: Sequence[str]) -> U64:
        for each in ids:
            if each not in self._given:
                self._given[each] = self._base + len(self._ids)
                self._ids.append(each)
        return np.array([self._given[each] for each in ids], dtype=np.uint64)

    def _flush(self) -> None:
        if not (self._pending or self._dead or self._ids):
            return
        writer = SegmentWriter(self._index.folder / self._name(), self._base)
        writer.ids([pack_ids(self._ids)])
        writer.dead(np.unique(np.array(self._dead, dtype=np.uint32)))
        for space, entries in sorted(self._entries.items()):
            keys = np.concatenate([key for key, _ in entries])
            values = np.concatenate([value for _, value in entries])
            kind = self._kinds[space]
            writer.space(space, kind, bucket_bits(len(keys)), [Entries(kind, keys, values)])
        header: Header = writer.close()
        self._segments.append(header)
        self._reset(header.base + header.span)

    def _reset(self, base: int) -> None:
        self._base = base
        self._ids: list[str] = []
        self._given: dict[str, int] = {}
        self._dead: list[int] = []
        self._kinds: dict[str, Kind] = {}
        self._entries: dict[str, list[tuple[U64, U64]]] = defaultdict(list)
        self._pending = 0

    def _name(self) -> str:
        self._names += 1
        return f"{self.stamp or 'none'}-{self._names}.segment"
