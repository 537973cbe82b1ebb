"""The durable index: every canonical ever published, by key; a cache of the published tables.

Key spaces: ``content`` (all words of a text), ``band`` and ``anchor`` (see those modules), ``id``,
and whatever the pipeline puts (``seen``, ``url``). The index under a stamp is a manifest and the
segments that it names; nothing that a manifest names is ever changed, so readers and a writer do
not meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedupe.detect import manifest as manifests
from dedupe.detect.identifiers import PACKED, id_keys, pack_ids, unpack_ids
from dedupe.detect.layout import I64
from dedupe.detect.manifest import Manifest
from dedupe.detect.merge import CANONICAL
from dedupe.detect.segment import Segment
from dedupe.detect.shingling import U64
from dedupe.detect.sketch import Parameters
from dedupe.detect.update import IndexUpdate
from dedupe.errors import StoreError
from dedupe.settings import Settings

_CHUNK = 2_048
"""Keys of one pass over the segments: bounds the pages that are mapped at a time."""


class Index:
    """An open index; see ``open`` and ``create``."""

    def __init__(self, folder: Path, manifest: Manifest, parameters: Parameters) -> None:
        self.folder = folder
        self.manifest = manifest
        self.parameters = parameters
        self._segments = [Segment(folder, header) for header in manifest.segments]
        dead = [segment.dead for segment in self._segments]
        self._dead = np.unique(np.concatenate([np.empty(0, np.uint32), *dead]))

    @classmethod
    def open(cls, folder: Path, stamp: str, settings: Settings) -> Index:
        """The index that reflects the snapshot ``stamp``; "" for none published yet.

        Raises:
            StoreError: there is none, its sketches are of another kind, or files are damaged. It
                then has to be made anew, from ``create``.
        """
        manifest = manifests.read(folder, stamp)
        parameters = Parameters.of(settings)
        manifests.check_sketch(manifest, parameters)
        return cls(folder, manifest, parameters)

    @classmethod
    def create(cls, folder: Path, settings: Settings) -> Index:
        """A new, empty index under the stamp "", in place of whatever ``folder`` holds."""
        folder.mkdir(parents=True, exist_ok=True)
        parameters = Parameters.of(settings)
        for path in manifests.stored(folder):
            path.unlink()
        manifests.sync(folder)
        manifest = Manifest(stamp="", sketch=parameters.as_dict())
        manifests.write(folder, manifest)
        cls.prune(folder, "")
        return cls(folder, manifest, parameters)

    @staticmethod
    def prune(folder: Path, keep: str) -> None:
        """Deletes what the manifest for ``keep`` does not need.

        Raises:
            StoreError: there is no such manifest; nothing is deleted then.
        """
        kept = manifests.read(folder, keep)
        needed = {header.file for header in kept.segments}
        for path in manifests.stored(folder):
            if path != manifests.path_of(folder, keep):
                path.unlink(missing_ok=True)
        manifests.sync(folder)
        for path in [*folder.glob("*.segment"), *folder.glob("*.tmp")]:
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def draft(self, stamp: str) -> IndexUpdate:
        """An update that will lead from this index to the one under ``stamp``."""
        return IndexUpdate(self, stamp)

    def lookup(self, space: str, keys: U64, limit: int | None = None) -> tuple[I64, U64]:
        """Positions in ``keys`` and values of every entry with that key, by rising position.

        A key met more than ``limit`` times in a segment counts there as absent. Of canonicals that
        were removed nothing is found in the spaces ``content``, ``band``, ``anchor`` and ``id``;
        there a few foreign keys may match (see ``layout``), in other spaces none.
        """
        order = np.argsort(keys, kind="stable")
        positions: list[I64] = []
        values: list[U64] = []
        for at in range(0, len(order), _CHUNK):
            part = order[at : at + _CHUNK]
            for segment in self._segments:
                found, value = segment.lookup(space, keys[part], limit)
                positions.append(part[found])
                values.append(value)
                if len(order) > _CHUNK:
                    segment.release()
        where = np.concatenate([np.empty(0, np.int64), *positions])
        what = np.concatenate([np.empty(0, np.uint64), *values])
        if space in CANONICAL and len(self._dead):
            alive = ~np.isin(what, self._dead)
            where, what = where[alive], what[alive]
        sort = np.lexsort((what, where))
        return where[sort], what[sort]

    def lookup_ids(self, space: str, keys: U64) -> tuple[I64, list[str]]:
        """As ``lookup``, for keys that were stored by ``put_ids``."""
        positions, values = self.lookup(space, keys)
        return positions, self.ids_of(values)

    def ids_of(self, values: U64) -> list[str]:
        """The ids (32 hexadecimal digits) that ordinals stand for."""
        return unpack_ids(self.id_bytes(values))

    def id_bytes(self, values: U64) -> NDArray[np.void]:
        """The ids that ordinals stand for, 16 bytes each."""
        ordinals = np.asarray(values, dtype=np.int64)
        found = np.empty(len(ordinals), dtype=PACKED)
        if len(ordinals) and (ordinals.min() < 0 or ordinals.max() >= self.manifest.end):
            raise StoreError("the index was asked for an ordinal that it never gave out")
        for segment in self._segments:
            inside = ordinals - segment.header.base
            mine = np.flatnonzero((inside >= 0) & (inside < segment.header.span))
            found[mine] = segment.ids_at(inside[mine])
        return found

    def ordinals_of(self, ids: Sequence[str]) -> dict[str, int]:
        """The ordinals of those of ``ids`` that are canonicals of the index."""
        raw = pack_ids(ids)
        positions, values = self.lookup("id", id_keys(raw))
        same = np.flatnonzero(self.id_bytes(values) == raw[positions])
        return {
            ids[at]: int(value) for at, value in zip(positions[same], values[same], strict=True)
        }

    @property
    def segments(self) -> Sequence[Segment]:
        """The segments, in rising order of their ordinals."""
        return self._segments

    @property
    def dead(self) -> NDArray[np.uint32]:
        """Ordinals that were taken out, sorted."""
        return self._dead

    @property
    def bytes(self) -> int:
        """Bytes on disk."""
        return sum(segment.header.size for segment in self._segments)

    def problems(self) -> Iterator[str]:
        """What is damaged, reading every file in full; nothing if all is as written."""
        for segment in self._segments:
            yield from segment.problems()
            segment.release()
