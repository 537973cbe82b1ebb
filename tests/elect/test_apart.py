"""Who is kept apart by the time window and the rules for sites."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.elect import Candidate, Columns, apart, apart_from
from dedupe.errors import SettingsError
from dedupe.settings import Settings

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def candidate(
    at: int, site: str | None = None, day: float | None = None, seen: float = 0
) -> Candidate:
    return Candidate(
        id=f"{at:032x}",
        words=100,
        first_seen_at=START + dt.timedelta(days=seen),
        published_at=None if day is None else START + dt.timedelta(days=day),
        site=site,
    )


def kept_apart(one: Candidate, other: Candidate, **chosen: object) -> bool:
    settings = Settings.from_mapping(chosen)
    found = apart_from(one, [other], settings)
    assert found == apart_from(other, [one], settings)
    return found[0]


def test_by_default_nobody_is() -> None:
    assert apart(Columns.of([candidate(1)]), Settings()) is None
    assert not kept_apart(candidate(1, "a.example", 0), candidate(2, "b.example", 9999))


def test_the_window_is_measured_by_what_the_publisher_states() -> None:
    assert not kept_apart(candidate(1, day=0), candidate(2, day=3), window_days=3)
    assert kept_apart(candidate(1, day=0), candidate(2, day=3.01), window_days=3)


def test_where_nothing_is_stated_by_when_it_was_seen() -> None:
    assert not kept_apart(candidate(1, day=5), candidate(2, seen=6), window_days=1)
    assert kept_apart(candidate(1, day=5), candidate(2, seen=0), window_days=1)


@pytest.mark.parametrize(
    ("rules", "same_site", "other_site"),
    [
        ("*=within", False, True),
        ("*=across", True, False),
        ("*=never", True, True),
        ("A.example=within", False, True),
        ("b.example=across", False, False),
        ("*=within, a.example=across, b.example=across", True, False),
        ("c.example=never", False, False),
    ],
)
def test_rules_for_sites(rules: str, same_site: bool, other_site: bool) -> None:  # noqa: FBT001
    one, twin, other = (
        candidate(1, "a.example"),
        candidate(2, "A.EXAMPLE"),
        candidate(3, "b.example"),
    )
    assert kept_apart(one, twin, site_rules=rules) is same_site
    assert kept_apart(one, other, site_rules=rules) is other_site


@pytest.mark.parametrize("rules", ["a.example", "a.example=", "=never", "a.example=sometimes"])
def test_a_rule_that_is_none_is_refused(rules: str) -> None:
    with pytest.raises(SettingsError, match="site_rules"):
        Settings(site_rules=rules)  # type: ignore[arg-type]


candidates = st.builds(
    candidate,
    st.integers(0, 2**64),
    st.sampled_from([None, "a.example", "b.example", "c.example"]),
    st.none() | st.floats(0, 9),
    st.floats(0, 9),
)


@given(st.lists(candidates, min_size=1, max_size=8), st.data())
def test_many_at_once_are_kept_apart_as_each_by_itself(
    chosen: list[Candidate], data: st.DataObject
) -> None:
    settings = Settings(
        window_days=data.draw(st.integers(0, 4)), site_rules=("a.example=never", "b.example=within")
    )
    keeps = apart(Columns.of(chosen), settings)
    assert keeps is not None
    for at, one in enumerate(chosen):
        rows = np.arange(len(chosen))
        assert keeps(np.full_like(rows, at), rows).tolist() == apart_from(one, chosen, settings)
