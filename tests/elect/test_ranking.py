"""The order of many candidates, on columns: the same as one by one."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.elect import Candidate, Columns, order, ranked
from dedupe.settings import POLICIES, Settings

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SITES = (None, "a.example", "b.example", "c.example")
times = st.integers(0, 3).map(lambda days: START + dt.timedelta(days=days))
candidates = st.builds(
    Candidate,
    id=st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}"),
    words=st.integers(0, 400),
    first_seen_at=times,
    published_at=st.none() | times,
    site=st.sampled_from(SITES),
    version=st.integers(1, 3),
    incumbent=st.booleans(),
)


def microseconds(moment: dt.datetime | None) -> int:
    if moment is None:
        return int(np.iinfo(np.int64).min)
    return int(moment.timestamp()) * 1_000_000


@given(
    st.lists(candidates, max_size=30, unique_by=lambda each: each.id),
    st.permutations(POLICIES).flatmap(lambda p: st.integers(1, len(p)).map(lambda n: p[:n])),
    st.sampled_from([(), ("b.example",), ("c.example", "a.example")]),
)
def test_columns_rank_as_candidates_do(
    many: list[Candidate], policy: list[str], sources: tuple[str, ...]
) -> None:
    chosen = Settings(policy=tuple(policy), sources=sources)
    columns = Columns(
        ids=np.frombuffer(b"".join(bytes.fromhex(each.id) for each in many), "V16"),
        words=np.array([each.words for each in many], np.int64),
        first_seen=np.array([microseconds(each.first_seen_at) for each in many], np.int64),
        published=np.array([microseconds(each.published_at) for each in many], np.int64),
        sites=np.array([SITES.index(each.site) for each in many], np.int64),
        site_names=SITES,
        versions=np.array([each.version for each in many], np.int64),
        incumbent=np.array([each.incumbent for each in many], np.bool_),
    )
    assert [many[row] for row in order(columns, chosen)] == ranked(many, chosen)
