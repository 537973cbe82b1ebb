"""Anchors (see ``anchors``) in Numba: the least shingle of every window."""
# mypy: disable-error-code="import-untyped,call-overload,arg-type,return-value,no-any-return"
# In compiled code every integer is one of the machine's, whatever Python calls it.

from __future__ import annotations

import numpy as np

from dedupe.detect import shingling
from dedupe.detect.reading import U64, compiled

KEY_FOLD = np.uint64(shingling.KEY_FOLD)
LARGEST = np.uint64(2**64 - 1)
FEW = 64
"""Values that are sorted by insertion: most texts have some fourteen anchors."""


@compiled
def fold_key(value: np.uint64) -> np.uint64:
    """See ``shingling.fold_keys``."""
    value = (value ^ (value >> np.uint64(32))) * KEY_FOLD
    return value ^ (value >> np.uint64(29))


@compiled
def least_place(values: U64) -> int:
    """The last place of the least of ``values``."""
    least = LARGEST
    for at in range(len(values)):
        least = min(least, values[at])
    place = 0
    for at in range(len(values)):
        place = max(place, at if values[at] == least else 0)
    return place


@compiled
def lesser_place(values: U64, than: np.uint64) -> int:
    """The first place of a value that is less, or how many values there are."""
    for at in range(len(values)):
        if values[at] < than:
            return at
    return len(values)


@compiled
def sort_few(values: U64) -> None:
    """Sorts in place: by insertion where the values are few."""
    if len(values) > FEW:
        values.sort()
        return
    for at in range(1, len(values)):
        value = values[at]
        place = at
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


@compiled
def anchor(shingles: U64, count: int, window: int, out: U64) -> int:
    """See ``anchors.anchor_keys``; into ``out``, returns how many.

    The least of a window stays so until a smaller one comes or it leaves, and then the window is
    gone through again: of w shingles some two are ever the least.
    """
    place = least_place(shingles[:window])
    out[0] = shingles[place]
    number = 1
    entering = window
    while entering < count:
        last = min(place + window, count)
        entering += lesser_place(shingles[entering:last], shingles[place])
        if entering < last:
            place = entering
        elif entering < count:
            place += 1 + least_place(shingles[place + 1 : entering + 1])
        else:
            break
        entering += 1
        out[number] = shingles[place]
        number += 1
    sort_few(out[:number])
    kept = 0
    previous = LARGEST
    for at in range(number):
        if at == 0 or out[at] != previous:
            previous = out[at]
            out[kept] = fold_key(previous)
            kept += 1
    return kept
