"""Spellings of one address, and addresses that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire import normalise_url
from dedupe.acquire.urls import _long_way

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


@given(st.text() | st.text().map("https://example.org/".__add__) | st.text().map("http://".__add__))
def test_any_text_has_a_form_that_can_be_written_or_none(text: str) -> None:
    found = normalise_url(text)
    assert found is None or found.encode("ascii")
