"""The compiled path from UTF-8 to word hashes, in Numba; the values are those of ``shingling``.

Importing this module imports Numba. Nothing is compiled before the first call, and the machine code
is cached on disk.
"""

# mypy: disable-error-code="import-untyped,call-overload,arg-type,return-value,no-any-return"
# In compiled code every integer is one of the machine's, whatever Python calls it.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from dedupe.detect import shingling
from dedupe.detect.vectors import BLOCK, bits_set, load64, lowest_bit, reaching
from dedupe.words import LONGEST_WORD

F = TypeVar("F", bound=Callable[..., Any])

U8 = NDArray[np.uint8]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

WORD_START = np.uint64(shingling.WORD_START)
WORD_FOLD = np.uint64(shingling.WORD_FOLD)
MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)

PADDING = BLOCK + 8
"""Bytes that scratch space for folded text has beyond the text."""

ANYTHING = np.uint8(1)
"""The least byte of a folded word."""

EDGES = 24
"""Places where words begin or end in a block: all that three quarters of the blocks have."""

CHUNK = 8
"""Bytes of a word that are hashed at a time; most words have no more."""


def compiled(function: F) -> F:
    """Compiles at the first call, without the interpreter lock, cached on disk."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


@compiled
def hash_word(data: U8, start: int, end: int) -> np.uint64:
    """See ``shingling.word_hashes``."""
    size = end - start
    value = np.uint64(size) * WORD_START
    # Most words have eight bytes at most: the first chunk is read without a branch.
    value = (value ^ (load64(data, start) & MASKS[np.uint64(min(size, 8))])) * WORD_FOLD
    value ^= value >> np.uint64(32)
    at = start + 8
    while at < end:
        value = (value ^ (load64(data, at) & MASKS[np.uint64(min(end - at, 8))])) * WORD_FOLD
        value ^= value >> np.uint64(32)
        at += 8
    return value


@compiled
def has_digit(data: U8, start: int, end: int) -> bool:
    """Whether a folded word has one of the digits 0 to 9.

    Of all bytes of folded UTF-8 words only theirs have neither of the two highest bits.
    """
    for at in range(start, end, 8):
        chunk = load64(data, at)
        high = ~(chunk | (chunk >> np.uint64(1))) & np.uint64(0x4040404040404040)
        if high & MASKS[np.uint64(min(end - at, 8))]:
            return True
    return False


@compiled
def fold_ascii(data: U8, start: int, end: int, folded: U8) -> None:
    """Small letters and digits as they are, large letters small, all else 0, into ``folded``."""
    text = data[start:end]
    # Bytes throughout, so that vector instructions take many of them at a time.
    for at in range(len(text)):
        char = np.uint8(text[at])
        small = np.uint8(char | np.uint8(0x20))
        letter = np.uint8(small - np.uint8(ord("a"))) < np.uint8(26)
        digit = np.uint8(char - np.uint8(ord("0"))) < np.uint8(10)
        folded[at] = small if letter else (char if digit else np.uint8(0))
    folded[len(text) : len(text) + PADDING] = 0


@compiled
def find_edges(folded: U8, size: int, edges: I64) -> int:
    """Where words begin and end in turn, into ``edges``; returns how many places these are.

    Bytes that are not 0 become bits of a machine word, in which an edge is a bit unlike the one
    before it: only edges cost a step, not characters.
    """
    count = np.uint64(0)
    before = np.uint64(0)
    for block in range(0, size + 1, BLOCK):
        inside = reaching(folded, block, ANYTHING)
        changes = inside ^ ((inside << np.uint64(1)) | before)
        before = inside >> np.uint64(63)
        after = count + bits_set(changes)
        # As many as most blocks have, whether they are there or not: their number is hard to
        # predict, and what is too much is overwritten.
        for step in range(EDGES):
            edges[count + np.uint64(step)] = block + np.int64(lowest_bit(changes))
            changes &= changes - np.uint64(1)
        count += np.uint64(EDGES)
        while changes:
            edges[count] = block + np.int64(lowest_bit(changes))
            changes &= changes - np.uint64(1)
            count += np.uint64(1)
        count = after
    return np.int64(count)


@compiled
def hash_words(folded: U8, edges: I64, later: I64, count: int, hashes: U64) -> int:
    """Hashes of the ``count`` words between the edges; returns the bytes of the longest.

    The first chunk of every word, then the rest of those that have one (``later`` has room for all
    words): whether the next word is long is hard to predict, so nothing hangs on it.
    """
    longest = 0
    waiting = np.uint64(0)
    for at in range(count):
        word = np.uint64(at)
        first = edges[np.uint64(2) * word]
        size = edges[np.uint64(2) * word + np.uint64(1)] - first
        value = np.uint64(size) * WORD_START
        mask = MASKS[np.uint64(min(size, CHUNK))]
        value = (value ^ (load64(folded, first) & mask)) * WORD_FOLD
        hashes[word] = value ^ (value >> np.uint64(32))
        longest = max(longest, size)
        later[waiting] = at
        waiting += np.uint64(size > CHUNK)
    for at in range(np.int64(waiting)):
        word = later[at]
        last = edges[2 * word + 1]
        value = hashes[word]
        for place in range(edges[2 * word] + CHUNK, last, CHUNK):
            mask = MASKS[np.uint64(min(last - place, CHUNK))]
            value = (value ^ (load64(folded, place) & mask)) * WORD_FOLD
            value ^= value >> np.uint64(32)
        hashes[word] = value
    return longest


@compiled
def hash_cut(folded: U8, edges: I64, count: int, hashes: U64, figures: U8) -> int:
    """``hash_words`` where some are cut, or are asked for figures; returns how many there are."""
    asked = len(figures) > 0
    words = np.uint64(0)
    for word in range(count):
        first, last = edges[2 * word], edges[2 * word + 1]
        while last > first:
            end = min(last, first + LONGEST_WORD)
            hashes[words] = hash_word(folded, first, end)
            if asked:
                figures[words] = has_digit(folded, first, end)
            words += np.uint64(1)
            first = end
    return np.int64(words)


@compiled
def read_ascii(  # noqa: PLR0913, PLR0917 - Numba takes arrays, not records
    data: U8, start: int, end: int, folded: U8, edges: I64, later: I64, hashes: U64, figures: U8
) -> int:
    """Hashes of the words of ASCII text into ``hashes``; returns how many.

    ``figures`` is set to 1 for words with a digit, to 0 for others; not if it has no room at all.
    """
    fold_ascii(data, start, end, folded)
    count = find_edges(folded, end - start, edges) // 2
    if hash_words(folded, edges, later, count, hashes) > LONGEST_WORD:
        return hash_cut(folded, edges, count, hashes, figures)
    if len(figures) > 0:
        for word in range(count):
            figures[word] = has_digit(folded, edges[2 * word], edges[2 * word + 1])
    return count
