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
_SEPARATORS = re.compile(r"(?:[^\w#]|_)+")
# Two classes: ``re`` looks a character up in one that ends with plane 0, and compares otherwise.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_UNSPACED_BEYOND = re.compile(r"[\U00020000-\U0003ffff]")
_END = re.compile(r"[.!?…。！？।؟](?:[\"'»”’›)\]」』]|\s){0,6}$")
_QUOTED = re.compile(r"^\s{0,3}[«\"“„‘'›「『].{0,2000}[»\"”“’'‹」』][.!?,…\s]{0,4}$", re.DOTALL)


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, digits as ``#``, words parted by one space."""
    return _fold_short(text) if len(text) < _SHORT else _fold(text)


def by_byte(text: str) -> tuple[bytes, str]:
    """Return ``text`` with a byte for each character, and the name of the encoding.

    Latin-1 takes no time, as strings are held in it. Windows-1252 has dashes, quotes and the Euro.

    Raises:
        UnicodeEncodeError: neither has all characters.
    """
    try:
        return text.encode("latin-1"), "latin-1"
    except UnicodeEncodeError:
        return text.encode("cp1252"), "cp1252"


def _fold(text: str) -> str:
    try:
        words, encoding = by_byte(text)
    except UnicodeEncodeError:
        return _fold_any(text)
    words = words.translate(_BYTES[encoding])
    if b"\0" in words:
        return _fold_any(text)
    if _SHARP_S in words:
        words = words.replace(_SHARP_S, b"ss")
    if b"##" in words:
        words = _FIGURES.sub(b"#", words)
    words = b" ".join(words.split())
    return words.decode("ascii" if words.isascii() else encoding)


def letters(text: str) -> str | None:
    """Return the letters of ``fold(text)``, and nothing else; None where that takes time."""
    try:
        found, encoding = by_byte(text)
    except UnicodeEncodeError:
        return None
    found = found.translate(_BYTES[encoding], _NO_LETTERS[encoding])
    if b"\0" in found or _SHARP_S in found:
        return None
    return found.decode("ascii" if found.isascii() else encoding)


def _fold_any(text: str) -> str:
    """``fold`` for any text. Most are of Windows-1252, whose characters fold by a table."""
    text = text.casefold().replace("#", " ")
    if not text.isascii():
        for mark in _PUNCTUATION:
            text = text.replace(mark, " ")
        text = _unmarked(text)
    if text.isascii() and "#" not in text:
        text = " ".join(text.translate(_PLAIN).split())
        while "##" in text:
            text = text.replace("##", "#")
        return text
    return _SEPARATORS.sub(" ", _DIGITS.sub("#", text)).strip()


# What keeps most European text from being ASCII once its accents are gone.
_PUNCTUATION = "’‘“”„«»–—•·|\u00a0"
_PLAIN = {
    code: chr(code) if chr(code).isalpha() else "#" if chr(code).isdigit() else " "
    for code in range(128)
}
_COMMON_MARKS = "\u0300\u0301\u0302\u0303\u0308\u0327"


def _unmarked(text: str) -> str:
    """Return ``text`` decomposed, without combining marks."""
    text = unicodedata.normalize("NFKD", text)
    bare = text.encode("ascii", "ignore")
    if len(text) - len(bare) == sum(map(text.count, _COMMON_MARKS)):
        return bare.decode("ascii")
    return _MARKS.sub("", text)


_SHARP_S = b"\xdf"


def _folded_byte(code: int, encoding: str) -> int:
    """What ``fold`` makes of a byte; 0 if that is not one of the same encoding.

    The sharp s, two letters, stays as it is.
    """
    char = bytes([code]).decode(encoding, "replace")
    if code == _SHARP_S[0]:
        return code
    plain = _fold_any(f"a{char}a")
    folded = plain[1].encode(encoding, "ignore") if len(plain) == len("a a") else b""
    return folded[0] if folded else 0


_BYTES = {
    encoding: bytes(_folded_byte(code, encoding) for code in range(256))
    for encoding in ("latin-1", "cp1252")
}
_NO_LETTERS = {
    encoding: bytes(code for code in range(256) if table[code] in b" #")
    for encoding, table in _BYTES.items()
}
_FIGURES = re.compile(rb"##+")


# The first bytes, in UTF-8, of the characters of scripts without spaces (and of few others).
_UNSPACED_LEADS = {0xE0, *range(0xE3, 0xEA), 0xEF, 0xF0}
_OTHER_BYTES = bytes(set(range(256)) - _UNSPACED_LEADS)


def _count_unspaced(text: str) -> int:
    if not text.encode("utf-8", "surrogatepass").translate(None, _OTHER_BYTES):
        return 0
    return len(_UNSPACED.findall(text)) + len(_UNSPACED_BEYOND.findall(text))


_SHORT = 120
# Menus and buttons say the same few words on every page; pure, so the cache only saves time.
_fold_short = lru_cache(maxsize=20_000)(_fold)


def count_words(text: str) -> int:
    """Return the number of words; unspaced scripts count half a word for a character."""
    if len(text) < _SHORT and text.isascii():
        return len(text.split())
    try:
        shape = text.encode("latin-1").translate(_SHAPE)
    except UnicodeEncodeError:
        return len(text.split()) + _count_unspaced(text) // 2
    return shape.count(b" x") + shape.startswith(b"x")


_SHAPE = bytes(ord(" ") if chr(code).isspace() else ord("x") for code in range(256))


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` to compare: figures kept, no case; characters if unspaced."""
    text = text.casefold()
    if not text.isascii():
        text = _unmarked(text)
        if not text.isascii() and _count_unspaced(text) * 3 > len(text):
            return [c for c in text if c.isalnum()]
    return _WORD.findall(text)


_WORD = re.compile(r"\w+")


_NOTE = re.compile(r"\([^()]{0,200}\)\s{0,200}$")
_LONGEST_NOTE = 200


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends as a sentence does, closing quotes and brackets aside."""
    last = text[-1:]
    if last == "." or last.isalnum():
        return last == "."
    if _END.search(text, max(0, len(text) - 8)) is not None:
        return True
    # A note in brackets after the last sentence: who reported it, a rate of exchange.
    note = _NOTE.search(text[-_LONGEST_NOTE:])
    return note is not None and _END.search(text[: len(text) - len(note[0])].rstrip()) is not None


def is_quotation(text: str) -> bool:
    """Whether the whole of ``text`` stands between quotation marks."""
    return _QUOTED.match(text) is not None


def squash(text: str) -> str:
    """Return ``text`` with every run of white space as one space, none at the ends."""
    return " ".join(text.split())
