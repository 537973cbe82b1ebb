"""Ingest with a time window, and with rules for sites."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.pipeline.reelect import elect_again
from tests.desk import Desk, outcomes
from tests.newsroom import story, write_rows

START = dt.date(2026, 1, 1)


def row(number: int, place: str, day: int, page: int = 0) -> dict[str, Any]:
    return story(number).row(
        url=f"https://{place}.example/{number}/{page}",
        site=f"{place}.example",
        published_at=(START + dt.timedelta(days=day)).isoformat(),
    )


def put(desk: Desk, name: str, *rows: dict[str, Any], **chosen: Any) -> dict[str, int]:
    return outcomes(desk.ingest(write_rows(desk.inputs / f"{name}.jsonl", rows), **chosen))


def clusters(desk: Desk) -> set[frozenset[str]]:
    """The addresses in each cluster."""
    found = {each["id"]: {each["url"]} for each in desk.rows("articles")}
    for each in desk.rows("duplicates"):
        found[each["canonical_id"]].add(each["url"])
    return {frozenset(each) for each in found.values()}


def test_the_same_words_years_apart_are_two_articles(desk: Desk) -> None:
    chosen = {"window_days": 30}
    assert put(desk, "1", row(1, "a", 0), row(1, "b", 9), row(1, "c", 400), **chosen) == {
        "articles": 2,
        "duplicates": 1,
    }
    # Also against the history, and by whichever of the two is near.
    assert put(desk, "2", row(1, "d", 410), row(1, "e", 800), **chosen) == {
        "articles": 1,
        "duplicates": 1,
    }


def test_only_within_a_site(desk: Desk) -> None:
    rows = [row(1, place, 0, page) for place in "ab" for page in range(3)]
    assert put(desk, "1", *rows, site_rules="*=within") == {"articles": 2, "duplicates": 4}
    assert all(
        len({address.split("/")[2] for address in cluster}) == 1 for cluster in clusters(desk)
    )


def test_another_election_goes_by_them_too(desk: Desk) -> None:
    put(desk, "1", row(1, "a", 0), row(1, "b", 9), row(1, "c", 400))
    assert len(desk.rows("articles")) == 1
    assert elect_again(desk.data, {"window_days": 30})["articles"] == 2
    assert elect_again(desk.data, {"window_days": 0})["articles"] == 1


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


documents = st.tuples(
    st.integers(1, 3),
    st.sampled_from("abc"),
    st.sampled_from([0, 1, 2, 500, 501]),
    st.integers(0, 1),
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    corpus=st.lists(
        documents, min_size=3, max_size=9, unique_by=lambda one: (one[0], one[1], one[3])
    ),
    data=st.data(),
    rules=st.sampled_from(["", "*=within", "a.example=never", "*=across"]),
)
def test_one_run_and_several_file_the_same(
    room: Path, corpus: list[tuple[int, str, int, int]], data: st.DataObject, rules: str
) -> None:
    """Where no document is within the window of two that are apart."""
    if rules == "*=across":  # of three sites, who comes first decides who goes with whom
        corpus = [one for one in corpus if one[1] != "c" and one[3] == 0]
    chosen = {"window_days": 30, "site_rules": rules}
    once, steps = (Desk(Path(tempfile.mkdtemp(dir=room))) for _ in range(2))
    put(once, "all", *(row(*one) for one in corpus), **chosen)
    for at, one in enumerate(data.draw(st.permutations(corpus))):
        put(steps, str(at), row(*one), **chosen)
    assert clusters(once) == clusters(steps)
