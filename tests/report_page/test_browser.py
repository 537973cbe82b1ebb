"""The page in a real browser: it opens, filters, folds, fits, and can be used by everyone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dedupe.report.page import write_page
from tests.report_page.conftest import Newspaper
from tests.report_page.hostility import payload_rows

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
LOOKS = [
    # Colours go with the scheme and places with the size: two looks have all four.
    pytest.param(DESKTOP, "light", id="light"),
    pytest.param(PHONE, "dark", id="dark-phone"),
    pytest.param(DESKTOP, "dark", id="dark", marks=pytest.mark.slow),
    pytest.param(PHONE, "light", id="phone", marks=pytest.mark.slow),
]
Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens a file; at the end, nothing was complained of and nothing was asked of the network."""
    complaints: list[str] = []
    requests: list[str] = []
    contexts: list[Any] = []

    def opened(path: Path, viewport: dict[str, int] = DESKTOP, **options: Any) -> Any:
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("file:")] == []


def shown(page: Any) -> int:
    found: int = page.locator(".items > li:visible").count()
    return found


def test_it_opens_and_says_what_happened(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file)
    assert "documents came in" in page.locator("h1").inner_text()
    assert page.locator("svg.plot").first.is_visible()


def test_the_filter_narrows_every_list_and_counts(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file)
    everything = shown(page)
    page.get_by_label("Filter lists").fill("MALFORMÉD")
    assert shown(page) == 1
    assert page.locator("#matches").inner_text() == f"1 of {everything} entries match"
    assert page.locator("#elect .nomatch").is_visible()
    page.get_by_label("Filter lists").fill("")
    assert shown(page) == everything
    assert not page.locator("#elect .nomatch").is_visible()


def test_folds_open_one_by_one_and_all_at_once(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file)
    cluster = page.locator("#elect .items details").first
    assert not cluster.locator("table").first.is_visible()
    cluster.locator("summary").first.click()
    assert cluster.locator("table").first.is_visible()
    page.get_by_role("button", name="Open all").click()
    assert page.locator(".items > li > details:not([open])").count() == 0
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".items > li > details[open]").count() == 0


def test_the_keyboard_is_enough(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    summary = page.locator("#elect .items summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#elect .items > li > details[open]").count() == 1


def test_enter_in_the_filter_stays_on_the_page(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file)
    page.get_by_label("Filter lists").fill("ferry")
    page.keyboard.press("Enter")
    assert page.url == week_file.as_uri()


def test_without_script_everything_is_still_there(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file, java_script_enabled=False)
    assert not page.locator("#tools").is_visible()
    page.locator("#elect .items summary").first.click()
    assert page.locator("#elect .items table").first.is_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1024])
def test_it_never_scrolls_sideways(open_page: Open, week_file: Path, width: int) -> None:
    page = open_page(week_file, {"width": width, "height": 780})
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS)
def test_axe_finds_nothing_serious(
    open_page: Open, week_file: Path, viewport: dict[str, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(week_file, viewport, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    found = axe.run(page).response["violations"]
    told = [f"{each['id']}: {each['help']} {each['nodes'][0]['html'][:200]}" for each in found]
    assert told == []


def test_an_attack_in_an_article_does_not_run(open_page: Open, hostile: Newspaper) -> None:
    out = hostile.root / "report.html"
    write_page(hostile.snapshot, out)
    page = open_page(out)
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("window.owned") is None
    assert "<script>window.owned=1</script>" in page.locator("#elect").inner_text()


def test_it_prints_in_light_colours_without_its_controls(open_page: Open, week_file: Path) -> None:
    page = open_page(week_file, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("#tools").is_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(29, 34, 38)"
    )
    assert page.pdf().startswith(b"%PDF")


def test_no_form_of_script_runs_and_nothing_is_asked_for(
    open_page: Open, newspaper: Newspaper
) -> None:
    """What the fixture holds besides: no dialog, no error, no request but for the file."""
    path = newspaper.root / "in\"><img src=x onerror=window.owned=1>'.jsonl"
    path.write_text("\n".join(map(json.dumps, payload_rows())) + "\n", encoding="utf-8")
    newspaper.day(0, path, sources=("<script>window.owned=1</script>", '"><svg onload=owned=1>'))
    out = newspaper.root / "report.html"
    write_page(newspaper.snapshot, out)
    page = open_page(out)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    for event in ("mouseover", "focus", "toggle"):
        page.evaluate(
            "name => document.querySelectorAll('*').forEach("
            "each => each.dispatchEvent(new Event(name)))",
            event,
        )
    assert page.evaluate("window.owned") is None
    targets = page.evaluate("[...document.links].map(each => each.href)")
    assert targets
    assert {target.split(":")[0] for target in targets} <= {"file", "https", "http"}
    foreign = "img, iframe, object, embed, form[action], base, link, video, audio, script[src]"
    assert page.locator(foreign).count() == 0
    assert page.locator("script").count() == 1
    assert "onerror=window.owned=1" in page.locator("body").inner_text()
