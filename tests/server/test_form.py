"""A manual run through the form of Prefect's own pages, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dedupe
from tests.server.operated import Operated, until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="selenium is not installed: pip install --group browser"
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="no chromium: apt-get install chromium chromium-driver"
    ),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--window-size=1400,1800"),
)

FIELD = "//*[contains(@class, 'schema-form-property__label')][starts-with(., '{}')]"
BLOCK = FIELD + "/ancestor::*[contains(concat(' ', @class, ' '), ' schema-form-property ')][1]"


@pytest.fixture
def browser(operated: Operated) -> Iterator[Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={operated.folder / 'chromium'}"):
        options.add_argument(flag)
    service = webdriver.ChromeService(DRIVER, log_output=str(operated.logs / "chromedriver.log"))
    chrome = webdriver.Chrome(options=options, service=service)
    yield chrome
    chrome.quit()


def test_run_from_the_form(operated: Operated, browser: Chrome, data: Path) -> None:
    """The fields carry their help; a value out of bounds is refused there; a good one runs."""
    deployment = operated.deployment("ingest/scheduled")["id"]
    before = {run["id"] for run in operated.flow_runs("ingest/scheduled")}
    browser.get(f"{operated.origin}/deployments/deployment/{deployment}/run")
    until(lambda: browser.find_elements("xpath", FIELD.format("dry_run")), 30, "the form is there")
    threshold = BLOCK.format("threshold")
    until(
        lambda: "near-duplicates (0.1 to 1)" in browser.find_element("xpath", threshold).text,
        15,
        "the field has its help",
    )
    _fill(browser, f"{threshold}//input", "7")
    _fill(browser, f"{BLOCK.format('data_dir')}//textarea", str(data))
    _submit(browser)
    until(lambda: "maximum of 1" in _text(browser), 15, "the form says what is wrong")
    assert {run["id"] for run in operated.flow_runs("ingest/scheduled")} == before

    _fill(browser, f"{threshold}//input", "0.6")
    _submit(browser)

    def started() -> str | None:
        runs = operated.flow_runs("ingest/scheduled")
        return next((run["id"] for run in runs if run["id"] not in before), None)

    run = operated.in_state(until(started, 60, "the run exists"), "COMPLETED")
    assert run["parameters"]["threshold"] == 0.6
    assert dedupe.open(data).counts["articles"] == 5
    browser.get(f"{operated.origin}/runs/flow-run/{run['id']}")
    until(lambda: "Completed" in _text(browser), 20, "the page shows it")


def _fill(browser: Chrome, where: str, text: str) -> None:
    field = browser.find_element("xpath", where)
    field.send_keys("\ue009a\ue000", text)  # Control-A: what stood there is replaced


def _submit(browser: Chrome) -> None:
    browser.find_element("xpath", "//button[normalize-space()='Submit']").click()


def _text(browser: Chrome) -> str:
    text: str = browser.find_element("tag name", "body").text
    return text
