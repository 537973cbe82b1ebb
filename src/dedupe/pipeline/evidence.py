"""Evidence: which of the rejected pairs are kept, so that people can ask what nearly matched.

Texts that share stock sentences reject each other by the square of their number; what a person
asks is what came closest to *this* document. So each document keeps its closest rejected pairs, and
a pair lives as long as one of its two documents keeps it: at most ``CLOSEST`` pairs a document.
"""

from __future__ import annotations

import heapq

from dedupe.article import Pair
from dedupe.settings import Settings

SHARE = 0.5
"""A rejected pair is evidence from this share of the threshold that it missed."""

CLOSEST = 10
"""Rejected pairs that a document keeps."""

_Ranked = tuple[float, float, str, str]


class Evidence:
    """Takes rejected pairs one by one, in any order, and keeps the same ones whatever the order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._closest: dict[str, list[_Ranked]] = {}
        self._pairs: dict[_Ranked, tuple[Pair, int]] = {}

    def add(self, pair: Pair) -> None:
        """Keep the pair while it is among the closest of one of its documents."""
        closeness = max(
            pair.verdict.jaccard / self._settings.threshold,
            pair.verdict.containment / self._settings.containment,
        )
        if closeness < SHARE:
            return
        ranked = (closeness, pair.verdict.jaccard, pair.left, pair.right)
        self._pairs[ranked] = (pair, 2)
        for document in (pair.left, pair.right):
            closest = self._closest.setdefault(document, [])
            if len(closest) < CLOSEST:
                heapq.heappush(closest, ranked)
            else:
                self._let_go(heapq.heappushpop(closest, ranked))

    def pairs(self) -> list[Pair]:
        """The pairs kept, closest first."""
        return [self._pairs[ranked][0] for ranked in sorted(self._pairs, reverse=True)]

    def _let_go(self, ranked: _Ranked) -> None:
        pair, keepers = self._pairs.pop(ranked)
        if keepers > 1:
            self._pairs[ranked] = (pair, keepers - 1)
