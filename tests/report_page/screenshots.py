"""The pictures of the report in ``docs/``: ``python -m tests.report_page.screenshots``."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from dedupe.report.page import write_page
from tests.report_page.conftest import CHROMIUM, FLAGS, SEEDS, Newspaper
from tests.report_page.gazette import inbox

DOCS = Path(__file__).parents[2] / "docs"
DAYS = (40, 25, 60, 12, 33, 28, 45, 18, 52, 30, 24, 96)


def fill(paper: Newspaper) -> Path:
    """Twelve days of news, the seeds on the last."""
    first = 0
    for day, number in enumerate(DAYS):
        folder = inbox(paper.root / f"day-{day:02d}", range(first, first + number))
        again = [paper.root / f"day-{day - 1:02d}"] if day > 1 else []
        paper.day(day, folder, *again, *([SEEDS] if day == len(DAYS) - 1 else []))
        first += number
    out = paper.root / "report.html"
    write_page(paper.snapshot, out)
    return out


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        contextlib.chdir(scratch),
        sync_playwright() as playwright,
    ):
        out = fill(Newspaper(Path("news"))).resolve()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 1150})
        page.goto(out.as_uri())
        page.screenshot(path=DOCS / "report-desktop.png")

        page = browser.new_page(viewport={"width": 360, "height": 1150})
        page.goto(out.as_uri())
        page.screenshot(path=DOCS / "report-phone.png")

        page = browser.new_page(viewport={"width": 1280, "height": 1040}, color_scheme="dark")
        page.goto(out.as_uri())
        page.locator("#elect .items summary").first.click()
        page.locator("#elect .items .inner summary").first.click()
        page.locator("#elect").evaluate("(section) => section.scrollIntoView()")
        page.screenshot(path=DOCS / "report-dark.png")
        browser.close()


if __name__ == "__main__":
    main()
