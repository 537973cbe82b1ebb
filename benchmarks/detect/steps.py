"""Where the time of a sketch goes; and what versions at one address agree in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.detect.corpus import SETTINGS, newswire, timed
from benchmarks.detect.quality import candidates_among
from dedupe.detect import same_address, same_article
from dedupe.detect.encoding import encode, tables_for
from dedupe.detect.signature import permutations
from dedupe.detect.sketch import Parameters, sketch_compiled
from dedupe.detect.verify import overlap, read_compiled
from dedupe.words import words

ROUNDS = 9


def steps() -> dict[str, Any]:
    """Microseconds of CPU time a text of some 400 words in ASCII; the sketch in French too."""
    from dedupe.detect import kernel

    texts = [row["text"] for row in newswire("en") if 380 <= len(row["text"].split()) <= 440]
    texts = [text for text in texts if text.isascii()][:1500]
    french = [row["text"] for row in newswire("fr") if 380 <= len(row["text"].split()) <= 440]
    parameters = Parameters.of(SETTINGS)
    encoded = encode(texts)
    hashes = np.empty(len(encoded.data), dtype=np.uint64)
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    none = np.empty(0, dtype=np.uint8)
    tables = tables_for(encoded)
    factors = permutations(parameters.permutations, parameters.seed)
    shingles = np.random.default_rng(1).integers(0, 2**63, (len(texts), 400)).astype(np.uint64)
    mixed = np.empty(400, dtype=np.uint32)
    signatures = np.empty((len(texts), parameters.permutations), dtype=np.uint32)

    def sign() -> None:
        for row, out in zip(shingles, signatures, strict=True):
            kernel.sign(row, 400, *factors, mixed, out)

    def call() -> None:
        for row, out in zip(shingles, signatures, strict=True):
            kernel.sign(row, 0, *factors, mixed, out)

    def read() -> None:
        kernel.read_all(encoded.data, encoded.bounds, encoded.forms, *tables, hashes, none, bounds)

    def best(step: Callable[[], Any], count: int = len(texts)) -> float:
        step()
        return min(timed(step)[0] for _ in range(ROUNDS)) / count * 1e6

    return {
        "sketch": round(best(lambda: sketch_compiled(texts, parameters)), 2),
        "sketch_french": round(best(lambda: sketch_compiled(french, parameters), len(french)), 2),
        "encode": round(best(lambda: encode(texts)), 2),
        "read": round(best(read), 2),
        "minima": round(best(sign) - best(call), 2),
    }


def versions() -> dict[str, Any]:
    """Agency articles of small overlap, with like headlines and others: versions at an address?"""
    rows = newswire("en")[:14_000]
    texts = [row["text"] for row in rows]
    readings = read_compiled(texts, SETTINGS.shingle)
    verdicts: dict[str, list[bool]] = defaultdict(list)
    names: dict[str, list[float]] = defaultdict(list)
    for one, other in candidates_among(texts):
        left, right = readings[one], readings[other]
        found = overlap(left, right).containment
        if not same_address.UNRELATED <= found < same_address.REVISED:
            continue
        titles = [set(words(rows[at]["title"])) for at in (one, other)]
        shared = len(titles[0] & titles[1]) / max(1, min(map(len, titles)))
        kind = "like headlines" if shared >= 0.6 else "other headlines"
        verdicts[kind].append(same_article(texts[one], texts[other], SETTINGS))
        agreement = same_address.agreement(left.names, right.names)
        if agreement is not None:
            names[kind].append(agreement)
    return {
        kind: {
            "pairs": len(verdicts[kind]),
            "versions": round(np.mean(verdicts[kind]), 4),
            "names_agree_p1_p5_p50": np.quantile(names[kind], (0.01, 0.05, 0.5)).round(2).tolist(),
        }
        for kind in verdicts
    }
