"""The language of a text, by script and by its commonest words. No model, no download.

Function words make up a third to a half of running text in the languages listed, and the lists
overlap little; a text of a few sentences is enough. Nothing is returned where the evidence is thin.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

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
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_TOKEN = re.compile(r"[^\W\d_]+")
_LETTERS = bytes(
    ord(char.lower()) if char.isascii() and char.isalpha() else ord(" ")
    for char in map(chr, range(256))
)
_SAMPLE = 3000
_SCRIPT_SHARE = 0.15
_LEAST_WORDS = 4
_LEAST_SHARE = 0.14
_MARGIN = 1.08


@cache
def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for language, common in section("function_words").items():
        for word in common:
            index.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in index.items()}


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language ``text`` is in; None if it is not clear."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        found = _by_script(sample)
        if found:
            return found
    if sample.isascii():
        words = sample.encode("ascii").translate(_LETTERS).decode("ascii").split()
    else:
        words = _TOKEN.findall(sample.lower())
    if len(words) < _LEAST_WORDS:
        return None
    index = _index()
    votes: dict[str, float] = {}
    for word, times in Counter(filter(index.__contains__, words)).items():
        languages = index[word]
        for language in languages:
            votes[language] = votes.get(language, 0.0) + times / (1 + 0.25 * len(languages))
    ranked = sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _LEAST_SHARE * len(words):
        return None
    if len(ranked) > 1 and ranked[0][1] < _MARGIN * ranked[1][1]:
        return None
    return ranked[0][0]


def _by_script(sample: str) -> str | None:
    least = _SCRIPT_SHARE * len(sample)
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
