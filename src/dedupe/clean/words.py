"""Text as rules and comparisons see it: folded case, accents, apostrophes, digits; words counted.

Scripts without spaces (Chinese, Japanese, Thai ...) count two characters as one word, so that every
threshold of this package, given in words, means about the same amount of text in any language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Every pattern here is one character class repeated: linear in the text.
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u064b-\u065f]+")
_DIGITS = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[^\w#]+|_+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_END = re.compile(r"[.!?…。！？।؟](?:[\"'»”’›)\]」』]|\s){0,6}$")
_QUOTED = re.compile(r"^\s{0,3}[«\"“„‘'›「『].{0,2000}[»\"”“’'‹」』][.!?,…\s]{0,4}$", re.DOTALL)


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, digits as ``#``, words parted by one space."""
    return _fold_short(text) if len(text) < _SHORT else _fold(text)


def _fold(text: str) -> str:
    text = text.casefold().replace("#", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = _MARKS.sub("", text)
    return _SEPARATORS.sub(" ", _DIGITS.sub("#", text)).strip()


_SHORT = 120
# Menus and buttons say the same few words on every page; pure, so the cache only saves time.
_fold_short = lru_cache(maxsize=20_000)(_fold)


def count_words(text: str) -> int:
    """Return the number of words; unspaced scripts count half a word for a character."""
    count = len(text.split())
    if not text.isascii():
        unspaced = len(_UNSPACED.findall(text))
        if unspaced:
            count += unspaced // 2
    return count


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` to compare: figures kept, no case; characters if unspaced."""
    text = text.casefold()
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if len(_UNSPACED.findall(text)) * 3 > len(text):
            return [c for c in text if c.isalnum()]
    return _WORD.findall(text)


_WORD = re.compile(r"\w+")


_NOTE = re.compile(r"\s*\([^()]*\)\s*$")
_LONGEST_NOTE = 200


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends as a sentence does, closing quotes and brackets aside."""
    if _END.search(text, max(0, len(text) - 8)) is not None:
        return True
    # A note in brackets after the last sentence: who reported it, a rate of exchange.
    note = _NOTE.search(text[-_LONGEST_NOTE:])
    return note is not None and _END.search(text[: len(text) - len(note[0])]) is not None


def is_quotation(text: str) -> bool:
    """Whether the whole of ``text`` stands between quotation marks."""
    return _QUOTED.match(text) is not None


def squash(text: str) -> str:
    """Return ``text`` with every run of white space as one space, none at the ends."""
    return " ".join(text.split())
