"""Sketches of staged articles: made where the articles are, gathered where they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from dedupe.detect import Parameters, Sketches, sketch
from dedupe.pipeline import staging
from dedupe.pipeline.batch import Live

ON_DISK = 50_000
"""Documents from which signatures, half a kilobyte each, are gathered in a file and not in memory.
"""


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


def gather(live: Live, shards: Sequence[Path], scratch: Path) -> Sketches:
    """The sketches of the documents that go on, in their order, from the shards' files."""
    places = live.batch.bounds
    shard_of = np.searchsorted(places, live.rows, side="right") - 1
    content = np.empty(len(live), np.uint64)
    shingles = np.empty(len(live), np.uint32)
    counts = np.zeros(len(live), np.int64)
    tables = [staging.read(path) for path in shards]
    width = tables[0].schema.field("signature").type.list_size if tables else 1
    shape = (len(live), width)
    signatures = (
        np.memmap(scratch, np.uint32, "w+", shape=shape)
        if len(live) > ON_DISK
        else np.empty(shape, np.uint32)
    )
    order = np.argsort(shard_of, kind="stable")
    ends = np.cumsum(np.bincount(shard_of, minlength=len(tables)))
    anchors = []
    for shard, table in enumerate(tables):
        to = order[(ends[shard - 1] if shard else 0) : ends[shard]]
        if not len(to):
            continue
        rows = pa.array(live.rows[to] - places[shard])
        part = table.take(rows).combine_chunks()
        content[to] = part["content"].to_numpy()
        shingles[to] = part["shingles"].to_numpy()
        flat = part["signature"].chunk(0).flatten().to_numpy()
        signatures[to] = flat.reshape(-1, width)
        lists = part["anchors"].chunk(0)
        counts[to] = np.diff(lists.offsets.to_numpy())
        anchors.append((to, lists.flatten().to_numpy()))
    bounds = np.concatenate(([0], np.cumsum(counts)))
    joined = np.empty(int(bounds[-1]), np.uint64)
    for to, values in anchors:
        starts = np.repeat(bounds[to] - np.cumsum(counts[to]) + counts[to], counts[to])
        joined[starts + np.arange(len(values))] = values
    return Sketches(content, shingles, signatures, joined, bounds)
