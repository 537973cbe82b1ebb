"""What the output of an extractor is worth on labelled pages.

Figures are per page, each page weighing the same: word 4-gram overlap of the output with the
labelled body, as in the article-extraction benchmark; snippets that must and must not be in the
output; passages of noise that are in it all the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dedupe.article import Article

UNSPACED = ("zh", "ja", "ko", "th")
WORD = re.compile(r"\w+")
SHORTEST = 20
"""Letters of a passage of noise from which it is told from what stands in any text."""

Row = dict[str, Any]


def raw_of(row: Row) -> bytes | str:
    """What an extractor is given."""
    raw: bytes | str = row["html"] if row.get("html") is not None else row["text"]
    return raw


def score(rows: Sequence[Row], outputs: Sequence[Article | str]) -> dict[str, float]:
    """The figures of one extractor: ``outputs`` are articles or texts, one for each row."""
    shares, snippets, noise, fields = [], Counter(), Counter(), Counter()
    for row, found in zip(rows, outputs, strict=True):
        text = found if isinstance(found, str) else found.text
        gold = row.get("gold") or (row["text"] if row.get("html") is not None else "")
        if gold:
            shares.append(_overlap(row, gold, text))
        flat = " ".join(text.split())
        hits = [" ".join(snippet.split()) in flat for snippet in row.get("with_") or []]
        snippets.update(right=sum(hits), missed=len(hits) - sum(hits))
        snippets["wrong"] += sum(" ".join(s.split()) in flat for s in row.get("without_") or [])
        _count_noise(row, gold, text, noise)
        if not isinstance(found, str):
            _count_fields(row, found, fields)
    return _figures(shares, snippets, noise, fields)


def _figures(
    shares: list[tuple[float, float, float]],
    snippets: Counter[str],
    noise: Counter[str],
    fields: Counter[str],
) -> dict[str, float]:
    figures: dict[str, float] = {}
    if shares:
        right, wrong, missed = (sum(column) for column in zip(*shares, strict=True))
        figures["f1"] = 2 * right / ((2 * right + wrong + missed) or 1)
    if snippets["right"] + snippets["missed"]:
        figures["snippets"] = (
            2 * snippets["right"] / (2 * snippets["right"] + snippets["wrong"] + snippets["missed"])
        )
    if noise["passages"]:
        figures["leak"] = noise["leaks"] / noise["passages"]
        figures["leaky"] = noise["leaky"] / noise["pages"]
    for name in ("title", "authors", "date"):
        if fields[f"{name} of"]:
            figures[name] = fields[name] / fields[f"{name} of"]
    return {name: round(value, 4) for name, value in figures.items()}


def _grams(text: str, language: str) -> Counter[tuple[str, ...]]:
    words = list(re.sub(r"\W+", "", text)) if language in UNSPACED else WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def _overlap(row: dict[str, Any], gold: str, text: str) -> tuple[float, float, float]:
    language = row.get("lang") or ""
    wanted, got, free = _grams(gold, language), _grams(text, language), Counter()
    for passage in [*(row.get("free") or []), row.get("title") or "", *(row.get("authors") or [])]:
        free.update(_grams(passage, language))
    right = sum(min(count, got[gram]) for gram, count in wanted.items())
    missed = wanted.total() - right
    wrong = sum(max(0, count - wanted[gram] - free[gram]) for gram, count in got.items())
    total = (right + wrong + missed) or 1
    return right / total, wrong / total, missed / total


def _letters(text: str | None) -> str:
    return re.sub(r"\W+", "", text or "").lower()


def _count_noise(row: dict[str, Any], gold: str, text: str, noise: Counter[str]) -> None:
    if not row.get("noise"):
        return
    body = _letters(" ".join([gold, row.get("title") or "", *(row.get("free") or [])]))
    flat = _letters(text)
    keys = [key for key in map(_letters, row["noise"]) if len(key) >= SHORTEST and key not in body]
    leaks = sum(key in flat for key in keys)
    noise.update(passages=len(keys), leaks=leaks, leaky=leaks > 0, pages=1)


def _count_fields(row: dict[str, Any], found: Article, fields: Counter[str]) -> None:
    if row.get("title"):
        fields.update({"title of": 1, "title": _letters(found.title) == _letters(row["title"])})
    if row.get("date"):
        stated = str(found.published_at or "")[:10]
        fields.update({"date of": 1, "date": stated == str(row["date"])[:10]})
    if row.get("authors"):
        same = {_letters(a) for a in found.authors} == {_letters(a) for a in row["authors"]}
        fields.update({"authors of": 1, "authors": same})
