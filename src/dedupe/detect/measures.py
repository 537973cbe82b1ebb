"""What is measured on a pair of texts, in NumPy or compiled; the figures are equal to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from dedupe.detect import excerpts, passages
from dedupe.detect import slots as templates
from dedupe.detect.layout import I64
from dedupe.detect.pace import PAIRS
from dedupe.detect.runs import Runs, shared_count
from dedupe.detect.shingling import U64
from dedupe.detect.slots import Slots


@dataclass(frozen=True, slots=True)
class Measures:
    """One way to take the measures."""

    shared: Callable[[U64, U64], int]
    """See ``runs.shared_count``."""
    own: Callable[[Runs, Runs, int], float]
    """See ``passages.own``."""
    matched: Callable[[Slots, Slots], I64]
    """See ``slots.matched``."""
    excerpt: Callable[[Runs, Runs], bool]
    """See ``excerpts.is_excerpt``."""


PLAIN = Measures(shared_count, passages.own, templates.matched, excerpts.is_excerpt)


@cache
def compiled(kernel: ModuleType) -> Measures:
    """By ``pair_kernel``."""

    def own(runs: Runs, other: Runs, passage: int) -> float:
        share: float = kernel.own_share(runs.hashes, runs.places, runs.words, other.hashes, passage)
        return share

    def matched(left: Slots, right: Slots) -> I64:
        found: I64 = kernel.matched(
            left.kinds, left.keys, left.ordered, right.kinds, right.keys, right.ordered
        )
        return found

    def excerpt(left: Runs, right: Runs) -> bool:
        found: bool = kernel.excerpt(
            left.hashes, left.places, left.words, right.hashes, right.places, right.words
        )
        return found

    return Measures(kernel.shared_count, own, matched, excerpt)


def measures() -> Measures:
    """The compiled ones where this process has them already, else those in NumPy."""
    kernel = PAIRS.loaded()
    return PLAIN if kernel is None else compiled(kernel)
