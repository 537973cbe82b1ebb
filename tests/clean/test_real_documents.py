"""The five documents that the project was conceived from, line by line, where they are at hand."""

import json
import re
from pathlib import Path

import pytest

from dedupe.clean import clean

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
GOLD = json.loads((SEEDS / "gold.json").read_text()) if SEEDS.exists() else {}

pytestmark = pytest.mark.skipif(not GOLD, reason=f"the real documents are not at {SEEDS}")


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


@pytest.mark.parametrize("name", sorted(GOLD))
def test_every_line_of_the_body_is_kept_and_every_line_to_drop_is_gone(name: str) -> None:
    source = (SEEDS / name).read_text(encoding="utf-8")
    lines, gold = source.splitlines(), GOLD[name]
    kept = [_letters(block) for block in clean(source).text.split("\n\n")]
    wanted = {entry["line"] for entry in gold["body_lines"]}
    for entry in gold["body_lines"]:
        line = lines[entry["line"] - 1].strip().removeprefix(entry.get("strip_prefix", "").strip())
        assert kept.count(_letters(line)) == 1, line
    for passage in gold["drop"]:
        for number in passage["lines"]:
            if _letters(lines[number - 1]) not in {_letters(lines[n - 1]) for n in wanted}:
                assert _letters(lines[number - 1]) not in kept, lines[number - 1]


@pytest.mark.parametrize("name", sorted(GOLD))
def test_fields_are_as_stated_and_null_where_nothing_states_them(name: str) -> None:
    gold = GOLD[name]
    article = clean((SEEDS / name).read_text(encoding="utf-8"))
    assert article.title == gold["title"]
    assert article.authors == ([gold["author"]] if gold["author"] else [])
    assert article.site == gold["site"]
    assert article.language == gold["language"]
    stated = article.published_at.isoformat() if article.published_at else None
    assert stated == gold["publish_date"]


@pytest.mark.parametrize("name", sorted(GOLD))
def test_offsets_are_exact(name: str) -> None:
    source = (SEEDS / name).read_text(encoding="utf-8")
    for removal in clean(source).removals:
        assert source[removal.start : removal.end] == removal.text
