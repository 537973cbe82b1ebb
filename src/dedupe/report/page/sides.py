"""Two documents side by side: where each came from, and their texts with the differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dedupe.report.page.diff import diff, side_by_side
from dedupe.report.page.markup import Html, el, foreign, join, link
from dedupe.report.page.parts import count


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; ``row`` is empty where the document is not at hand."""

    label: str
    id: str
    row: Mapping[str, Any]

    @property
    def text(self) -> str | None:
        """Its clean text, where that is kept and at hand."""
        found: str | None = self.row.get("text")
        return found


def sides(left: Side, right: Side) -> Html:
    """Origins first, then the texts; without both texts, how to get at them."""
    heads = el("dl", _origin(left), _origin(right), class_="origins")
    if left.text is None or right.text is None:
        absent = left if left.text is None else right
        return join(
            heads,
            el(
                "p",
                "The text of one of them is not at hand: it came with an earlier run, or texts of "
                "duplicates are not kept. ",
                el("code", f"dedupe explain {absent.id}"),
                " tells its story.",
                class_="quiet",
            ),
        )
    caption = "Words that stand on one side only are marked"
    return join(heads, side_by_side(diff(left.text, right.text), left.label, right.label, caption))


def _origin(side: Side) -> list[Html]:
    row = side.row
    words = f" · {count(row['word_count'], 'word')}" if row.get("word_count") is not None else ""
    return [
        el("dt", side.label),
        el(
            "dd",
            el("strong", foreign(row.get("title"), 160)),
            el("br"),
            link(row.get("url")) or foreign(row.get("source"), 160),
            words,
            " · ",
            el("code", side.id[:12]),
        ),
    ]
