"""The language of a text, by script and by its commonest words. No model, no download.

Function words make up a third to a half of running text in the languages listed, and the lists
overlap little; a text of a few sentences is enough. Nothing is returned where the evidence is thin.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from math import lcm

from dedupe.clean.lexicon import section
from dedupe.clean.words import by_byte

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
)
_BEYOND_LATIN = re.compile(r"[\u0370-\u1cff\u3040-\ud7af]")
# Of the bytes in UTF-8 of characters before the Greek ones.
_LATIN_BYTES = bytes((*range(0xCD), 0xE2))
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_TOKEN = re.compile(r"[^\W\d_]+")


def _letter(code: int, encoding: str) -> int:
    """A byte in lower case; a space if it is no letter of a word."""
    char = bytes([code]).decode(encoding, "replace").lower()
    return char.encode(encoding, "replace")[0] if _TOKEN.fullmatch(char) else ord(" ")


_LETTERS = {
    encoding: bytes(_letter(code, encoding) for code in range(256))
    for encoding in ("latin-1", "cp1252")
}
_SAMPLE = 3000
_SCRIPT_SHARE = 0.15
_LEAST_WORDS = 4
_LEAST_SHARE = 0.14
_MARGIN = 1.08
_PARTS, _PART = 4, 120
_DIGIT = 32
_CLEAR_SHARE, _CLEAR_MARGIN = 0.15, 2.0


@cache
def _index() -> tuple[dict[bytes, int], dict[str, int], list[str], int]:
    """What each word is worth to each language, by byte and in any text; languages; a one.

    A word that k languages have is worth 4 / (4 + k) to each, in parts of the one that make whole
    numbers of all of them. These stand side by side in one number, as its digits of 32 bits, so
    that a text's votes for all languages are one sum.
    """
    shared: dict[str, list[str]] = {}
    lists = section("function_words")
    for language, common in lists.items():
        for word in common:
            shared.setdefault(word, []).append(language)
    languages = sorted(lists)
    one = lcm(*(4 + len(each) for each in shared.values()))
    others = {
        word: sum((4 * one // (4 + len(of))) << _DIGIT * languages.index(each) for each in of)
        for word, of in shared.items()
    }
    western = {
        encoded: worth
        for word, worth in others.items()
        if (encoded := word.encode("cp1252", "ignore")).decode("cp1252") == word
    }
    return western, others, languages, one


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language ``text`` is in; None if it is not clear."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        found = _by_script(sample)
        if found:
            return found
    if len(sample) > 2 * _PARTS * _PART:
        # Most texts tell by a few sentences, from here and there: some may be quotations.
        step = (len(sample) - _PART) // (_PARTS - 1)
        few = " ".join([sample[at : at + _PART] for at in range(0, _PARTS * step, step)])
        found = _by_words(few, _CLEAR_SHARE, _CLEAR_MARGIN)
        if found:
            return found
    return _by_words(sample, _LEAST_SHARE, _MARGIN)


def _by_words(sample: str, share: float, margin: float) -> str | None:
    """The language with the most function words, if they are such a share, and so many more."""
    western, others, languages, one = _index()
    try:
        found, encoding = by_byte(sample)
        words = [*map(western.get, found.translate(_LETTERS[encoding]).split())]
    except UnicodeEncodeError:
        words = [*map(others.get, _TOKEN.findall(sample.lower()))]
    total = sum(filter(None, words))
    if len(words) < _LEAST_WORDS or not total:
        return None
    width = _DIGIT // 8 * len(languages)
    votes = memoryview(total.to_bytes(width, sys.byteorder)).cast("I").tolist()
    if sys.byteorder == "big":
        votes.reverse()
    second, most = sorted(votes)[-2:]
    clear = most >= share * one * len(words) and most >= margin * second
    return languages[votes.index(most)] if clear else None


def _by_script(sample: str) -> str | None:
    least = _SCRIPT_SHARE * len(sample)
    if len(sample.encode("utf-8", "surrogatepass").translate(None, _LATIN_BYTES)) < least:
        return None  # that is not so many characters
    if len(_BEYOND_LATIN.findall(sample)) < least:
        return None
    for language, pattern in _SCRIPTS:
        if len(pattern.findall(sample)) >= least:
            return language
    if len(_ARABIC.findall(sample)) >= least:
        return "fa" if any(c in sample for c in "پچژگ") else "ar"
    if len(_CYRILLIC.findall(sample)) >= least:
        ukrainian = sum(sample.count(c) for c in "іїєґ")
        return "uk" if ukrainian > sum(sample.count(c) for c in "ыэъё") else "ru"
    return None
