"""Peers that group texts, on planted copies; each in an environment of its own.

    python -m benchmarks peers install
    python -m benchmarks detect peers

What is not installed, or does not run here, is named with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.detect.corpus import file_copies
from benchmarks.detect.quality import planted_corpus, planted_scores
from benchmarks.peers import signing
from benchmarks.peers.process import Peer, why_not

WORKER = Path(signing.__file__)
SIGNERS = (
    "datasketch bulk", "datasketch update", "rensa", "gaoya", "daft", "text-dedup", "datatrove",
    "semhash",
)  # fmt: skip


def peers() -> dict[str, Any]:
    """The planted corpus, by us and by what groups texts without a history; English."""
    texts, truth, kind = planted_corpus("en")
    ids = list(texts)
    filed, _, _ = file_copies(texts, {each: kind[each] != "origin" for each in texts})
    result = {"ours": planted_scores(filed, truth, kind)}
    # Originals first, so that whoever keeps the first keeps them.
    ids.sort(key=lambda each: kind[each] != "origin")
    for name, threshold in (
        ("datasketch bulk", 0.0),
        ("datasketch bulk", 0.5),
        ("text-dedup", 0.0),
        ("text-dedup", 0.5),
    ):
        if why_not(name):
            result[name] = {"fault": why_not(name)}
            continue
        peer = Peer(name, WORKER, [texts[each] for each in ids])
        answer = peer.ask(f"group {threshold}")
        peer.close()
        if answer:
            theirs = _filed(ids, answer["groups"])
            result[f"{name}, {threshold or 'its own threshold'}"] = planted_scores(
                theirs, truth, kind
            )
    return result


def _filed(ids: Sequence[str], groups: Sequence[int]) -> dict[str, str]:
    """Who is filed under whom: under the first text of the group."""
    first: dict[int, str] = {}
    for each, group in zip(ids, groups, strict=True):
        first.setdefault(group, each)
    return {
        each: first[group] for each, group in zip(ids, groups, strict=True) if first[group] != each
    }
