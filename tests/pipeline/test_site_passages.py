"""A site is learnt the same whether all its passages are at hand or those that matter."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.clean import templates
from dedupe.clean.templates import Site, count
from dedupe.pipeline import site_passages
from dedupe.pipeline.site_passages import Passages, Pupil


@dataclass(frozen=True)
class Read:
    keys: dict[int, int]
    leads: bool


lessons = st.lists(
    st.builds(
        Read, st.dictionaries(st.integers(1, 60), st.integers(1, 9), max_size=6), st.booleans()
    ),
    max_size=40,
)


def learnt(site: Site, documents: list[Read]) -> Site:
    for document in documents:
        count(site, document.keys, leads=document.leads)
    return site


def same(one: Passages, other: Passages) -> bool:
    return (one.documents, one.leads) == (other.documents, other.leads) and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("keys", "times", "firsts")
    )


@settings(deadline=None)
@given(before=lessons, one=lessons, other=lessons, most=st.sampled_from([20, 1000]))
def test_some_passages_teach_what_all_teach(
    before: list[Read], one: list[Read], other: list[Read], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "MOST_PASSAGES", most)
        patch.setattr(site_passages, "MOST_PASSAGES", most)
        site = learnt(Site(), before)
        pupil = Pupil(Passages.of(copy.deepcopy(site)))
        changed = pupil.learn(one) | pupil.learn(other)
        documents = site.documents
        site = learnt(site, [*one, *other])
        assert same(pupil.passages, Passages.of(site))
        assert changed == (site.documents > documents)


def test_only_the_passages_of_a_document_are_looked_up() -> None:
    known = Passages.of(learnt(Site(), [Read({key: 9}, leads=False) for key in range(1, 500)]))
    assert known.among(np.array([3, 77, 1000])).passages == {3: (1, 3), 77: (1, 77)}
    assert Passages.none().among(np.array([3])).passages == {}
