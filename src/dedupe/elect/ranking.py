"""The order of very many candidates under a policy: the same as ``ranked``, on columns."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from dedupe.elect.policy import STEP, Candidate
from dedupe.settings import Settings

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """``Candidate`` by columns, each of shape (n,); ids as 16 bytes, times in microseconds."""

    ids: npt.NDArray[np.void]
    words: Numbers
    first_seen: Numbers
    published: Numbers
    """The least number where nothing is stated."""
    sites: Numbers
    """Codes of ``site_names``."""
    site_names: Sequence[str | None]
    versions: Numbers
    incumbent: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> Self:
        """The columns of some candidates, in order."""
        return cls(
            ids=np.frombuffer(bytes.fromhex("".join(each.id for each in candidates)), "V16"),
            words=_numbers([each.words for each in candidates]),
            first_seen=_numbers([microseconds(each.first_seen_at) for each in candidates]),
            published=_numbers([microseconds(each.published_at) for each in candidates]),
            sites=np.arange(len(candidates)),
            site_names=[each.site for each in candidates],
            versions=_numbers([each.version for each in candidates]),
            incumbent=np.array([each.incumbent for each in candidates], np.bool_),
        )


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def microseconds(moment: dt.datetime | None) -> int:
    """Since 1970; the least number for none."""
    if moment is None:
        return int(np.iinfo(np.int64).min)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, np.int64)


def order(columns: Columns, settings: Settings) -> Numbers:
    """Rows from best to worst under the settings' policy; the order is total."""
    halves = np.ascontiguousarray(columns.ids).view(">u8").reshape(-1, 2).astype(np.uint64)
    keys: list[npt.NDArray[np.integer]] = [halves[:, 1], halves[:, 0]]
    policy = settings.policy
    if "id" in policy:  # what stands after it never decides
        policy = policy[: policy.index("id")]
    keys += [_key(name, columns, settings) for name in reversed(policy)]
    return np.lexsort(keys).astype(np.int64)


def _key(name: str, columns: Columns, settings: Settings) -> Numbers:
    match name:
        case "complete":
            counts, where = np.unique(columns.words, return_inverse=True)
            steps = [math.floor(math.log(max(count, 1), STEP)) for count in counts.tolist()]
            return -(np.array(steps, np.int64)[where] + columns.incumbent)
        case "version":
            return -columns.versions
        case "source":
            trust = {site: place for place, site in enumerate(settings.sources)}
            places = [trust.get(site or "", len(trust)) for site in columns.site_names]
            return np.array(places, np.int64)[columns.sites]
        case "first":
            return columns.first_seen
        case _:
            never = columns.published == np.iinfo(np.int64).min
            return np.where(never, np.iinfo(np.int64).max, columns.published)
