"""What counts as a word, in one place: every count, hash and comparison of text starts here.

Normalisation is NFKC, then case folding, then everything that is not a letter, mark or digit
separates words. Invisible characters (soft hyphens, joiners, variation selectors) are dropped, so
that they neither split a word nor make one.

Scripts written without spaces have no words to cut, so their runs become overlapping character
n-grams, as in Lucene's CJKAnalyzer: pairs for Han and kana, groups of four for Thai, Lao, Khmer and
Burmese, whose letters say less each. Hangul has spaces and needs no scheme.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

NORMALISER = "1"
"""Version of the rules below. Sketches made under different versions are never compared."""

LONGEST_WORD = 40
"""Characters of a word; a longer run (base64, an unknown script without spaces) is cut into such
pieces, so that no text is one enormous word."""

PAIRED = 2
GROUPED = 4

_PAIRED_RANGES = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\uf900-\ufaff"
    "\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_GROUPED_RANGES = (
    "\u0e00-\u0e3e\u0e40-\u0e4e\u0e80-\u0edf\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17dc-\u17df"
    "\u1950-\u1974\u1980-\u19c9\u1a20-\u1a9f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
_ASCII_WORD = re.compile(f"[0-9a-z]{{1,{LONGEST_WORD}}}")
_SPACED_WORD = re.compile(f"[^\\W_]{{1,{LONGEST_WORD}}}")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def normalise(text: str) -> str:
    """NFKC and case folding, without invisible characters. Separators are left as they are."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


def words(text: str) -> list[str]:
    """The words of ``text`` in order, normalised. Text without letters or digits has none."""
    return split(normalise(text))


def split(normalised: str) -> list[str]:
    """The words of text that ``normalise`` has been through."""
    if normalised.isascii():
        return _ASCII_WORD.findall(normalised)
    special, run = patterns()
    if not _ASTRAL.search(normalised) and not special.search(normalised):
        return _SPACED_WORD.findall(normalised)
    found: list[str] = []
    for match in run.finditer(normalised):
        if match.lastindex is None:
            found.append(match[0])
        else:
            found.extend(_grams(match[0], PAIRED if match.lastindex == 1 else GROUPED))
    return found


def word_count(text: str) -> int:
    """How many words ``text`` has."""
    return fingerprint(text)[0]


def content_hash(text: str) -> str:
    """32 hexadecimal digits of the normalised words: texts with the same hash are ``exact``."""
    return fingerprint(text)[1]


def fingerprint(text: str) -> tuple[int, str]:
    """``word_count`` and ``content_hash`` of ``text`` in one go."""
    found = _western(text)
    if found is None:
        every = words(text)
        count, joined = len(every), " ".join(every).encode("utf-8", "surrogatepass")
    else:
        count, joined = found
    return count, hashlib.blake2b(joined, digest_size=16).hexdigest()


def _western(text: str) -> tuple[int, bytes] | None:
    """The number of words and ``" ".join(words(text))`` in UTF-8, by table; None if that cannot be.

    Every document is counted and hashed; this takes a tenth of the time of cutting its words out.
    """
    encoding = "latin-1"  # strings are held in it: it takes no time
    try:
        try:
            folded = text.encode(encoding)
        except UnicodeEncodeError:
            encoding = "cp1252"
            folded = text.encode(encoding)
    except UnicodeEncodeError:
        return None
    table, gone = _byte_table(encoding)
    folded = folded.translate(table, gone)
    if not folded.isascii():
        folded = folded.replace(_SHARP_S, b"ss")
    if b"\0" in folded or _LONG in folded.translate(_INSIDE):
        return None
    every = folded.split()
    folded = b" ".join(every)
    return len(every), folded if folded.isascii() else folded.decode(encoding).encode()


_SHARP_S = b"\xdf"
_INSIDE = bytes(code if code == ord(" ") else ord("x") for code in range(256))
_LONG = b"x" * (LONGEST_WORD + 1)


@cache
def _byte_table(encoding: str) -> tuple[bytes, bytes]:
    """What each byte folds to (0: not to one of the same encoding), and which ones vanish.

    No two of these characters combine, so that each folds by itself.
    """
    folded, gone = bytearray(256), bytearray()
    for code in range(256):
        try:
            char = bytes([code]).decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = normalise(char)
        if char == "\u00df":
            folded[code] = code  # one character to two
        elif not plain:
            gone.append(code)
        elif not words(char):
            folded[code] = ord(" ")
        elif len(plain) == 1 and len(encoded := plain.encode(encoding, "ignore")) == 1:
            folded[code] = encoded[0]
    return bytes(folded), bytes(gone)


@cache
def patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    r"""What ``\w`` cannot cut, and what cuts it.

    The first pattern finds a combining mark (``\w`` lacks them, and without them the words of
    Indic scripts fall apart) or a character of an unspaced script. The second matches a word (no
    group), a run of paired (group 1) or of grouped characters (group 2). Built at first need, as
    listing the marks takes some milliseconds. The first keeps to the Basic Multilingual Plane:
    ``re`` tests a larger class range by range, twenty times slower.
    """
    unspaced = _PAIRED_RANGES + _GROUPED_RANGES
    outside = re.compile(f"[^{unspaced}]")
    marks = [
        char
        for char in map(chr, range(0x300, 0x20000))
        if unicodedata.category(char)[0] == "M" and outside.match(char)
    ]
    special = "".join(char for char in marks if char < "\U00010000")
    special += "".join(filter(lambda char: char < "\U00010000", _members(unspaced)))
    every = "".join(marks)
    return (
        re.compile(f"[{special}]"),
        re.compile(
            f"(?:(?![{unspaced}_])[\\w{every}]){{1,{LONGEST_WORD}}}"
            f"|([{_PAIRED_RANGES}]+)|([{_GROUPED_RANGES}]+)"
        ),
    )


def _members(ranges: str) -> list[str]:
    """The characters of a regular expression's class, without those beyond plane 1."""
    return re.findall(f"[{ranges}]", "".join(map(chr, range(0x20000))))


def _grams(run: str, size: int) -> list[str]:
    return [run[at : at + size] for at in range(max(1, len(run) - size + 1))]
