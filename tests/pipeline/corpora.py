"""Random small corpora with planted copies, excerpts, revisions and rubbish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.newsroom import Story, story, write_rows, write_text

RUBBISH = (b"", b"  \n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xfe\xff\xff\0\0", b"--- *** ---")
BROKEN_ROWS = ("{", "[1]", '{"url": "https://x.example/"}', '{"text": ""}', '{"text": 7}')


@dataclass(frozen=True, slots=True)
class Item:
    """One input: which story it tells, how, and in what form."""

    number: int
    kind: str
    place: int

    @property
    def told(self) -> Story:
        whole = story(self.number, paragraphs=6)
        match self.kind:
            case "excerpt":
                return whole.with_paragraphs(whole.paragraphs[: 2 + self.place % 3])
            case "longer":
                return whole.longer(self.place % 2, paragraphs=1 + self.place % 3)
            case "revised":
                return whole.revised(self.place % 2)
            case _:
                return whole

    @property
    def url(self) -> str:
        """Copies stand elsewhere; a revision, and a story out of place, at the same address."""
        home = self.number if self.kind != "misplaced" else 1
        place = self.place % 3 if self.kind in {"copy", "excerpt", "longer"} else 0
        return f"https://site{place}.example/{home}"

    def write(self, folder: Path, name: str) -> None:
        """Write the item into ``folder`` as a file of its own."""
        match self.kind, self.place % 3:
            case "rubbish", 0:
                row = BROKEN_ROWS[self.number % len(BROKEN_ROWS)]
                write_text(folder / f"{name}.jsonl", f"{row}\n")
            case "rubbish", _:
                (folder / f"{name}.txt").write_bytes(RUBBISH[self.number % len(RUBBISH)])
            case "page" | "copy", 1:
                write_text(folder / f"{name}.html", self.told.page())
            case "page", _:
                write_text(folder / f"{name}.txt", self.told.plain)
            case _:
                row: dict[str, Any] = self.told.row(url=self.url, site=f"site{self.place % 3}")
                write_rows(folder / f"{name}.jsonl", [row])


def items(*kinds: str, stories: int = 4) -> st.SearchStrategy[Item]:
    return st.builds(
        Item, st.integers(1, stories), st.sampled_from(kinds), st.integers(min_value=0, max_value=5)
    )


ANY = items("original", "copy", "excerpt", "longer", "revised", "misplaced", "page", "rubbish")
CLEAR = items("original", "copy", "excerpt", "page")
"""Items whose cluster is clear: all that tell one story, whatever comes first."""


def write(folder: Path, corpus: Sequence[Item], prefix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, item in enumerate(corpus):
        item.write(folder, f"{prefix}{number:02d}")
    return folder
