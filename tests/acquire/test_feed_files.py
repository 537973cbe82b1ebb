"""Feeds, sitemaps and URL lists as files: texts are documents, addresses links."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.acquire import expand
from dedupe.acquire.link import Link
from dedupe.acquire.readers import read
from dedupe.article import Document
from dedupe.media_types import sniff_media_type
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

Take = Callable[..., list[Any]]

TEASER = "The old quarter has its market back, and with it the noise."


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Post</title>'
        f"<language>en</language>{''.join(items)}</channel></rss>"
    )


def item(number: int, content: str = "", description: str = "", *, link: bool = True) -> str:
    address = f"<link>https://a.example/{number}</link>" if link else ""
    body = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    teaser = f"<description><![CDATA[{description}]]></description>" if description else ""
    return f"<item><title>Item {number}</title>{address}{teaser}{body}</item>"


def test_an_entry_with_its_text_is_a_document(here: Path, take: Take) -> None:
    (here / "feed.xml").write_text(rss(item(1, "<p>All of it.</p>", TEASER)))
    (document,) = take("feed.xml")
    assert (document.source, document.url) == ("feed.xml#1", "https://a.example/1")
    assert (document.text, document.media_type) == ("<p>All of it.</p>", "text/html")
    assert document.stated == {"title": "Item 1", "language": "en", "summary": TEASER}


def test_a_teaser_is_no_article(here: Path, take: Take) -> None:
    (here / "feed.xml").write_text(rss(item(1, "", TEASER), item(2, "<p>Two.</p>")))
    reject, document = take("feed.xml")
    assert (reject.source, reject.reason) == ("feed.xml#1", Reason.NOT_FETCHED)
    assert "https://a.example/1" in reject.detail
    assert document.text == "<p>Two.</p>"


def test_a_description_that_is_all_there_is_or_long_is_the_article(here: Path, take: Take) -> None:
    long = "A sentence that goes on. " * 50
    (here / "feed.xml").write_text(rss(item(1, "", TEASER, link=False), item(2, "", long)))
    short, whole = take("feed.xml")
    assert (short.text, short.url) == (TEASER, None)
    assert whole.text == long


def test_what_a_fetcher_is_given(here: Path) -> None:
    (here / "feed.xml").write_text(rss(item(1, "", TEASER)))
    (link,) = [found for target in expand(["feed.xml"]) for found in read(target, Settings())]
    assert isinstance(link, Link)
    assert (link.url, link.listed_in) == ("https://a.example/1", None)
    assert link.stated == {"title": "Item 1", "language": "en", "summary": TEASER}


def test_an_entry_with_nothing_to_it_is_a_reject(here: Path, take: Take) -> None:
    (here / "feed.xml").write_text(rss("<item><title>Nothing</title></item>", item(2, "Two.")))
    reject, document = take("feed.xml")
    assert (reject.reason, document.text) == (Reason.EMPTY, "Two.")


def test_a_json_feed_is_read_by_its_version(here: Path, take: Take) -> None:
    items = [{"id": "1", "content_text": "All of it."}, {"id": "2", "url": "https://a.example/2"}]
    raw = {"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": items}
    (here / "feed.json").write_text(json.dumps(raw).replace("/", r"\/"))
    document, reject = take("feed.json")
    assert (document.text, document.media_type) == ("All of it.", "text/plain")
    assert reject.reason is Reason.NOT_FETCHED


def test_a_feed_that_is_cut_keeps_its_whole_entries(here: Path, take: Take) -> None:
    whole = rss(item(1, "One."), item(2, "Two."))
    (here / "feed.xml").write_text(whole[: whole.index("Two")])
    document, reject = take("feed.xml")
    assert document.text == "One."
    assert (reject.source, reject.reason) == ("feed.xml#2", Reason.DAMAGED)


def test_an_entry_in_another_encoding_costs_only_itself(here: Path, take: Take) -> None:
    torn = "é".join("abcdefgh") * 9
    raw = rss(item(1, "Déjà vu."), item(2, torn), item(3, "Très bien.")).encode()
    (here / "feed.xml").write_bytes(raw.replace(torn.encode(), torn.encode("cp1252")))
    first, second, third = take("feed.xml")
    assert (first.text, third.text) == ("Déjà vu.", "Très bien.")
    assert (second.source, second.reason) == ("feed.xml#2", Reason.ENCODING)


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("a.rss", b"", Reason.EMPTY),
        ("a.rss", b"<rss><channel></channel></rss>", Reason.EMPTY),
        ("a.xml", b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><item/></rss>", Reason.MALFORMED),
        ("a.atom", b"<feed><entry>" + b"\0" * 99, Reason.BINARY),
        ("a.xml", b"<rss><item>" + b"<b>" * 300 + b"</rss>", Reason.DAMAGED),
        ("a.json", b'{"version": "https://jsonfeed.org/version/1", "items": 3}', Reason.MALFORMED),
        ("a.xml", b"<urlset></urlset>", Reason.EMPTY),
        ("a.xml", b"<urlset><url><loc>a.html</loc></url></urlset>", Reason.MALFORMED),
        ("a.xml", b"<urlset><url>", Reason.DAMAGED),
        ("a.urls", b"# none\n", Reason.EMPTY),
        ("a.urls", b"\0\1\2" * 99, Reason.BINARY),
    ],
)
def test_what_is_broken_is_a_reject(
    here: Path, take: Take, name: str, raw: bytes, reason: Reason
) -> None:
    (here / name).write_bytes(raw)
    (reject,) = take(name)
    assert (type(reject), reject.reason) == (Reject, reason)


SITEMAP = "<urlset>{}</urlset>".format(
    "".join(f"<url><loc>https://a.example/{n}</loc></url>" for n in range(3))
)
ADDRESSES = "# ours\nhttps://a.example/1\n\nhttps://a.example/2\n"


@pytest.mark.parametrize(
    ("name", "raw", "count"),
    [
        ("sitemap.xml", SITEMAP.encode(), 3),
        ("sitemap.xml.gz", gzip.compress(SITEMAP.encode()), 3),
        ("list.txt", ADDRESSES.encode(), 2),
        ("list.urls", ADDRESSES.encode("utf-16"), 2),
        ("list", b"https://a.example/1", 1),
    ],
)
def test_a_list_that_nobody_follows_is_one_reject(
    here: Path, take: Take, name: str, raw: bytes, count: int
) -> None:
    (here / name).write_bytes(raw)
    links = [found for target in expand([name]) for found in read(target, Settings())]
    assert [type(link) for link in links] == [Link] * count
    (reject,) = take(name)
    assert reject.reason is Reason.NOT_FETCHED
    assert reject.detail.endswith(f"and {count - 1} more") == (count > 1)


def test_an_index_names_sitemaps_and_not_pages(here: Path) -> None:
    raw = "<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>"
    (here / "index.xml").write_text(raw)
    (link,) = read(expand(["index.xml"])[0], Settings())
    assert isinstance(link, Link)
    assert (link.kind, link.url) == ("sitemap", "https://a.example/s.xml")


def test_a_line_that_is_no_address_costs_only_itself(here: Path, take: Take) -> None:
    (here / "a.urls").write_text("https://a.example/1\nnot one\nhttps://a.example/2\n")
    first, wrong, last = take("a.urls")
    assert (wrong.source, wrong.reason) == ("a.urls#2", Reason.MALFORMED)
    assert (first.reason, last.reason) == (Reason.NOT_FETCHED, Reason.NOT_FETCHED)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.xml", b"<?xml version='1.0'?>\n<!-- x --><rss version='2.0'>", "application/rss+xml"),
        ("a", b"\xef\xbb\xbf<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", "application/rss+xml"),
        ("a.txt", b"<feed xmlns='http://www.w3.org/2005/Atom'>", "application/atom+xml"),
        ("a.xml", "<?xml version='1.0'?><feed>".encode("utf-16"), "application/atom+xml"),
        ("a.rss", b"<channel>", "application/rss+xml"),
        ("a.html", b"<html><body><p>Our <rss feed</p></body></html>", "text/html"),
        ("a.xml", b"<?xml version='1.0'?><html><body><p>&lt;<rss</p></body>", "text/html"),
        ("a", b"<!DOCTYPE html><html><body><code><rss></code></body></html>", "text/html"),
        ("a.txt", b"How to write <rss> and <feed>, a guide.", "text/plain"),
        ("a", b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "application/warc"),
        ("a.dat", b"PAR1\x15\x04", "application/vnd.apache.parquet"),
        ("a.txt", b"https://a.example/1 is where\nhttps://b.example\n", "text/plain"),
        ("a.json", b'{"title": "jsonfeed.org/version/1", "text": "x"}', "application/json"),
        ("a.jsonl", b'{"version": "https://jsonfeed.org/version/1"}', "application/x-ndjson"),
    ],
)
def test_forms_are_told_by_their_content(name: str, head: bytes, kind: str) -> None:
    assert sniff_media_type(name, head) == kind


def test_hostile_prologs_take_no_time() -> None:
    for start in (b"<?xml", b"<!--", b"<!doctype [", b"  ", b"<!-- --!", b"A:\n "):
        assert sniff_media_type(None, start * 20_000) != "application/rss+xml"


def test_a_document_of_a_feed_keeps_its_place_when_the_feed_moves_on(
    here: Path, take: Take
) -> None:
    (here / "a.xml").write_text(rss(item(1, "<p>One.</p>")))
    (here / "b.xml").write_text(rss(item(2, "<p>Two.</p>"), item(1, "<p>One.</p>")))
    outcomes = take("a.xml", "b.xml")
    assert [type(found).__name__ for found in outcomes] == ["Document", "Document", "Unchanged"]
    assert isinstance(outcomes[0], Document)
