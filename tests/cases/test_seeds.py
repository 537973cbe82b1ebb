"""Five pages as a scraper left them, against a line-by-line note of what a perfect cleaning does.

The project's own five always; the five real ones that they stand for wherever they lie beside the
repository.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.article import Article

ROOT = Path(__file__).resolve().parents[2]
OWN = (ROOT / "seeds", ROOT / "tests" / "cases" / "seeds" / "gold.json")
REAL = (ROOT.parent / "shared" / "seeds", ROOT.parent / "shared" / "seeds" / "gold.json")


def cases() -> Iterator[Any]:
    for name, (folder, gold) in {"own": OWN, "real": REAL}.items():
        if gold.exists():
            for file, notes in json.loads(gold.read_text("utf-8")).items():
                yield pytest.param(folder / file, notes, id=f"{name}-{file[:3]}")
        else:
            absent = pytest.mark.skip(reason=f"the {name} documents are not here: {gold} is absent")
            yield pytest.param(None, None, id=name, marks=absent)


pytestmark = pytest.mark.parametrize(("path", "notes"), list(cases()))


def clean(path: Path) -> Article:
    return dedupe.clean(path.read_bytes())


def line_texts(path: Path, numbers: list[int]) -> list[str]:
    lines = path.read_text("utf-8").split("\n")
    return [spaces(lines[number - 1]) for number in numbers]


def spaces(text: str) -> str:
    return " ".join(text.split())


def blocks(article: Article) -> list[str]:
    return [spaces(block) for block in article.text.split("\n\n")]


def test_the_fields_are_those_stated_and_no_others(path: Path, notes: dict[str, Any]) -> None:
    article = clean(path)
    assert article.title == notes["title"]
    assert article.authors == ([notes["author"]] if notes["author"] else [])
    assert article.site == notes["site"]
    assert article.language == notes["language"]
    stated = article.published_at.isoformat() if article.published_at else None
    assert stated == notes["publish_date"]


def test_every_line_of_the_body_is_kept_once_and_in_order(
    path: Path, notes: dict[str, Any]
) -> None:
    body = [spaces(line["text"]) for line in notes["body"]]
    assert [block for block in blocks(clean(path)) if block in body] == body


def test_nothing_but_the_body_is_left(path: Path, notes: dict[str, Any]) -> None:
    body = [spaces(line["text"]) for line in notes["body"]]
    # A box of key points is the publisher's own text: better a summary, but no noise in the body.
    # A standfirst that stands again in the body is a repeat.
    repeated = {repeat["line"] for repeat in notes["repeats"]}
    box = [number for number in notes.get("summary_lines", []) if number not in repeated]
    allowed = {re.sub(r"^• ", "", text) for text in line_texts(path, box)}
    left = [block for block in blocks(clean(path)) if block not in body]
    assert {re.sub(r"^• ", "", text) for text in left} <= allowed


def test_every_line_that_goes_is_gone_and_recorded(path: Path, notes: dict[str, Any]) -> None:
    article, raw = clean(path), path.read_text("utf-8")
    body = {spaces(line["text"]) for line in notes["body"]}
    cut = "\n".join(spaces(removal.text) for removal in article.removals)
    for drop in notes["drop"]:
        for text in map(spaces, drop["text"]):
            assert text in body or text not in blocks(article)
            assert text in cut
    for removal in article.removals:
        assert raw[removal.start : removal.end] == removal.text
        assert removal.rule
        assert removal.stage


def test_a_standfirst_is_the_summary(path: Path, notes: dict[str, Any]) -> None:
    article = clean(path)
    for text in line_texts(path, notes.get("summary_lines", [])):
        point = text.removeprefix("• ")
        # The heading of a box of points says nothing of its own.
        heading = len(notes["summary_lines"]) > 1 and not text.startswith("• ")
        assert heading or point in spaces(article.summary or "") or point in blocks(article)


def test_the_name_and_the_notes_fit_the_document(path: Path, notes: dict[str, Any]) -> None:
    raw = path.read_bytes()
    if path.parent == OWN[0]:
        assert path.stem[4:] == hashlib.blake2b(raw, digest_size=8).hexdigest()
    lines = raw.decode("utf-8").split("\n")
    assert len(lines) == notes["n_lines"]
    assert [i for i, line in enumerate(lines, 1) if not line.strip()] == notes["blank_lines"]
    spoken_for = {*notes["title_lines"], *notes.get("summary_lines", []), *notes["blank_lines"]}
    spoken_for |= {*notes.get("meta_lines", [])} | {line["line"] for line in notes["body"]}
    spoken_for |= {number for drop in notes["drop"] for number in drop["lines"]}
    assert spoken_for == set(range(1, len(lines) + 1))


def test_no_two_documents_share_their_words(path: Path, notes: dict[str, Any]) -> None:
    """Three of the five tell one story, and all five are articles of their own."""
    mine = shingles(notes["body_text"])
    for folder, gold in (OWN, REAL):
        if not gold.exists():
            continue
        for file, others in json.loads(gold.read_text("utf-8")).items():
            if folder / file != path:
                theirs = shingles(others["body_text"])
                assert len(mine & theirs) / len(mine | theirs) < 0.1


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
