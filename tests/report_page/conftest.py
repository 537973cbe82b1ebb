"""A data folder with a few runs in it, its page, and a browser to open the page in."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dedupe import Settings
from dedupe.pipeline import ingest
from dedupe.publish import Snapshot
from dedupe.report.page import render, write_page
from tests.report_page.gazette import inbox
from tests.report_page.hostility import hostile_rows

SEEDS = Path(__file__).parents[2] / "seeds"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Newspaper:
    """A data folder, and what to do with it day by day."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def snapshot(self) -> Snapshot:
        found = Snapshot.current(self.data)
        assert found is not None
        return found

    def day(self, number: int, *inputs: Path, **settings: Any) -> Snapshot:
        """Take ``inputs`` in on the morning of a day."""
        ingest(
            inputs,
            self.data,
            Settings(workers=1, **settings),
            started_at=dt.datetime(2025, 11, 3, 6, tzinfo=dt.UTC) + dt.timedelta(days=number),
        )
        return self.snapshot

    @property
    def page(self) -> str:
        return render(self.snapshot)


@pytest.fixture
def newspaper(tmp_path: Path) -> Newspaper:
    """An empty one."""
    return Newspaper(tmp_path)


@pytest.fixture
def hostile(newspaper: Newspaper) -> Newspaper:
    """A day on which everything that came in was an attack."""
    lines = [json.dumps(one) for one in hostile_rows()]
    path = newspaper.root / "in<img src=x onerror=alert(3)>.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    newspaper.day(0, path)
    return newspaper


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Newspaper:
    """Three days; the last brings the seeds, new stories, copies, rejects, and old ones again."""
    paper = Newspaper(tmp_path_factory.mktemp("week"))
    first = inbox(paper.root / "monday", range(16))
    paper.day(0, first)
    paper.day(1, inbox(paper.root / "tuesday", range(16, 24)))
    paper.day(2, inbox(paper.root / "wednesday", range(24, 60)), first, SEEDS)
    return paper


@pytest.fixture(scope="session")
def week_file(week: Newspaper) -> Path:
    """The page of the last day, as a file."""
    out = week.root / "report.html"
    write_page(week.snapshot, out)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("playwright is not installed: pip install --group browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()
