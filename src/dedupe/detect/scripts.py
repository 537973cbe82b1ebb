"""Text that is not ASCII, as ``reading`` reads ASCII: to word hashes, in Numba.

Where all words have spaces between them, only characters that are not ASCII cost a step; text of
other scripts is read character by character.
"""
# ruff: noqa: PLR2004 - the figures of UTF-8 are clearer than names for them
# mypy: disable-error-code="import-untyped,call-overload,arg-type,return-value,no-any-return"
# In compiled code every integer is one of the machine's, whatever Python calls it.

from __future__ import annotations

import numpy as np

from dedupe.detect.reading import (
    I32,
    I64,
    U8,
    U64,
    compiled,
    find_edges,
    fold_ascii,
    has_digit,
    hash_word,
    hash_words,
)
from dedupe.detect.vectors import BLOCK, lowest_bit, reaching
from dedupe.words import GROUPED, LONGEST_WORD, PAIRED

LEAD = np.uint8(0xC0)
"""The least first byte of a character that is not ASCII."""

OTHER = -2
"""What ``fold_latin`` says to text in scripts without spaces."""

SHARP_S = 0xDF
LETTER_S = ord("s")
"""The sharp s folds to two letters, in as many bytes: the one such case that is worth a branch."""


@compiled
def fold_latin(data: U8, start: int, end: int, table: I32, folded: U8) -> int:
    """As ``fold_ascii``, for text of any script with spaces; ``table`` as in ``read_unicode``.

    Returns 0; -1 at a character that the table does not know alone; ``OTHER`` at one of a script
    without spaces. Only characters that are not ASCII cost a step.
    """
    fold_ascii(data, start, end, folded)
    for block in range(start, end, BLOCK):
        leads = reaching(data, block, LEAD)
        if end - block < BLOCK:
            leads &= (np.uint64(1) << np.uint64(end - block)) - np.uint64(1)
        while leads:
            at = block + np.int64(lowest_bit(leads))
            leads &= leads - np.uint64(1)
            lead = np.int64(data[at])
            second = np.int64(data[at + 1]) & 63
            if lead < 0xE0:
                point, size = ((lead & 31) << 6) | second, 2
            elif lead < 0xF0:
                point = ((lead & 15) << 12) | (second << 6) | (data[at + 2] & 63)
                size = 3
            else:
                point = ((lead & 7) << 18) | (second << 12)
                point |= ((data[at + 2] & 63) << 6) | (data[at + 3] & 63)
                size = 4
            entry = table[min(point, len(table) - 1)]
            if entry < 0:
                return -1
            if entry & 3:
                if entry & 3 > 1:
                    return OTHER
                if point == SHARP_S:
                    folded[at - start] = folded[at - start + 1] = LETTER_S
                else:
                    write_character(folded, at - start, size, entry >> 2)
    return 0


@compiled
def write_character(folded: U8, place: int, size: int, point: int) -> None:
    """A character that is not ASCII, in the bytes that it takes in UTF-8."""
    for behind in range(size - 1, 0, -1):
        folded[place + behind] = 0x80 | (point & 63)
        point >>= 6
    folded[place] = np.uint8(0xF00 >> size) | point


@compiled
def read_latin(  # noqa: PLR0913, PLR0917 - as above
    data: U8,
    start: int,
    end: int,
    table: I32,
    folded: U8,
    edges: I64,
    later: I64,
    hashes: U64,
    figures: U8,
) -> int:
    """As ``read_unicode``, faster for text of which most is ASCII and all has spaces."""
    found = fold_latin(data, start, end, table, folded)
    if found == 0:
        count = find_edges(folded, end - start, edges) // 2
        # Of more bytes, but perhaps not of more characters.
        if hash_words(folded, edges, later, count, hashes) <= LONGEST_WORD:
            if len(figures) > 0:
                for word in range(count):
                    figures[word] = has_digit(folded, edges[2 * word], edges[2 * word + 1])
            return count
        found = OTHER
    if found == OTHER:
        return read_unicode(data, start, end, table, folded, edges, hashes, figures)
    return found


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
def read_unicode(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one loop, no calls in it
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
            else:
                write_character(folded, place, size, target)
        at += size
    if kind:
        starts[count] = end - start
        words = read_run(folded, starts, count, kind, hashes, figures, words)
    return words
