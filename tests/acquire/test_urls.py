"""Spellings of one address, and addresses that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire import normalise_url
from dedupe.acquire.urls import _long_way, masked

SAME = [
    # scheme, host, port
    ("HTTPS://Example.ORG/a", "https://example.org/a"),
    ("http://example.org:80/a", "http://example.org/a"),
    ("https://example.org:443/a", "https://example.org/a"),
    ("https://example.org:8443/a", "https://example.org:8443/a"),
    ("https://example.org./a", "https://example.org/a"),
    ("https://example.org:/a", "https://example.org/a"),
    ("https://user:secret@example.org/a", "https://example.org/a"),
    ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
    ("http://192.0.2.1/a", "http://192.0.2.1/a"),
    # international names
    ("https://exämple.org/a", "https://xn--exmple-cua.org/a"),
    ("https://XN--EXMPLE-CUA.org/a", "https://xn--exmple-cua.org/a"),
    ("https://例え.jp/", "https://xn--r8jz45g.jp/"),
    # path
    ("https://example.org", "https://example.org/"),
    ("https://example.org/a/", "https://example.org/a"),
    ("https://example.org/a/./b/../c", "https://example.org/a/c"),
    ("https://example.org/../a", "https://example.org/a"),
    ("https://example.org/%7Ea", "https://example.org/~a"),
    ("https://example.org/%c3%a9", "https://example.org/%C3%A9"),
    ("https://example.org/é", "https://example.org/%C3%A9"),
    ("https://example.org/a b", "https://example.org/a%20b"),
    # query
    ("https://example.org/a?", "https://example.org/a"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/a?&&a=1&", "https://example.org/a?a=1"),
    ("https://example.org/a/?id=3", "https://example.org/a?id=3"),
    ("https://example.org/a?q=é%20è", "https://example.org/a?q=%C3%A9+%C3%A8"),
    ("https://example.org/a?empty", "https://example.org/a?empty="),
    # what only tracks
    ("https://example.org/a?utm_source=x&utm_medium=y&UTM_CAMPAIGN=z", "https://example.org/a"),
    ("https://example.org/a?id=3&fbclid=IwAR0", "https://example.org/a?id=3"),
    ("https://example.org/a?gclid=x&msclkid=y&mc_cid=z&mc_eid=z", "https://example.org/a"),
    ("https://example.org/a?xtor=RSS-17&at_medium=custom7", "https://example.org/a"),
    ("https://example.org/a?id=1&amp;p=2&amp;utm_source=x", "https://example.org/a?id=1&p=2"),
    ("https://example.org/a?__hstc=1&gad_source=1&smid=tw-share", "https://example.org/a"),
    # sessions
    ("https://example.org/a;jsessionid=1A2B?id=3", "https://example.org/a?id=3"),
    ("https://example.org/a?PHPSESSID=d41d8cd98f", "https://example.org/a"),
    ("https://example.org/a?sid=d41d8cd98f00b204e9800998ecf8427e", "https://example.org/a"),
    ("https://example.org/(S(lit3py55t21z5v55vlm25s55))/a", "https://example.org/a"),
    # index files
    ("https://example.org/index.html", "https://example.org/"),
    ("https://example.org/a/index.php", "https://example.org/a"),
    ("https://example.org/index.php?id=3", "https://example.org/?id=3"),
    ("https://example.org/a/Default.aspx", "https://example.org/a"),
    # phones
    ("https://m.example.org/a", "https://www.example.org/a"),
    ("https://mobile.example.co.uk/a", "https://www.example.co.uk/a"),
    ("https://m.www.example.org/a", "https://www.example.org/a"),
    ("https://en.m.example.org/wiki/A", "https://en.example.org/wiki/A"),
    # AMP: host, path, parameter, cache
    ("https://amp.example.org/a", "https://www.example.org/a"),
    ("https://example.org/2025/03/01/harbour/amp/", "https://example.org/2025/03/01/harbour/amp"),
    ("https://example.org/the-harbour-reopens/amp/", "https://example.org/the-harbour-reopens"),
    ("https://example.org/amp/news/harbour-481516", "https://example.org/news/harbour-481516"),
    ("https://example.org/news/amp/uk-481516", "https://example.org/news/uk-481516"),
    ("https://example.org/harbour-481516.amp.html", "https://example.org/harbour-481516.html"),
    ("https://example.org/harbour-481516.amp", "https://example.org/harbour-481516"),
    ("https://example.org/a?amp=1", "https://example.org/a"),
    ("https://example.org/a?amp", "https://example.org/a"),
    ("https://example.org/a?id=3&outputType=amp", "https://example.org/a?id=3"),
    (
        "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a-b-c/amp/?id=3",
        "https://www.example.org/a-b-c?id=3",
    ),
    ("https://example-org.cdn.ampproject.org/v/example.org/a", "http://example.org/a"),
    ("https://x.cdn.ampproject.org/amp/c/a.example/x-1", "http://a.example/x-1"),
    ("https://www.google.com/amp/s/example.org/a-b-c/amp", "https://example.org/a-b-c"),
    # fragment, and what surrounds it in a table
    ("https://example.org/a#comments", "https://example.org/a"),
    ("https://example.org/a?b=1#/route", "https://example.org/a?b=1"),
    ("  https://example.org/a\n", "https://example.org/a"),
]

APART = [
    ("http://example.org/a", "https://example.org/a"),
    ("https://www.example.org/a", "https://example.org/a"),
    ("https://example.org/A", "https://example.org/a"),
    ("https://example.org/a", "https://example.org/b"),
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://example.org/?ref=a", "https://example.org/?ref=b"),
    ("https://example.org/?source=a", "https://example.org/?source=b"),
    ("https://example.org/?id=1&id=2", "https://example.org/?id=1"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/?a=b%26c", "https://example.org/?a=b&c"),
    ("https://example.org:8080/", "https://example.org/"),
    ("https://example.org/?p=12", "https://example.org/?p=13"),
    ("https://example.org/?p=12", "https://example.org/"),
    ("https://example.org/?sid=12", "https://example.org/?sid=13"),
    ("https://example.org/?session_id=12", "https://example.org/?session_id=13"),
    ("https://example.org/?amp=15", "https://example.org/?amp=30"),
    ("https://example.org/#!/a", "https://example.org/#!/b"),
    # "amp", "m" and "index" as words
    ("https://example.org/tag/amp", "https://example.org/tag"),
    ("https://example.org/amp", "https://example.org/"),
    ("https://example.org/amp/reviews", "https://example.org/reviews"),
    ("https://example.org/guitar.amp", "https://example.org/guitar"),
    ("https://example.org/index", "https://example.org/"),
    ("https://example.org/index.html.zip", "https://example.org/"),
    ("https://amp.dev/a", "https://www.dev/a"),
    ("https://m.example.org/a", "https://m.example.net/a"),
    ("https://champ.example.org/a", "https://www.example.org/a"),
    ("https://www.google.com/amp", "https://www.google.com/"),
    (
        "https://example.cdn.ampproject.org/c/s/a.example/1",
        "https://example.cdn.ampproject.org/c/s/a.example/2",
    ),
]

NO_URL = [
    "",
    " ",
    "example.org/a",
    "//example.org/a",
    "/a",
    "http://",
    "https:///a",
    "https://?q=1",
    "ftp://example.org/a",
    "file:///etc/passwd",
    "mailto:a@example.org",
    "javascript:alert(1)",
    "data:text/html,a",
    "https://example.org:99999/",
    "https://example.org:port/",
    "https://[::1/",
    "https://exam ple.org/",
    "https://example..org/",
    "https://example.org/\ud800",
]


@pytest.mark.parametrize(("spelling", "normal"), SAME)
def test_spellings_of_one_address_share_a_form(spelling: str, normal: str) -> None:
    assert normalise_url(spelling) == normal


@pytest.mark.parametrize("normal", sorted({normal for _, normal in SAME}))
def test_the_normal_form_is_its_own(normal: str) -> None:
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_addresses_stay_apart(one: str, other: str) -> None:
    assert normalise_url(one) != normalise_url(other)


@pytest.mark.parametrize("text", NO_URL)
def test_what_is_no_web_address_has_no_form(text: str) -> None:
    assert normalise_url(text) is None


@given(
    st.from_regex(
        r"https?://[a-z0-9-]{1,4}(\.[a-z0-9-]{1,3}){0,2}(/[A-Za-z.~_-]{0,3}){0,4}", fullmatch=True
    )
)
def test_the_short_way_of_plain_addresses_leads_where_the_long_one_does(url: str) -> None:
    assert normalise_url(url) == _long_way(url)


HOSTS = st.sampled_from(
    (
        "example.org",
        "www.example.org",
        "m.example.org",
        "amp.example.co.uk",
        "en.m.example.org",
        "x.cdn.ampproject.org",
        "www.google.com",
        "m.amp.m.www.example.org",
        "amp.dev",
        "m.m",
    )
)
PARTS = st.sampled_from(
    (
        "amp",
        "AMP",
        "a",
        "a-b-c",
        "2025",
        "x-1.amp",
        "x-1.amp.amp.html",
        "index.html",
        "index.php",
        "Index.HTM",
        "c",
        "s",
        "v",
        "example.org",
        ".",
        "..",
        "",
        "a;jsessionid=1",
        "%7Ea",
        "é",
    )
)
PAIRS = st.sampled_from(
    (
        "id=1",
        "id=2",
        "p=12",
        "amp=1",
        "amp",
        "amp=5",
        "utm_source=x",
        "amp;id=3",
        "sid=" + 32 * "a",
        "PHPSESSID=1",
        "q=a+b",
        "q=a%26b",
        "outputType=amp",
        "",
        "=",
        "usqp=mq331",
    )
)
ADDRESSES = st.builds(
    lambda host, parts, pairs, end: f"https://{host}/{'/'.join(parts)}?{'&'.join(pairs)}{end}",
    HOSTS,
    st.lists(PARTS, max_size=5),
    st.lists(PAIRS, max_size=4),
    st.sampled_from(["", "#a", "#!a", "#!/b?c=1"]),
)


@given(ADDRESSES)
def test_a_normal_form_is_its_own_normal_form(url: str) -> None:
    normal = normalise_url(url)
    assert normal is not None
    assert normalise_url(normal) == normal


@given(ADDRESSES, st.sampled_from(["id", "p", "story", "page", "cid", "ref"]), st.data())
def test_what_a_parameter_selects_is_never_merged(url: str, name: str, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, 999), min_size=2, max_size=2, unique=True))
    base = url.partition("#")[0]
    assert normalise_url(f"{base}&{name}={one}") != normalise_url(f"{base}&{name}={other}")


@given(HOSTS, st.lists(PARTS, max_size=3), st.data())
def test_articles_of_other_names_are_never_merged(
    host: str, parts: list[str], data: st.DataObject
) -> None:
    names = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,6}){0,3}", fullmatch=True)
    one, other = data.draw(
        st.lists(names.filter("amp".__ne__), min_size=2, max_size=2, unique=True)
    )
    base = f"https://{host}/{'/'.join(parts)}/x"
    assert normalise_url(base + one) != normalise_url(base + other)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pass@example.org/feed", "https://***@example.org/feed"),
        ("https://me@example.org/a@b", "https://***@example.org/a@b"),
        ("https://a@b:c@example.org/", "https://***@example.org/"),
        ("https://example.org/a?id=1&token=abc#x", "https://example.org/a?id=1&token=***#x"),
        (
            "https://example.org/?X-Amz-Signature=abc&b=1",
            "https://example.org/?X-Amz-Signature=***&b=1",
        ),
        ("https://example.org/a@b?c=d@e", "https://example.org/a@b?c=d@e"),
        ("inbox/a.html", "inbox/a.html"),
    ],
)
def test_what_is_logged_or_stored_has_no_secret(url: str, shown: str) -> None:
    assert masked(url) == shown
    assert masked(shown) == shown


@given(st.text() | st.text().map("https://example.org/".__add__) | st.text().map("http://".__add__))
def test_any_text_has_a_form_that_can_be_written_or_none(text: str) -> None:
    found = normalise_url(text)
    assert found is None or found.encode("ascii")
