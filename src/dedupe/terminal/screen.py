"""The screen: its width, headings and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from dedupe.foreign import harmless

WIDE = 160
"""Columns where the output goes to a file or a pipe."""
ID_SHOWN = 12
"""Characters of an id in a table: enough to ask ``dedupe explain`` with."""

STAGE_STYLES = {
    "consent": "yellow",
    "prompt": "magenta",
    "repeat": "cyan",
    "template": "blue",
    "related": "magenta",
    "field": "green",
}


class Screen(Console):
    """A console on which only our own styles act: what documents say is shown harmless."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Give the segments, the text of each without characters that a terminal obeys."""
        for segment in super().render(renderable, options):
            yield (segment if segment.control else Segment(harmless(segment.text), segment.style))


def screen() -> Console:
    """Standard output; not folded to 80 columns where it goes to a file or a pipe."""
    console = Screen()
    return console if console.is_terminal else Screen(width=WIDE)


def section(console: Console, title: str) -> None:
    """A heading."""
    console.print()
    console.print(Text(title, style="bold"))


def rows_table(console: Console, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """The named values of each row, one line a row; figures with three decimals."""
    if not rows:
        return
    table = Table(box=None, padding=(0, 2, 0, 2))
    for name in names:
        figures = name in {"jaccard", "containment", "version"}
        table.add_column(
            name,
            justify="right" if figures else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=len(name) if figures else None,
        )
    for row in rows:
        table.add_row(*(escape(_cell(name, row[name])) for name in names))
    console.print(table)


def _cell(name: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value or "-")[: ID_SHOWN if name == "id" else None]
