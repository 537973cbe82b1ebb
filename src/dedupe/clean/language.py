"""The language of a text, by script and by its commonest words. No model, no download.

Function words make up a third to a half of running text in the languages listed, and the lists
overlap little; a text of a few sentences is enough. Nothing is returned where the evidence is thin.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from math import lcm

from dedupe.clean.lexicon import section

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


def _letter(code: int) -> int:
    """A byte of Windows-1252 in lower case; a space if it is no letter of a word."""
    char = bytes([code]).decode("cp1252", "replace").lower()
    return char.encode("cp1252", "replace")[0] if _TOKEN.fullmatch(char) else ord(" ")


_LETTERS = bytes(map(_letter, range(256)))
_SAMPLE = 3000
_SCRIPT_SHARE = 0.15
_LEAST_WORDS = 4
_LEAST_SHARE = 0.14
_MARGIN = 1.08
_PARTS, _PART = 4, 140
_CLEAR_SHARE, _CLEAR_MARGIN = 0.15, 2.0

_Groups = list[tuple[tuple[str, ...], int]]


@cache
def _index() -> tuple[dict[bytes, int], dict[str, int], _Groups, int]:
    """The group of each word, in Windows-1252 and in any text; the groups; a one.

    A group has languages, and what one of its words is worth to each. A word that k languages have
    is worth 4 / (4 + k), here in parts of the one that make whole numbers of all of them.
    """
    shared: dict[str, list[str]] = {}
    for language, common in section("function_words").items():
        for word in common:
            shared.setdefault(word, []).append(language)
    order = list(dict.fromkeys(map(tuple, shared.values())))
    one = lcm(*(4 + len(languages) for languages in order))
    groups = [(languages, 4 * one // (4 + len(languages))) for languages in order]
    numbers = {languages: number for number, languages in enumerate(order)}
    others = {word: numbers[tuple(languages)] for word, languages in shared.items()}
    western = {
        encoded: group
        for word, group in others.items()
        if (encoded := word.encode("cp1252", "ignore")).decode("cp1252") == word
    }
    return western, others, groups, one


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
    western, others, groups, one = _index()
    try:
        folded = sample.encode("ascii" if sample.isascii() else "cp1252").translate(_LETTERS)
        counts = Counter(map(western.get, folded.split()))
    except UnicodeEncodeError:
        counts = Counter(map(others.get, _TOKEN.findall(sample.lower())))
    words = counts.total()
    if words < _LEAST_WORDS:
        return None
    votes: dict[str, int] = {}
    for group, times in counts.items():
        if group is not None:
            languages, worth = groups[group]
            for language in languages:
                votes[language] = votes.get(language, 0) + times * worth
    if not votes:
        return None
    first = max(votes, key=lambda language: (votes[language], language))
    most = votes.pop(first)
    clear = most >= share * one * words and most >= margin * max(votes.values(), default=0)
    return first if clear else None


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
