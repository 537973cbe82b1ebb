"""Sketches of staged articles: made where the articles are, gathered where they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedupe.detect import Parameters, Sketches, sketch
from dedupe.pipeline import staging
from dedupe.pipeline.batch import Live
from dedupe.pipeline.mapped import Mapped, Scratch

ON_DISK = 50_000
"""Documents from which signatures and anchors, 800 bytes each, are gathered in files and not in
memory."""


def write_sketches(path: Path, texts: Sequence[str], parameters: Parameters) -> None:
    """Sketch a shard's texts into a file beside it."""
    found = sketch(texts, parameters)
    flat = pa.array(found.signatures.reshape(-1), pa.uint32())
    anchors = pa.LargeListArray.from_arrays(pa.array(found.bounds), pa.array(found.anchors))
    columns = {
        "content": pa.array(found.content),
        "shingles": pa.array(found.shingles),
        "signature": pa.FixedSizeListArray.from_arrays(flat, parameters.permutations),
        "anchors": anchors,
    }
    staging.write_table(path, pa.table(columns))


def gather(live: Live, shards: Sequence[Path], folder: Path) -> Sketches:
    """The sketches of the documents that go on, in their order, from the shards' files.

    Args:
        live: the documents.
        shards: files of sketches, one for each shard of the batch.
        folder: where the sketches of very many documents go.
    """
    places = live.batch.bounds
    shard_of = np.searchsorted(places, live.rows, side="right") - 1
    order = np.argsort(shard_of, kind="stable")
    ends = np.cumsum(np.bincount(shard_of, minlength=len(shards)))
    counts = np.zeros(len(live), np.int64)
    width = 1
    for shard, path in enumerate(shards):
        table = Mapped(path).table
        width = table.schema.field("signature").type.list_size
        to = order[(ends[shard - 1] if shard else 0) : ends[shard]]
        lengths = pc.list_value_length(table["anchors"]).to_numpy()
        counts[to] = lengths[live.rows[to] - places[shard]]
    bounds = np.concatenate(([0], np.cumsum(counts)))
    content = np.empty(len(live), np.uint64)
    shingles = np.empty(len(live), np.uint32)
    signatures: NDArray[np.uint32] = np.empty((0, width), np.uint32)
    anchors: NDArray[np.uint64] = np.empty(0, np.uint64)
    if len(live) > ON_DISK:
        lists = Scratch(folder / "signatures", np.uint32, (len(live), width))
        keys = Scratch(folder / "anchors", np.uint64, (int(bounds[-1]),))
        live.batch.hold(lists)
        live.batch.hold(keys)
        signatures, anchors = lists.array, keys.array
    else:
        signatures = np.empty((len(live), width), np.uint32)
        anchors = np.empty(int(bounds[-1]), np.uint64)
    for shard, path in enumerate(shards):
        to = order[(ends[shard - 1] if shard else 0) : ends[shard]]
        if not len(to):
            continue
        part = Mapped(path).table.take(pa.array(live.rows[to] - places[shard])).combine_chunks()
        content[to] = part["content"].to_numpy()
        shingles[to] = part["shingles"].to_numpy()
        flat = part["signature"].chunk(0).flatten().to_numpy()
        signatures[to] = flat.reshape(-1, width)
        values = part["anchors"].chunk(0).flatten().to_numpy()
        starts = np.repeat(bounds[to] - np.cumsum(counts[to]) + counts[to], counts[to])
        anchors[starts + np.arange(len(values))] = values
        live.batch.looked(len(to))
    return Sketches(content, shingles, signatures, anchors, bounds)
