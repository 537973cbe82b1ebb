"""The summary of a run: Markdown whose figures add up."""

from __future__ import annotations

import re

from flows.summary import summary
from tests.desk import SEEDS, Desk
from tests.newsroom import story, write_rows


def figures(text: str) -> dict[str, int]:
    return {
        name: int(n) for name, n in re.findall(r"^\| ([a-z]+) \| (\d+) \|$", text, re.MULTILINE)
    }


def test_the_outcomes_add_up_to_all_documents(desk: Desk) -> None:
    told = story(1)
    rows = [told.row(), told.row(url="https://b.example/"), {"text": "..."}]
    result = desk.ingest(SEEDS, write_rows(desk.inputs / "1.jsonl", rows))
    text = summary(result)
    outcomes = {name: figures(text)[name] for name in ("articles", "duplicates", "rejects")}
    assert outcomes == {"articles": 6, "duplicates": 1, "rejects": 1}
    assert "| **all** | **8** |" in text
    assert figures(text)["exact"] == 1


def test_nothing_from_a_document_stands_in_it(desk: Desk) -> None:
    told = story(1)
    title = "[free money](https://evil.example) | <script>"
    path = write_rows(desk.inputs / "evil|.jsonl", [told.row(title=title)])
    text = summary(desk.ingest(path))
    assert "evil" not in text
    assert "<" not in text
