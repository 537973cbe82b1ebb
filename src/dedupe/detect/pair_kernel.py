"""The figures on a pair of texts, compiled, in Numba: merges of what ``runs`` has sorted.

Bit-equal to the NumPy path, which the tests hold it to; ``pace`` decides when starting it is worth
it. Few functions are called from outside: each takes its time to be loaded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.detect import excerpts
from dedupe.detect.passages import PASSAGE, RUN
from dedupe.detect.reading import I32, I64, U8, U64, compiled
from dedupe.detect.slots import NAME

ASTRAY, GAPS, KEPT, LEAST = excerpts.ASTRAY, excerpts.GAPS, excerpts.KEPT, excerpts.LEAST
SHARE, OF_WHOLE, AROUND = excerpts.SHARE, excerpts.OF_WHOLE, excerpts.AROUND
BEGINNING, BEFORE = excerpts.BEGINNING, excerpts.BEFORE

I8 = NDArray[np.int8]


@compiled
def shared_count(left: U64, right: U64) -> int:
    """See ``runs.shared_count``."""
    one = other = shared = 0
    while one < len(left) and other < len(right):
        first, second = left[one], right[other]
        shared += first == second
        # Without a branch: which of the two is less is hard to predict.
        one += first <= second
        other += second <= first
    return shared


@compiled
def own_share(hashes: U64, places: I32, words: int, others: U64, passage: int) -> float:
    """See ``passages.own``; of the other text only the hashes are needed."""
    if words == 0:
        return 0.0
    count = len(hashes)
    shared = np.zeros(count, dtype=np.uint8)
    one = other = 0
    while one < count and other < len(others):
        first, second = hashes[one], others[other]
        shared[places[one]] = first == second
        one += first <= second
        other += second < first
    reach = words - count + 1
    own = covered = 0
    for at in range(count):
        if shared[at]:
            if at - covered >= passage:
                own += at - covered
            covered = at + reach
    if words - covered >= passage:
        own += words - covered
    return own / words


@compiled
def within(ordered: U64, key: np.uint64) -> bool:
    """Whether a key is among sorted ones."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < len(ordered) and ordered[low] == key


@compiled
def matched_here(kinds: I8, keys: U64, others: U64, found: I64) -> None:
    """Slots of one text that the other has too, and those filled alike, are added to ``found``."""
    for slot in range(len(kinds)):
        kind = kinds[slot]
        if within(others[0], keys[0, slot]) or within(others[1], keys[1, slot]):
            found[0, kind] += 1
        if within(others[2], keys[2, slot]) or within(others[3], keys[3, slot]):
            found[1, kind] += 1


@compiled
def matched(
    kinds: I8, keys: U64, ordered: U64, other_kinds: I8, other_keys: U64, other_ordered: U64
) -> I64:
    """See ``slots.matched``."""
    found = np.zeros((2, NAME + 1), dtype=np.int64)
    matched_here(kinds, keys, other_ordered, found)
    matched_here(other_kinds, other_keys, ordered, found)
    return found


@compiled
def excerpt(
    hashes: U64, places: I32, words: int, others: U64, other_places: I32, other_words: int
) -> bool:
    """See ``excerpts.is_excerpt``."""
    if min(words, other_words) < LEAST:
        return False
    here = np.empty(min(len(hashes), len(others)), dtype=np.int64)
    there = np.empty(len(here), dtype=np.int64)
    count = one = other = 0
    while one < len(hashes) and other < len(others):
        first, second = hashes[one], others[other]
        if first == second:
            here[count], there[count] = places[one], other_places[other]
            count += 1
            # Of the runs of one hash the first counts.
            while one < len(hashes) and hashes[one] == first:
                one += 1
            while other < len(others) and others[other] == first:
                other += 1
        else:
            one += first < second
            other += second < first
    if count < KEPT * LEAST:
        return False
    here, there = here[:count], there[:count]
    middle = median(here, there, words, other_words)
    return lies_in(here, there, middle, words, other_words) or lies_in(
        there, here, -middle, other_words, words
    )


@compiled
def median(here: I64, there: I64, words: int, other_words: int) -> float:
    """The median of the differences of two arrays of places, in texts of so many words."""
    often = np.zeros(words + other_words, dtype=np.int64)
    for at in range(len(here)):
        often[here[at] - there[at] + other_words] += 1
    lower = upper = -1
    passed = 0
    for place in range(len(often)):
        passed += often[place]
        if lower < 0 and passed > (len(here) - 1) // 2:
            lower = place
        if passed > len(here) // 2:
            upper = place
            break
    return (lower + upper) / 2 - other_words


@compiled
def lies_in(here: I64, there: I64, middle: float, words: int, whole: int) -> bool:
    """Whether one text, of so many words, is an excerpt of the other, given the shared runs."""
    mine, theirs = np.zeros(words, dtype=np.uint8), np.zeros(whole, dtype=np.uint8)
    reach = max(ASTRAY, GAPS * words)
    count = 0
    for at in range(len(here)):
        if abs(here[at] - there[at] - middle) <= reach:
            mine[here[at]] = 1
            theirs[there[at]] = 1
            count += 1
    if count == 0:
        return False
    first, last, gaps = extent(mine)
    begin, end, other_gaps = extent(theirs)
    after = words - last
    return (
        begin <= BEGINNING
        and min(end - begin, last - first) >= LEAST
        and last - first >= SHARE * words
        and end >= OF_WHOLE * whole
        and whole - end >= AROUND * whole
        and (after <= max(PASSAGE, AROUND * words) or first >= BEFORE)
        and count >= KEPT * (end - begin - RUN + 1)
        and gaps <= GAPS * (last - first)
        and other_gaps <= GAPS * (end - begin)
    )


@compiled
def extent(marked: U8) -> tuple[int, int, int]:
    """Where the runs at the marked places begin and end, and the words between them in passages."""
    first, last, gaps = -1, 0, 0
    for at in range(len(marked)):
        if marked[at]:
            if first < 0:
                first = at
            elif at - last >= PASSAGE:
                gaps += at - last
            last = at + RUN
    return first, last, gaps
