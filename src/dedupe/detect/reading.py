"""The compiled path from UTF-8 to word hashes, in Numba; the values are those of ``shingling``.

Importing this module imports Numba. Nothing is compiled before the first call, and the machine code
is cached on disk.
"""
# ruff: noqa: PLR2004 - the figures of UTF-8 are clearer than names for them
# mypy: disable-error-code="import-untyped,call-overload,arg-type,return-value,no-any-return"
# In compiled code every integer is one of the machine's, whatever Python calls it.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from dedupe.detect import shingling
from dedupe.words import GROUPED, LONGEST_WORD, PAIRED

F = TypeVar("F", bound=Callable[..., Any])

U8 = NDArray[np.uint8]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

WORD_START = np.uint64(shingling.WORD_START)
WORD_FOLD = np.uint64(shingling.WORD_FOLD)
MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)

BLOCK = 64
"""Bytes of ASCII text whose words are told apart at a time: one bit each in a machine word."""

PADDING = BLOCK + 8
"""Bytes that scratch space for folded text has beyond the text."""

SEVEN_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
HIGH_BITS = np.uint64(0x8080808080808080)
GATHER = np.uint64(0x0102040810204080)
"""Times a word whose bytes are 0 or 1 gives these as the bits of its highest byte."""

SHARP_S = 0xDF
LETTER_S = ord("s")
"""The sharp s folds to two letters, in as many bytes: the one such case that is worth a branch."""


def compiled(function: F) -> F:
    """Compiles at the first call, without the interpreter lock, cached on disk."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


def _load64(_context: Any, data: Any, _at: Any) -> Any:  # noqa: ANN401 - Numba's own types
    """Eight bytes of ``data`` from ``at`` on, little-endian, on any alignment."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.gep(array.data, [args[1]])
        place = builder.bitcast(place, ir.IntType(64).as_pointer())
        loaded = builder.load(place)
        loaded.align = 1
        return loaded

    return types.uint64(data, types.intp), generate


load64: Any = intrinsic(_load64)


def _lowest_bit(_context: Any, bits: Any) -> Any:  # noqa: ANN401
    """The place of the lowest bit that is set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(bits), generate


lowest_bit: Any = intrinsic(_lowest_bit)


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
        inside = np.uint64(0)
        for part in range(0, BLOCK, 8):
            used = ((load64(folded, block + part) + SEVEN_BITS) & HIGH_BITS) >> np.uint64(7)
            inside |= ((used * GATHER) >> np.uint64(56)) << np.uint64(part)
        changes = inside ^ ((inside << np.uint64(1)) | before)
        before = inside >> np.uint64(63)
        while changes:
            edges[count] = block + np.int64(lowest_bit(changes))
            changes &= changes - np.uint64(1)
            count += np.uint64(1)
    return np.int64(count)


@compiled
def read_ascii(
    data: U8, start: int, end: int, folded: U8, edges: I64, hashes: U64, figures: U8
) -> int:
    """Hashes of the words of ASCII text into ``hashes``; returns how many.

    ``figures`` is set to 1 for words with a digit, to 0 for others; not if it has no room at all.
    """
    fold_ascii(data, start, end, folded)
    asked = len(figures) > 0
    words = np.uint64(0)
    for edge in range(0, find_edges(folded, end - start, edges), 2):
        first, last = edges[edge], edges[edge + 1]
        while last - first > LONGEST_WORD:
            hashes[words] = hash_word(folded, first, first + LONGEST_WORD)
            if asked:
                figures[words] = has_digit(folded, first, first + LONGEST_WORD)
            words += np.uint64(1)
            first += LONGEST_WORD
        hashes[words] = hash_word(folded, first, last)
        if asked:
            figures[words] = has_digit(folded, first, last)
        words += np.uint64(1)
    return np.int64(words)


@compiled
def read_run(
    data: U8, starts: I64, count: int, kind: int, hashes: U64, figures: U8, words: int
) -> int:
    """Hashes of the words of a run of ``count`` characters of one kind; returns the new total."""
    asked = len(figures) > 0
    if kind == 1:
        for first in range(0, count, LONGEST_WORD):
            last = min(first + LONGEST_WORD, count)
            hashes[words] = hash_word(data, starts[first], starts[last])
            if asked:
                figures[words] = has_digit(data, starts[first], starts[last])
            words += 1
        return words
    size = min(count, PAIRED if kind == 2 else GROUPED)
    for first in range(count - size + 1):
        hashes[words] = hash_word(data, starts[first], starts[first + size])
        if asked:
            figures[words] = 0
        words += 1
    return words


@compiled
def read_unicode(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop, no calls in it
    data: U8, start: int, end: int, table: I32, folded: U8, starts: I64, hashes: U64, figures: U8
) -> int:
    """Hashes of the words of text of any script into ``hashes``; returns how many.

    ``table`` says what each character is and folds to (see ``encoding``). Returns -1 at a character
    that it does not know alone.
    """
    words = count = 0
    kind = np.int32(0)
    at = start
    while at < end:
        lead = np.int64(data[at])
        if lead < 0x80:
            point, size = lead, 1
        elif lead < 0xE0:
            point, size = ((lead & 31) << 6) | (data[at + 1] & 63), 2
        elif lead < 0xF0:
            point = ((lead & 15) << 12) | ((data[at + 1] & 63) << 6) | (data[at + 2] & 63)
            size = 3
        else:
            point = ((lead & 7) << 18) | ((data[at + 1] & 63) << 12)
            point |= ((data[at + 2] & 63) << 6) | (data[at + 3] & 63)
            size = 4
        entry = table[min(point, len(table) - 1)]
        if entry < 0:
            return -1
        place = at - start
        found = entry & 3
        if found != kind:
            if kind:
                starts[count] = place
                words = read_run(folded, starts, count, kind, hashes, figures, words)
            kind = found
            count = 0
        if kind:
            starts[count] = place
            count += 1
            target = entry >> 2
            if size == 1:
                folded[place] = target
            elif point == SHARP_S:
                folded[place] = folded[place + 1] = LETTER_S
                starts[count] = place + 1
                count += 1
            elif size == 2:
                folded[place] = 0xC0 | (target >> 6)
                folded[place + 1] = 0x80 | (target & 63)
            elif size == 3:
                folded[place] = 0xE0 | (target >> 12)
                folded[place + 1] = 0x80 | ((target >> 6) & 63)
                folded[place + 2] = 0x80 | (target & 63)
            else:
                folded[place] = 0xF0 | (target >> 18)
                folded[place + 1] = 0x80 | ((target >> 12) & 63)
                folded[place + 2] = 0x80 | ((target >> 6) & 63)
                folded[place + 3] = 0x80 | (target & 63)
        at += size
    if kind:
        starts[count] = end - start
        words = read_run(folded, starts, count, kind, hashes, figures, words)
    return words
