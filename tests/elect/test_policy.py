"""The policy: a total order that can be explained."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from dedupe.elect import Candidate, policy_reason, ranked
from dedupe.settings import POLICIES, Settings

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
times = st.integers(0, 3).map(lambda days: DAY + dt.timedelta(days=days))
SITES = ("a.example", "b.example", None)

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(0, 10**6).map(lambda n: f"{n:032x}"),
        words=st.integers(0, 3000),
        first_seen_at=times,
        published_at=st.none() | times,
        site=st.sampled_from(SITES),
        version=st.integers(1, 3),
        incumbent=st.booleans(),
    ),
    min_size=2,
    max_size=8,
    unique_by=lambda candidate: candidate.id,
)
policies = st.lists(st.sampled_from(POLICIES), min_size=1, unique=True).map(tuple)
settings = st.builds(
    Settings,
    policy=policies,
    sources=st.sampled_from([(), ("b.example",), ("b.example", "a.example")]),
)


@given(candidates, settings, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_arrival(
    found: list[Candidate], chosen: Settings, dice: object
) -> None:
    shuffled = list(found)
    dice.shuffle(shuffled)
    assert ranked(shuffled, chosen) == ranked(found, chosen)
    assert sorted(ranked(found, chosen), key=lambda c: c.id) == sorted(found, key=lambda c: c.id)


@given(candidates, settings)
def test_the_reason_names_the_first_criterion_in_which_the_two_differ(
    found: list[Candidate], chosen: Settings
) -> None:
    first, second, *_ = ranked(found, chosen)
    name, _, figures = policy_reason(first, second, chosen).partition(": ")
    assert name in {*chosen.policy, "id"}
    assert figures
    before = chosen.policy[: chosen.policy.index(name)] if name in chosen.policy else chosen.policy
    if before:
        tied = Settings(policy=before, sources=chosen.sources)
        assert policy_reason(first, second, tied).startswith("id: ")
        assert policy_reason(second, first, tied).startswith("id: ")


def one(name: str, words: int, **more: object) -> Candidate:
    return Candidate(id=name, words=words, first_seen_at=DAY, **more)


def holder(name: str, words: int) -> Candidate:
    """The present canonical, as ever seen before the one that challenges it."""
    before = DAY - dt.timedelta(days=1)
    return Candidate(id=name, words=words, first_seen_at=before, incumbent=True)


def test_a_clearly_longer_text_goes_first_and_a_slightly_longer_one_does_not() -> None:
    chosen = Settings()
    assert ranked([one("a", 300), one("b", 450)], chosen)[0].id == "b"
    held = holder("b", 300)
    for words in (301, 320, 350):
        assert ranked([one("a", words), held], chosen)[0].id == "b"


@given(st.integers(1, 5000))
def test_a_canonical_is_never_replaced_by_a_text_less_than_a_fifth_longer(words: int) -> None:
    challenger = one("a", int(words * 1.19))
    assert ranked([challenger, holder("b", words)], Settings())[0].id == "b"


@given(st.integers(1, 5000))
def test_a_text_half_as_long_again_always_takes_the_place(words: int) -> None:
    challenger = one("b", int(words * 1.5) + 1)
    assert ranked([challenger, holder("a", words)], Settings())[0].id == "b"


def test_trusted_sites_go_first_in_their_order_and_before_all_others() -> None:
    chosen = Settings(policy=("source",), sources=("b.example", "a.example"))
    found = [
        one(str(n), 9, site=site) for n, site in enumerate(["x", "a.example", None, "b.example"])
    ]
    assert [c.site for c in ranked(found, chosen)][:2] == ["b.example", "a.example"]
