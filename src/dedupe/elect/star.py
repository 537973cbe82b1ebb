"""Greedy star clustering over verified pairs.

Documents are visited from best to worst under the policy. One that no earlier canonical has taken
becomes a canonical and takes every document it was verified against and that is still free. So
each duplicate hangs on its canonical by a pair that was compared itself: no chains, and a document
that was filed never represents another (the "star" algorithm of Aslam, Pelekhov and Rus, *The Star
Clustering Algorithm*, JGAA 8, 2004, with the policy in place of the degree).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dedupe.article import Pair, Relation, Verdict


@dataclass(slots=True)
class Election:
    """Canonical ids in rank order, and for each filed document its canonical and the verdict."""

    canonicals: list[str] = field(default_factory=list)
    filed: dict[str, tuple[str, Verdict]] = field(default_factory=dict)


def elect(order: Sequence[str], pairs: Iterable[Pair]) -> Election:
    """Stars over ``order`` (ids from best to worst) and its verified pairs; O(ids + pairs).

    A pair whose verdict is ``distinct``, or that names an id outside ``order``, binds nobody.
    """
    rank = {node: place for place, node in enumerate(order)}
    neighbours: dict[str, list[tuple[int, str, Verdict]]] = defaultdict(list)
    for pair in pairs:
        if pair.verdict.relation is Relation.DISTINCT:
            continue
        left, right = rank.get(pair.left), rank.get(pair.right)
        if left is None or right is None or left == right:
            continue
        better, worse = (pair.left, pair.right) if left < right else (pair.right, pair.left)
        neighbours[better].append((rank[worse], worse, pair.verdict))
    election = Election()
    for node in order:
        if node in election.filed:
            continue
        election.canonicals.append(node)
        for _, other, verdict in sorted(neighbours.get(node, ()), key=lambda item: item[0]):
            election.filed.setdefault(other, (node, verdict))
    return election
