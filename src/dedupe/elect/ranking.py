"""The order of very many candidates under a policy: the same as ``ranked``, on columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedupe.elect.policy import STEP
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
