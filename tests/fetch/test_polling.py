"""Feeds polled by whole runs: what is asked for, what becomes of it, and what a next run knows."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe
from dedupe.errors import InputError, SettingsError
from tests.desk import Desk, outcomes
from tests.fetch.feeds import FRIENDLY, entry, feed, statuses
from tests.fetch.press import Asked, Press, Reply, to
from tests.newsroom import story


def test_a_feed_polled_ten_times_with_three_new_entries(press: Press, desk: Desk) -> None:
    entries: list[str] = []
    found = []
    for poll in range(10):
        if poll in {0, 4, 7}:
            entries.insert(0, entry(press, poll))
        found.append(outcomes(desk.ingest(feed(press, *entries))))
    assert desk.counts()["articles"] == 3
    assert [row["articles"] for row in desk.rows("runs")].count(1) == 3
    # The first answer of the feed's first day is not conditional, all others are.
    assert statuses(press, "/feed.xml") == [False] + [True] * 9
    assert [press.paths().count(f"/{n}.html") for n in (0, 4, 7)] == [1, 1, 1]
    assert sum(asked.path == "/robots.txt" for asked in press.asked) <= 10
    assert found[0] == {"articles": 1}
    assert found[1] == {"unchanged": 1}  # 304: the feed itself
    assert found[4] == {"articles": 1, "unchanged": 1}  # a new entry, and one fetched before
    assert found[7] == {"articles": 1, "unchanged": 2}


def test_the_same_from_the_command_line(press: Press, desk: Desk) -> None:
    address = feed(press, entry(press, 1), entry(press, 2, full=True))
    command = [sys.executable, "-m", "dedupe", "ingest", address, "--data", desk.data, "--json"]
    done = subprocess.run(
        [*command, "--allow-hosts", "127.0.0.1", "--fetch-delay", "0"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["counts"]["articles"] == 2
    assert press.paths() == ["/feed.xml", "/1.html"]  # an entry with its full text needs no page
    assert outcomes(desk.ingest(address)) == {"unchanged": 1}
    assert statuses(press, "/feed.xml") == [False, True]


def test_a_page_has_the_address_where_it_lies_in_the_end(press: Press, desk: Desk) -> None:
    press.put("/story", story(1).page())
    press.answer("/short", to("/story?utm_source=short", 301))
    desk.ingest(press.url("/short"))
    row = desk.row("articles")
    assert row["source"] == press.url("/short")
    assert row["url"] == press.url("/story?utm_source=short")
    assert outcomes(desk.ingest(press.url("/story"))) == {"unchanged": 1}


def test_files_of_any_form_are_read_as_they_are_from_a_disk(press: Press, desk: Desk) -> None:
    rows = [story(n).row(url=f"https://a.example/{n}") for n in range(3)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    press.put("/rows.jsonl.gz", gzip.compress(lines), "application/gzip")
    press.put("/rows", lines, "application/x-ndjson")
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{story(9).page()}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://b.example/9\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000009>\r\n"
        "WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    press.put("/crawl.warc", head.encode() + http + b"\r\n\r\n", "application/octet-stream")
    asked = [press.url(path) for path in ("/rows.jsonl.gz", "/rows", "/crawl.warc")]
    assert outcomes(desk.ingest(*asked)) == {"articles": 4, "unchanged": 3}
    assert {row["url"] for row in desk.rows("articles")} == {
        *(f"https://a.example/{n}" for n in range(3)),
        "https://b.example/9",
    }


def test_a_charset_that_a_server_makes_up_is_evidence_and_no_law(press: Press, desk: Desk) -> None:
    told = story(2)  # French
    press.put("/wrong", told.page(), "text/html; charset=iso-8859-1")
    page = told.page().replace("utf-8", "iso-8859-1")
    press.put(
        "/only", page.encode("cp1252").replace(b"iso-8859-1", b""), "text/html;charset=cp1252"
    )
    desk.ingest(press.url("/wrong"), press.url("/only"))
    assert desk.row("articles")["text"] == told.body
    assert desk.row("duplicates")["text"] == told.body


def test_a_page_is_fetched_again_when_its_link_states_a_change(press: Press, desk: Desk) -> None:
    desk.ingest(feed(press, entry(press, 1, "2026-01-01T00:00:00Z"), entry(press, 2)))
    changed = entry(press, 1, "2026-01-02T00:00:00Z")
    press.put("/1.html", story(1).revised().page())
    result = desk.ingest(feed(press, changed, entry(press, 2)))
    assert outcomes(result) == {"revisions": 1, "unchanged": 1}
    assert statuses(press, "/1.html") == [False, True]
    assert desk.row("articles", version=2)["url"] == press.url("/1.html")


def test_a_list_is_read_again_until_each_of_its_links_was_dealt_with(
    press: Press, desk: Desk
) -> None:
    """A feed that is unchanged must not hide a page that failed for a moment."""
    address = feed(press, entry(press, 1), entry(press, 2))
    page = press.pages["/2.html"]
    press.answer("/2.html", Reply(500))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedupe.acquire.fetch.pace._BACK_OFF", (0.0, 0.0))
        assert outcomes(desk.ingest(address)) == {"articles": 1, "rejects": 1}
    press.pages["/2.html"] = page
    assert outcomes(desk.ingest(address)) == {"articles": 1, "unchanged": 1}
    assert outcomes(desk.ingest(address)) == {"unchanged": 1}
    assert statuses(press, "/feed.xml") == [False, False, True]


def test_a_link_that_leads_nowhere_is_asked_for_once_a_day(press: Press, desk: Desk) -> None:
    one, two = entry(press, 1), entry(press, 2)
    del press.pages["/2.html"]
    desk.day = 0.1  # type: ignore[assignment]  # a tenth of a day between these runs
    desk.ingest(feed(press, one, two))
    desk.day = 0.2  # type: ignore[assignment]
    desk.ingest(feed(press, two, one))
    assert press.paths().count("/2.html") == 1
    desk.day = 3
    desk.ingest(feed(press, one, two))
    assert press.paths().count("/2.html") == 2
    assert desk.row("rejects")["reason"] == "http-status"


def test_a_sitemap_and_its_index_are_followed(press: Press, desk: Desk) -> None:
    for number in (1, 2, 3):
        press.put(f"/{number}.html", story(number).page())
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    loc = "<{0}><loc>{1}</loc></{0}>"
    maps = "".join(loc.format("sitemap", press.url(path)) for path in ("/m1.xml", "/m2.xml"))
    press.put("/index.xml", f'<sitemapindex xmlns="{space}">{maps}</sitemapindex>', "text/xml")
    for path, numbers in (("/m1.xml", (1, 2)), ("/m2.xml", (2, 3))):
        pages = "".join(loc.format("url", press.url(f"/{number}.html")) for number in numbers)
        press.put(path, f'<urlset xmlns="{space}">{pages}</urlset>', "application/xml")
    assert outcomes(desk.ingest(press.url("/index.xml"))) == {"articles": 3, "unchanged": 1}
    assert sorted(press.paths()) == sorted(
        ["/index.xml", "/m1.xml", "/m2.xml", "/1.html", "/2.html", "/3.html"]
    )


def test_lists_that_name_one_another_come_to_an_end(press: Press, desk: Desk) -> None:
    press.pages["/loop.txt"] = lambda asked: Reply(
        200,
        (press.url("/loop.txt") + f"?{len(asked.path)}\n" + press.url(asked.path)).encode(),
        {"content-type": "text/uri-list"},
    )
    desk.ingest(press.url("/loop.txt"))
    assert len(press.paths()) <= 6


def test_links_beyond_the_limit_wait_for_the_next_run(press: Press, desk: Desk) -> None:
    address = feed(press, *(entry(press, number) for number in range(5)))
    runs = [desk.ingest(address, fetch_limit=2).counts for _ in range(4)]
    assert [counts["articles"] for counts in runs] == [2, 2, 1, 0]
    assert [counts["left"] for counts in runs] == [3, 1, 0, 0]


def test_links_in_files_are_followed_only_when_all_is_fetched(press: Press, desk: Desk) -> None:
    """Who drops a file into an inbox must not thereby send us anywhere."""
    feed(press, entry(press, 1), entry(press, 2))
    reply = press.pages["/feed.xml"]
    path = desk.inputs / "feed.xml"
    path.write_bytes(reply(Asked("/feed.xml", {})).body)
    assert outcomes(desk.ingest(path)) == {"rejects": 2}
    assert {row["reason"] for row in desk.rows("rejects")} == {"not-fetched"}
    assert press.asked == []
    assert outcomes(desk.ingest(path, fetch="all")) == {"articles": 2}


def test_a_list_stays_in_its_folder_until_its_links_were_dealt_with(
    press: Press, desk: Desk
) -> None:
    for number in (1, 2):
        press.put(f"/{number}.html", story(number).page())
    path = desk.inputs / "urls.txt"
    path.write_text(f"{press.url('/1.html')}\n{press.url('/2.html')}\n", encoding="utf-8")
    settings = {"fetch": "all", "done": str(desk.folder / "done")}
    assert outcomes(desk.ingest(desk.inputs, fetch_limit=1, **settings)) == {"articles": 1}
    assert path.exists()
    assert outcomes(desk.ingest(desk.inputs, **settings)) == {"articles": 1, "unchanged": 1}
    assert not path.exists()


def test_links_that_must_not_be_fetched_are_rejects_and_the_others_are_fetched(
    press: Press, desk: Desk
) -> None:
    press.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
    press.put("/a", story(1).page())
    links = ["/private/b", "/a"]
    lines = [*map(press.url, links), "http://169.254.169.254/latest/meta-data", "http://[::1]/"]
    press.put("/urls.txt", "\n".join(lines), "text/uri-list")
    assert outcomes(desk.ingest(press.url("/urls.txt"))) == {"articles": 1, "rejects": 3}
    reasons = {row["source"]: row["reason"] for row in desk.rows("rejects")}
    assert reasons == {
        press.url("/private/b"): "robots",
        "http://169.254.169.254/latest/meta-data": "blocked-address",
        "http://[::1]/": "blocked-address",
    }
    assert press.paths() == ["/urls.txt", "/a"]
    # All were dealt with for good: the list need not be read again.
    assert outcomes(desk.ingest(press.url("/urls.txt"))) == {"unchanged": 1}


def test_nothing_is_fetched_where_that_is_the_setting(press: Press, desk: Desk) -> None:
    with pytest.raises(InputError, match="the setting fetch"):
        desk.ingest(press.url("/a"), fetch="never")
    with pytest.raises(InputError, match="only http and https"):
        desk.ingest("gopher://127.0.0.1/")
    with pytest.raises(SettingsError, match="fetch: 'some'"):
        desk.ingest(press.url("/a"), fetch="some")
    assert press.asked == []


def test_a_dry_run_asks_and_writes_nothing(press: Press, desk: Desk, tmp_path: Path) -> None:
    address = feed(press, entry(press, 1))
    settings = dedupe.Settings(**FRIENDLY)
    told = dedupe.ingest(address, tmp_path / "dry", settings, dry_run=True)
    assert told.counts["articles"] == 1
    assert not (tmp_path / "dry").exists()
    desk.ingest(address)
    before = (desk.data / "state" / "fetched.sqlite").read_bytes()
    assert dedupe.ingest(address, desk.data, settings, dry_run=True).counts["unchanged"] == 1
    assert (desk.data / "state" / "fetched.sqlite").read_bytes() == before


def test_no_secret_of_an_address_is_kept(press: Press, desk: Desk) -> None:
    press.put("/a", story(1).page())
    address = press.url("/a?token=hidden").replace("//", "//me:covered@")
    desk.ingest(address, press.url("/none").replace("//", "//me:covered@"))
    kept = b"".join(path.read_bytes() for path in desk.data.rglob("*") if path.is_file())
    assert b"covered" not in kept
    assert desk.rows("runs")[0]["inputs"][0].startswith("http://***@127.0.0.1")
    assert desk.row("articles")["source"].endswith("/a?token=***")
