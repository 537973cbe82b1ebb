"""The phrase tables of ``rules/*.toml``, compiled once: which rules a block's words match.

A table names its rules, says what a match leads to (``effect``) and lists phrases per language.
All languages apply to every text: pages mix them (an English "Loading..." under French prose), and
phrases long enough to name their matter do not collide. Look-up is by one word of a phrase in a
dictionary, so the cost is linear in the text and hardly grows with the tables.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from dedupe.clean.blocks import Stage
from dedupe.clean.words import fold

TABLES: Final = ("consent", "prompt", "chrome", "related")
LANGUAGES: Final = ("fr", "en", "de", "es", "it", "pt", "nl")


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule of a table."""

    name: str
    stage: Stage
    match: str
    effect: str
    max_words: int
    why: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, and the words it matched."""

    rule: Rule
    phrase: str
    at: int
    """Index of the phrase's first word in the folded text."""


@dataclass(frozen=True, slots=True)
class Table:
    """All rules, indexed by how they match."""

    whole: dict[str, tuple[Rule, ...]]
    starts: dict[str, tuple[tuple[str, Rule], ...]]
    contains: dict[str, tuple[tuple[str, Rule], ...]]
    """Phrases by their longest word, which is their rarest as a rule."""

    def hits(self, folded: str, words: list[str]) -> list[Hit]:
        """Return the rules that match a folded text, which has these words, whole lines first."""
        found = [Hit(rule, folded, 0) for rule in self.whole.get(folded, ())]
        count = len(words)
        for phrase, rule in self.starts.get(words[0], ()):
            if count <= rule.max_words and (folded == phrase or folded.startswith(phrase + " ")):
                found.append(Hit(rule, phrase, 0))
        if not self.contains.keys().isdisjoint(words):
            padded = f" {folded} "
            for word in self.contains.keys() & set(words):
                for phrase, rule in self.contains[word]:
                    at = padded.find(f" {phrase} ") if count <= rule.max_words else -1
                    if at >= 0:
                        found.append(Hit(rule, phrase, padded.count(" ", 0, at)))
            found.sort(key=lambda hit: (hit.rule.match != "whole", hit.at, hit.phrase))
        return found


@cache
def table() -> Table:
    """Return the compiled tables; they are constant, so one copy serves the process."""
    whole: dict[str, list[Rule]] = {}
    starts: dict[str, list[tuple[str, Rule]]] = {}
    contains: dict[str, list[tuple[str, Rule]]] = {}
    for name in TABLES:
        source = files("dedupe.clean.rules").joinpath(f"{name}.toml").read_bytes()
        for entry in tomllib.loads(source.decode())["rule"]:
            rule = Rule(
                name=entry["name"],
                stage=Stage(entry["stage"]),
                match=entry["match"],
                effect=entry["effect"],
                max_words=entry.get("max_words", 150),
                why=entry["why"],
            )
            phrases = {fold(p.replace("#", "0")) for ps in entry["phrases"].values() for p in ps}
            for phrase in sorted(phrases - {""}):
                words = tuple(phrase.split(" "))
                if rule.match == "whole":
                    whole.setdefault(phrase, []).append(rule)
                elif rule.match == "starts":
                    starts.setdefault(words[0], []).append((phrase, rule))
                else:
                    longest = max(words, key=len)
                    contains.setdefault(longest, []).append((phrase, rule))
    return Table(
        {key: tuple(value) for key, value in whole.items()},
        {key: tuple(value) for key, value in starts.items()},
        {key: tuple(value) for key, value in contains.items()},
    )
