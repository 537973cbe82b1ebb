"""Greedy star: every filed document hangs on a canonical it was itself compared with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dedupe.article import Pair, Relation, Verdict
from dedupe.elect import elect

NODES = "abcdefgh"
relations = st.sampled_from(list(Relation))


def verdict(relation: Relation) -> Verdict:
    return Verdict(relation=relation, jaccard=0.7, containment=0.9, reason="x")


pairs = st.lists(
    st.tuples(st.sampled_from(NODES + "z"), st.sampled_from(NODES + "z"), relations).map(
        lambda it: Pair(left=it[0], right=it[1], verdict=verdict(it[2]))
    ),
    max_size=20,
)


@given(st.permutations(NODES), pairs)
def test_every_document_has_one_place_and_hangs_on_a_pair_that_was_accepted(
    order: list[str], compared: list[Pair]
) -> None:
    election = elect(order, compared)
    assert sorted([*election.canonicals, *election.filed]) == sorted(order)
    accepted = {
        frozenset({pair.left, pair.right})
        for pair in compared
        if pair.verdict.relation is not Relation.DISTINCT
    }
    for document, (canonical, how) in election.filed.items():
        assert canonical in election.canonicals
        assert frozenset({document, canonical}) in accepted
        assert how.relation is not Relation.DISTINCT
        assert order.index(canonical) < order.index(document)
    # Whoever is canonical was accepted by no canonical that ranks before.
    for place, left in enumerate(election.canonicals):
        for right in election.canonicals[place + 1 :]:
            assert frozenset({left, right}) not in accepted


@given(st.permutations(NODES), pairs, st.randoms())
def test_the_order_of_the_pairs_and_of_their_ends_decides_who_is_canonical_nowhere(
    order: list[str], compared: list[Pair], dice: object
) -> None:
    turned = [Pair(left=pair.right, right=pair.left, verdict=pair.verdict) for pair in compared]
    dice.shuffle(turned)
    one, other = elect(order, compared), elect(order, turned)
    assert one.canonicals == other.canonicals
    places = [{i: place[0] for i, place in found.filed.items()} for found in (one, other)]
    assert places[0] == places[1]
