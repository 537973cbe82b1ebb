"""Texts as the compiled path reads them: bytes in a row, and what each character is and folds to.

NFKC and case folding of most characters do not depend on their neighbours, and keep their length in
UTF-8. These the kernel folds by a table; a text with any other (combining marks, ligatures,
invisible characters) is normalised in Python first, ten times slower.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedupe.words import normalise, patterns

PLAIN = 0
"""ASCII, not folded."""
RAW = 1
"""Any text, not folded."""
NORMALISED = 2
"""Text that ``words.normalise`` has been through."""
HARD = 3
"""Set by the kernel: a text that it cannot fold."""

UNKNOWN = -1
LAST = 0x40000
"""Code points below this have an entry in the tables; the last entry stands for all others."""

NO_TABLE = np.full(1, UNKNOWN, dtype=np.int32)
"""In place of the tables where all texts are ASCII."""

_PADDING = "\0" * 72
"""Words are read eight bytes, characters looked for 64 bytes at a time."""

_HAN_PLANES = range(0x20000, LAST)
_JAMO = range(0x1100, 0x1200)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Texts ``data[bounds[i] : bounds[i + 1]]`` in UTF-8, each in one of the forms above."""

    data: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    forms: NDArray[np.uint8]


def encode(texts: Sequence[str], *, normalised: bool = False) -> Encoded:
    """``texts`` as they are, or (``normalised``) normalised first."""
    if normalised:
        parts = [normalise(text).encode("utf-8", "surrogatepass") for text in texts]
        forms = [NORMALISED] * len(texts)
    elif (joined := "".join((*texts, _PADDING))).isascii():
        # In one go: a call a text would take as long as a fifth of the sketch.
        bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([*map(len, texts)], out=bounds[1:])
        data = np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
        return Encoded(data, bounds, np.zeros(len(texts), dtype=np.uint8))
    else:
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        forms = [PLAIN if text.isascii() else RAW for text in texts]
    bounds = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=bounds[1:])
    data = np.frombuffer(b"".join((*parts, _PADDING.encode())), dtype=np.uint8)
    return Encoded(data, bounds, np.array(forms, dtype=np.uint8))


def tables_for(encoded: Encoded) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The tables that the kernel needs for these texts: none where all are ASCII."""
    return tables() if encoded.forms.any() else (NO_TABLE, NO_TABLE)


@cache
def tables() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """What each character is in ``RAW`` and in ``NORMALISED`` text, by code point.

    An entry is the folded code point times four, plus 0 if the character separates words, 1 if it
    is spaced, 2 if paired, 3 if grouped (see ``words``). ``UNKNOWN`` in the first table: it takes
    its neighbours, or more room, to fold it.
    """
    kinds = _kinds()
    points = np.arange(LAST + 1, dtype=np.int32)
    normalised = np.where(kinds > 0, points * 4 + kinds, 0).astype(np.int32)
    raw = normalised.copy()
    for point in range(0x80, 0x20000):
        char = chr(point)
        folded = normalise(char)
        if folded != char or unicodedata.category(char)[0] == "M" or point in _JAMO:
            raw[point] = _fold(char, folded, kinds)
    for point in range(ord("A"), ord("Z") + 1):
        raw[point] = normalised[point + 32]
    raw[0xDF] = normalised[ord("s")]
    compatibility = np.arange(0x2F800, 0x2FA20)
    raw[compatibility] = UNKNOWN
    raw[LAST] = UNKNOWN
    return raw, normalised


def _fold(char: str, folded: str, kinds: NDArray[np.uint8]) -> int:
    if folded and not any(kinds[ord(each)] for each in folded):
        return 0
    same_room = len(folded) == 1 and len(folded.encode()) == len(char.encode())
    if not same_room or unicodedata.category(char)[0] == "M" or ord(char) in _JAMO:
        return UNKNOWN
    return ord(folded) * 4 + int(kinds[ord(folded)])


def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(LAST + 1, dtype=np.uint8)
    _, run = patterns()
    for match in run.finditer(" ".join(map(chr, range(0x20000)))):
        kinds[ord(match[0])] = 1 if match.lastindex is None else match.lastindex + 1
    kinds[_HAN_PLANES.start : _HAN_PLANES.stop] = 2
    return kinds
