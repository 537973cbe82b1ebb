"""Of the rejected pairs, each document keeps the closest; templates do not swell the tables."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.article import Pair, Relation, Verdict
from dedupe.pipeline.evidence import CLOSEST, SHARE, Evidence
from dedupe.settings import Settings
from tests.detect.prose import report
from tests.newsroom import write_rows

SETTINGS = Settings()


def rejected(left: int, right: int, jaccard: float) -> Pair:
    verdict = Verdict(
        relation=Relation.DISTINCT, jaccard=jaccard, containment=jaccard, reason="low-overlap"
    )
    return Pair(left=f"{left:032x}", right=f"{right:032x}", verdict=verdict)


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(0, 10**6))
def test_each_document_keeps_its_closest_whatever_the_order(count: int, seed: int) -> None:
    random = Random(seed)
    pairs = [rejected(*two, random.random()) for two in combinations(range(count), 2)]
    one, other = Evidence(SETTINGS), Evidence(SETTINGS)
    for pair in pairs:
        one.add(pair)
    for pair in random.sample(pairs, len(pairs)):
        other.add(pair)
    kept = one.pairs()
    assert kept == other.pairs()
    assert len(kept) <= CLOSEST * count
    for document in {side for pair in pairs for side in (pair.left, pair.right)}:
        near = [
            pair
            for pair in pairs
            if document in (pair.left, pair.right)
            and pair.verdict.jaccard >= SHARE * SETTINGS.threshold
        ]
        near.sort(key=lambda pair: -pair.verdict.jaccard)
        assert all(pair in kept for pair in near[:CLOSEST])


def test_pairs_far_below_both_thresholds_are_no_evidence() -> None:
    evidence = Evidence(SETTINGS)
    evidence.add(rejected(1, 2, 0.9 * SHARE * SETTINGS.threshold))
    assert evidence.pairs() == []


def test_one_template_filled_on_many_days_keeps_a_few_pairs_a_day(tmp_path: Path) -> None:
    days = 120
    rows = [
        {"url": f"https://example.org/{day}", "title": f"Day {day}", "text": report(day)}
        for day in range(days)
    ]
    run = dedupe.ingest([write_rows(tmp_path / "days.jsonl", rows)], data_dir=tmp_path / "data")
    table = dedupe.open(tmp_path / "data").comparisons().to_table().to_pylist()
    assert run.counts["articles"] == days
    assert len(table) <= CLOSEST * days < run.counts["candidates"]
    listed = Counter(row[side] for row in table for side in ("left_id", "right_id"))
    assert len(listed) == days
