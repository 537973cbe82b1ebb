"""The compiled path from UTF-8 text to sketch, one pass over the bytes, in Numba.

Bit-equal to the NumPy path (``sketch.sketch_plainly``), which the tests hold it to; ``pace``
decides when starting it is worth it. Scratch arrays are reused from text to text, so that one of
400 words stays in the first-level cache from its bytes to its signature.
"""

from __future__ import annotations

import numpy as np

from dedupe.detect import anchors as anchoring
from dedupe.detect import shingling
from dedupe.detect.encoding import HARD, PLAIN, RAW
from dedupe.detect.reading import (
    EDGES,
    I32,
    I64,
    PADDING,
    U8,
    U64,
    compiled,
    read_ascii,
)
from dedupe.detect.scripts import read_latin
from dedupe.detect.signature import U32
from dedupe.detect.vectors import LANES, minima
from dedupe.detect.windows import anchor, fold_key

SHINGLE_FOLD = np.uint64(shingling.SHINGLE_FOLD)
PLACES = np.array(shingling.PLACES, dtype=np.uint64)
ANCHOR = anchoring.SHINGLE
USUAL = 3


@compiled
def fold_shingle(value: np.uint64) -> np.uint64:
    """The end of a shingle's hash, see ``shingling.shingle_hashes``."""
    value = (value ^ (value >> np.uint64(32))) * SHINGLE_FOLD
    return value ^ (value >> np.uint64(29))


@compiled
def shingle(hashes: U64, count: int, size: int, out: U64) -> int:
    """See ``shingling.shingle_hashes``; into ``out``, returns how many."""
    size = min(size, count)
    if size == 0:
        return 0
    number = count - size + 1
    for at in range(number):
        out[at] = hashes[at] * PLACES[0]
    for place in range(1, size):
        factor = PLACES[place]
        for at in range(number):
            out[at] += hashes[at + place] * factor
    for at in range(number):
        out[at] = fold_shingle(out[at])
    return number


@compiled
def shingle_both(hashes: U64, count: int, inner: U64, outer: U64) -> None:
    """Shingles of ``USUAL`` words, and of ``ANCHOR``, whose sums begin with the same products."""
    number = count - ANCHOR + 1
    for at in range(number):
        value = hashes[at] * PLACES[0] + hashes[at + 1] * PLACES[1] + hashes[at + 2] * PLACES[2]
        inner[at] = fold_shingle(value)
        value += hashes[at + 3] * PLACES[3] + hashes[at + 4] * PLACES[4]
        outer[at] = fold_shingle(value + hashes[at + 5] * PLACES[5])
    shingle(hashes[number:], count - number, USUAL, inner[number:])


@compiled
def sign(shingles: U64, count: int, factors: U32, offsets: U32, mixed: U32, out: U32) -> None:
    """See ``signature.signature``; into ``out``."""
    for at in range(count):
        value = np.uint32(shingles[at])
        value ^= value >> np.uint32(16)
        value = np.uint32(value * np.uint32(0x85EBCA6B))
        value ^= value >> np.uint32(13)
        value = np.uint32(value * np.uint32(0xC2B2AE35))
        mixed[at] = value ^ (value >> np.uint32(16))
    whole = len(factors) - len(factors) % LANES
    for place in range(0, whole, LANES):
        minima(mixed, count, factors, offsets, place, out)
    for place in range(whole, len(factors)):
        least = np.uint32(0xFFFFFFFF)
        for at in range(count):
            least = min(least, np.uint32(np.uint32(factors[place] * mixed[at]) + offsets[place]))
        out[place] = least


@compiled
def sketch_all(  # noqa: PLR0913, PLR0917 - Numba takes arrays, not records
    data: U8,
    bounds: I64,
    forms: U8,
    raw: I32,
    normalised: I32,
    size: int,
    factors: U32,
    offsets: U32,
    content: U64,
    shingles: U32,
    signatures: U32,
    windows: I64,
    anchors: U64,
    anchor_bounds: I64,
) -> None:
    """Sketches of the texts ``data[bounds[i] : bounds[i + 1]]``, encoded as ``forms`` says.

    ``data`` has 72 bytes after the last text; ``raw`` and ``normalised`` are the tables for
    these forms. ``windows`` are narrowest, widest, parts and most of ``anchors.window``. All that
    follows ``offsets`` but ``windows`` is filled in; a text that the kernel cannot fold gets the
    form ``HARD`` and an empty sketch.
    """
    longest = 0
    for text in range(len(bounds) - 1):
        longest = max(longest, bounds[text + 1] - bounds[text])
    folded = np.zeros(longest + PADDING, dtype=np.uint8)
    edges = np.empty(longest + 2 + EDGES, dtype=np.int64)
    later = np.empty(longest + 1, dtype=np.int64)
    # Which words have a digit is not asked here.
    figures = np.empty(0, dtype=np.uint8)
    hashes = np.empty(longest + 1, dtype=np.uint64)
    inner = np.empty(longest + 1, dtype=np.uint64)
    outer = np.empty(longest + 1, dtype=np.uint64)
    mixed = np.empty(longest + 1, dtype=np.uint32)
    used = 0
    for text in range(len(bounds) - 1):
        start, end = bounds[text], bounds[text + 1]
        if forms[text] == PLAIN:
            count = read_ascii(data, start, end, folded, edges, later, hashes, figures)
        else:
            table = raw if forms[text] == RAW else normalised
            count = read_latin(data, start, end, table, folded, edges, later, hashes, figures)
        if count < 0:
            forms[text] = HARD
            count = 0
        if size == USUAL and count >= ANCHOR:
            shingle_both(hashes, count, inner, outer)
            number = count - USUAL + 1
        else:
            number = shingle(hashes, count, size, inner)
            shingle(hashes, count, ANCHOR, outer)
        sign(inner, number, factors, offsets, mixed, signatures[text])
        shingles[text] = number
        total = np.uint64(0)
        for at in range(count):
            total += fold_key(hashes[at] ^ fold_key(np.uint64(at + 1)))
        content[text] = total if total or not count else np.uint64(1)
        number = count - min(ANCHOR, count) + 1
        if count:
            window = min(windows[1], number // windows[2])
            window = max(window, min(windows[0], number), number // windows[3])
            used += anchor(outer, number, window, anchors[used:])
        anchor_bounds[text + 1] = used


@compiled
def read_all(  # noqa: PLR0913, PLR0917 - as above
    data: U8,
    bounds: I64,
    forms: U8,
    raw: I32,
    normalised: I32,
    hashes: U64,
    figures: U8,
    word_bounds: I64,
) -> None:
    """Word hashes of texts encoded as for ``sketch_all``, one text's after the other's.

    ``figures`` is 1 for words with a digit. A text that the kernel cannot fold gets the form
    ``HARD`` and no words.
    """
    longest = 0
    for text in range(len(bounds) - 1):
        longest = max(longest, bounds[text + 1] - bounds[text])
    folded = np.zeros(longest + PADDING, dtype=np.uint8)
    edges = np.empty(longest + 2 + EDGES, dtype=np.int64)
    later = np.empty(longest + 1, dtype=np.int64)
    used = 0
    for text in range(len(bounds) - 1):
        start, end = bounds[text], bounds[text + 1]
        if forms[text] == PLAIN:
            count = read_ascii(
                data, start, end, folded, edges, later, hashes[used:], figures[used:]
            )
        else:
            table = raw if forms[text] == RAW else normalised
            count = read_latin(
                data, start, end, table, folded, edges, later, hashes[used:], figures[used:]
            )
        if count < 0:
            forms[text] = HARD
            count = 0
        used += count
        word_bounds[text + 1] = used


@compiled
def distinct(words: U64, size: int) -> U64:
    """The distinct shingles of a text given its word hashes, sorted."""
    found = np.empty(len(words), dtype=np.uint64)
    count = shingle(words, len(words), size, found)
    found = found[:count]
    found.sort()
    kept = 0
    for at in range(count):
        if at == 0 or found[at] != found[at - 1]:
            found[kept] = found[at]
            kept += 1
    return found[:kept]
