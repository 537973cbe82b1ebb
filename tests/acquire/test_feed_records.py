"""Feeds, sitemaps and URL lists as records: what they state, and nothing that they do not."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.acquire.feed import FeedParser, parse_feed
from dedupe.acquire.json_feed import parse_json_feed
from dedupe.acquire.sitemap import SitemapParser, parse_sitemap
from dedupe.acquire.url_list import parse_url_list
from dedupe.errors import InputError

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>The Harbour Post</title>
  <atom:link rel="self" href="https://post.example/feed"/>
  <language>en-GB</language>
  <image><title>Logo</title><url>https://post.example/logo.png</url></image>
  <item>
    <title>Ferry &amp;amp; train share a ticket</title>
    <link>/2025/ferry</link>
    <guid isPermaLink="false">post-17</guid>
    <pubDate>Fri, 21 Nov 2025 06:30:00 +0100</pubDate>
    <dc:creator>Ada Low</dc:creator><dc:creator>Ben Oak</dc:creator>
    <description>&lt;p&gt;One ticket.&lt;/p&gt;</description>
    <content:encoded><![CDATA[<p>One ticket will do.</p><p>From May on.</p>]]></content:encoded>
    <media:content><media:title>A photograph</media:title></media:content>
  </item>
  <item>
    <title>Short</title>
    <author>desk@post.example (The Desk)</author>
    <guid>https://post.example/2025/short</guid>
    <description>All of it.</description>
  </item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://gazette.example/">
  <title type="html">La &lt;b&gt;Gazette&lt;/b&gt;</title>
  <author><name>La rédaction</name></author>
  <entry>
    <title>Le marché rouvre</title>
    <link rel="enclosure" href="son.mp3"/><link href="marche.html"/>
    <id>tag:gazette.example,2025:1</id>
    <published>2025-11-20T10:00:00Z</published><updated>2025-11-21T08:00:00Z</updated>
    <author><name>Luc Bry</name></author>
    <summary>Les halles &amp; la place.</summary>
    <content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml"
      ><h:p>Les halles <h:b>rouvrent</h:b>.</h:p></h:div></content>
  </entry>
  <entry xml:lang="en"><title>Plain</title><content>One &lt; two.</content></entry>
  <entry><title>HTML</title><content type="html">&lt;p&gt;Un.&lt;/p&gt;</content></entry>
  <entry><title>Elsewhere</title><content type="image/png">aGk=</content></entry>
</feed>"""


def test_rss_states_its_fields() -> None:
    feed = parse_feed(RSS.encode(), url="https://post.example/feed")
    first, second = feed.entries
    assert (feed.title, feed.language, feed.fault) == ("The Harbour Post", "en-GB", None)
    assert first.url == "https://post.example/2025/ferry"
    assert first.id == "post-17"
    assert first.title == "Ferry & train share a ticket"
    assert first.authors == ("Ada Low", "Ben Oak")
    assert first.published is not None
    assert first.published.isoformat() == "2025-11-21T06:30:00+01:00"
    assert first.content_html == "<p>One ticket will do.</p><p>From May on.</p>"
    assert first.summary_html == "<p>One ticket.</p>"
    assert first.language == "en-GB"
    assert (second.url, second.authors) == ("https://post.example/2025/short", ("The Desk",))
    assert (second.published, second.content_html) == (None, None)


def test_atom_states_its_fields() -> None:
    feed = parse_feed(ATOM.encode())
    first, plain, html, elsewhere = feed.entries
    assert (feed.title, first.title) == ("La Gazette", "Le marché rouvre")
    assert first.url == "https://gazette.example/marche.html"
    assert first.authors == ("Luc Bry",)
    assert first.published == dt.datetime(2025, 11, 20, 10, tzinfo=dt.UTC)
    assert first.updated == dt.datetime(2025, 11, 21, 8, tzinfo=dt.UTC)
    assert first.summary_html == "Les halles &amp; la place."
    assert first.content_html is not None
    assert "<p>Les halles <b>rouvrent</b>.</p>" in first.content_html
    assert (plain.content_text, plain.language) == ("One < two.", "en")
    assert (html.content_html, html.language, html.authors) == ("<p>Un.</p>", "fr", ())
    assert (elsewhere.content_html, elsewhere.content_text) == (None, None)


def test_a_change_is_no_publication() -> None:
    entry = "<entry><updated>2025-11-21T08:00:00Z</updated><title>T</title></entry>"
    (found,) = parse_feed(
        f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()
    ).entries
    assert (found.published, found.updated is None) == (None, False)
    assert "published_at" not in found.stated()


def test_rss_1_and_atom_03_are_feeds_too() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>C</title><dc:language>de</dc:language></channel>"
        "<item><title>T</title><link>https://a.example/1</link><dc:date>2025-11-20</dc:date></item>"
        "</rdf:RDF>"
    )
    (item,) = parse_feed(rdf.encode()).entries
    assert (item.url, item.published, item.language) == (
        "https://a.example/1",
        dt.date(2025, 11, 20),
        "de",
    )
    old = (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
        '<content type="text/html" mode="escaped">&lt;p&gt;x</content></entry></feed>'
    )
    assert parse_feed(old.encode()).entries[0].content_html == "<p>x"


def test_json_feed_states_its_fields() -> None:
    item = {
        "id": "7",
        "url": "/7",
        "title": " Seven  bridges ",
        "content_html": "<p>x</p>",
        "summary": "a < b",
        "date_published": "2025-11-20T10:00:00Z",
        "authors": [{"name": "Ada Low"}, {"url": "https://b.example"}],
    }
    raw = {"version": "https://jsonfeed.org/version/1.1", "title": "F", "language": "en"}
    feed = parse_json_feed(json.dumps(raw | {"items": [item, 3]}).encode(), url="https://a.example")
    entry, broken = feed.entries
    assert (entry.url, entry.title, entry.authors, entry.language) == (
        "https://a.example/7",
        "Seven bridges",
        ("Ada Low",),
        "en",
    )
    assert (entry.content_html, entry.summary_html) == ("<p>x</p>", "a &lt; b")
    assert broken.damaged == "not an object"


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("AT&T and R&D", "AT&T and R&D"),
        ("caf&eacute;&nbsp;noir", "café noir"),
        ("a\x01b\x0bc", "abc"),
        ("&#0;x&#x1F;y", "xy"),
        ("&nosuchname; stays", "&nosuchname; stays"),
    ],
)
def test_what_feeds_get_wrong_most_is_repaired(broken: str, expected: str) -> None:
    raw = (
        f"\n<?xml version='1.0'?><rss><channel><item><title>{broken}</title></item></channel></rss>"
    )
    (entry,) = parse_feed(raw.encode()).entries
    assert entry.title == expected


def test_what_stands_in_cdata_is_not_repaired() -> None:
    raw = "<rss><item><description><![CDATA[a & b &eacute; <br>]]></description></item></rss>"
    assert parse_feed(raw.encode()).entries[0].summary_html == "a & b &eacute; <br>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
@pytest.mark.parametrize("padding", [0, 70_000])
def test_encodings_are_those_of_the_declaration(encoding: str, padding: int) -> None:
    label = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{label}"?><rss><channel><title>{"-" * padding}</title>\n'
        "<item><title>Le marché a été rouvert</title></item></channel></rss>"
    )
    assert parse_feed(text.encode(encoding)).entries[0].title == "Le marché a été rouvert"


def test_the_charset_of_the_transport_outranks_the_declaration() -> None:
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss><item><title>Été à Nîmes</title></item></rss>'
    )
    (entry,) = parse_feed(text.encode("cp1252"), charset="windows-1252").entries
    assert entry.title == "Été à Nîmes"


def test_a_feed_that_is_cut_gives_its_whole_entries() -> None:
    whole = RSS.encode()
    for end in (len(whole) - 10, whole.index(b"All of it")):
        feed = parse_feed(whole[:end])
        assert feed.entries[0].title == "Ferry & train share a ticket"
        assert feed.fault is not None
        assert "not read" in feed.fault
    assert len(parse_feed(whole[: whole.index(b"All of it")]).entries) == 1


def test_an_entry_whose_markup_swallows_the_next_is_marked() -> None:
    raw = (
        "<rss><channel><item><title>A</title><description>x<br>y</description></item>"
        "<item><title>B</title></item></channel></rss>"
    )
    whole, swallowed = parse_feed(raw.encode()).entries
    assert (whole.title, whole.damaged) == ("B", None)
    assert swallowed.damaged is not None


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
)
EXTERNAL = (
    '<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    "<rss><channel><item><title>&e;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (BOMB.encode(), "malformed: it declares entities"),
        (EXTERNAL.encode(), "malformed: it declares entities"),
        (b"", "empty: 0 bytes"),
        (b" \n", "empty: nothing but white space"),
        (b"<html><body><p>x</p></body></html>", "malformed: XML, but no feed: its root is html"),
        (b"no markup at all", "malformed: not XML"),
        (b"\0\1\2\3" * 100, "binary: "),
    ],
)
def test_what_is_no_feed_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_feed(raw)


@pytest.mark.parametrize(
    "raw", [b"[1]", b"{}", b'{"version": 1, "items": []}', b"{", b"[" * 99_999]
)
def test_what_is_no_json_feed_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="malformed"):
        parse_json_feed(raw)


def test_an_entry_larger_than_allowed_ends_the_reading() -> None:
    raw = b"<rss><channel><item><title>" + b"word " * 100_000 + b"</title></item></channel></rss>"
    parser = FeedParser(BytesIO(raw), charset=None, url=None, max_bytes=200_000)
    with pytest.raises(InputError, match="too-large"):
        list(parser)


def test_memory_does_not_grow_with_a_feed() -> None:
    item = b"<item><title>T</title><description>" + b"word " * 2_000 + b"</description></item>\n"

    class Endless(BytesIO):
        """60 MB of entries that nobody has to hold."""

        left = 6_000

        def read(self, size: int | None = -1) -> bytes:
            del size
            self.left -= 1
            start = b"<rss><channel>" if self.left == 5_999 else b""
            return start + item if self.left > 0 else b"</channel></rss>" if self.left == 0 else b""

    tracemalloc.start()
    parser = FeedParser(Endless(), charset=None, url=None, max_bytes=1_000_000)
    assert sum(1 for _ in parser) == 5_999
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), min_size=1),
        max_size=6,
    ),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_every_text_comes_back_as_it_was_written(texts: list[str], encoding: str) -> None:
    items = "".join(
        "<entry><content type='text'>"
        + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        + "</content></entry>"
        for text in texts
    )
    raw = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{items}</feed>'
    entries = parse_feed(raw.encode(encoding)).entries
    legal = [text.replace("\ufffe", "").replace("\uffff", "") for text in texts]
    assert [e.content_text for e in entries] == [t if t.strip() else None for t in legal]


NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
 <url><loc> https://a.example/1?x=1&amp;y=2 </loc><lastmod>2025-11-21</lastmod>
  <image:image><image:loc>https://a.example/1.jpg</image:loc></image:image>
  <news:news><news:publication><news:name>The Post</news:name><news:language>en</news:language>
  </news:publication><news:publication_date>2025-11-20T09:00:00Z</news:publication_date>
  <news:title>One</news:title></news:news></url>
 <url><loc>ftp://a.example/2</loc></url>
 <url><loc>https://a.example/3</loc></url>
</urlset>"""


def test_a_news_sitemap_states_its_fields() -> None:
    parsed = parse_sitemap(NEWS.encode())
    one, three = parsed.addresses
    assert one.url == "https://a.example/1?x=1&y=2"
    assert one.stated() == {
        "title": "One",
        "published_at": dt.datetime(2025, 11, 20, 9, tzinfo=dt.UTC),
        "site": "The Post",
        "language": "en",
    }
    assert one.lastmod == dt.date(2025, 11, 21)
    assert (three.url, three.stated()) == ("https://a.example/3", {})
    parser = SitemapParser(BytesIO(NEWS.encode()), charset=None, max_bytes=10_000)
    assert (len(list(parser)), parser.unreadable) == (2, 1)


def test_an_index_names_sitemaps() -> None:
    raw = "<sitemapindex><sitemap><loc>https://a.example/s.xml.gz</loc></sitemap></sitemapindex>"
    parsed = parse_sitemap(raw.encode())
    assert [child.url for child in parsed.sitemaps] == ["https://a.example/s.xml.gz"]
    assert parsed.addresses == ()


def test_a_sitemap_that_is_cut_or_no_sitemap_says_so() -> None:
    cut = parse_sitemap(NEWS.encode()[:-60])
    assert len(cut.addresses) == 1
    assert cut.fault is not None
    for raw in (RSS.encode(), BOMB.replace("rss", "urlset").encode(), b"x"):
        with pytest.raises(InputError, match="malformed"):
            parse_sitemap(raw)


def test_a_url_list_is_its_lines_that_are_addresses() -> None:
    raw = "\ufeff# ours\r\nhttps://a.example/1\r\n\r\n  http://b.example/é  \nnot one\nftp://c.example\n"
    assert parse_url_list(raw.encode()) == ("https://a.example/1", "http://b.example/é")
