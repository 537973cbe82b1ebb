"""A second opinion on stored signatures: datasketch signs a sample of the texts again."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from dedupe.detect import Parameters
from dedupe.detect.signature import by_datasketch
from dedupe.detect.sketch import sketch_plainly
from dedupe.publish import Snapshot
from dedupe.settings import Settings

SAMPLE = 32
"""Articles that are signed again: those of the least ids, which are digests, so any of them."""


def signed_otherwise(snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    """Articles of a sample whose stored signature is not the one that datasketch makes."""
    ids = (
        identity
        for part in snapshot.batches("articles", ["id"])
        for identity in part["id"].to_pylist()
    )
    sample = heapq.nsmallest(SAMPLE, ids)
    texts = snapshot.rows("articles", sample, ["id", "text"]).sort_by("id")
    stored = snapshot.rows("signatures", sample, ["id", "signature"]).sort_by("id")
    written = texts["text"].to_pylist()
    again = sketch_plainly(written, Parameters.of(settings), by_datasketch).signatures
    for identity, one, other in zip(
        texts["id"].to_pylist(), stored["signature"].to_pylist(), again, strict=True
    ):
        if not np.array_equal(one, other):
            yield f"signatures: datasketch signs the text of article {identity} otherwise"
