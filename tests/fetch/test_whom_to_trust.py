"""Certificates, redirects and addresses: who is believed, and who is not even asked."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator

import pytest
import trustme

from dedupe.rejects import Reason
from tests.fetch.asker import OK, Asker
from tests.fetch.press import Press, Reply, to

# Certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def sealed(authority: trustme.CA) -> Iterator[Press]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Press(context) as server:
        yield server


def test_a_certificate_of_nobody_is_not_trusted(sealed: Press, ask: Asker) -> None:
    sealed.answer("/a", OK)
    reason, detail = ask.failure(sealed.url("/a"))
    assert reason == Reason.FETCH_FAILED
    assert "certificate" in detail
    assert sealed.asked == []


def test_an_authority_of_the_operator_is_trusted(
    sealed: Press, ask: Asker, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed.answer("/a", OK)
    with authority.cert_pem.tempfile() as file:
        monkeypatch.setenv("SSL_CERT_FILE", file)
        assert ask.body(sealed.url("/a")).bytes == len(OK.body)


# Redirects


def test_redirects_are_followed_and_the_last_address_counts(press: Press, ask: Asker) -> None:
    press.answer("/a", to("b", 301))
    press.answer("/b", to(press.url("/c#part"), 308))
    press.answer("/c", OK)
    assert ask.body(press.url("/a")).url == press.url("/c")


def test_redirects_in_a_circle_and_without_end_are_given_up(press: Press, ask: Asker) -> None:
    press.answer("/a", to("/b"))
    press.answer("/b", to("/a"))
    assert ask.failure(press.url("/a")) == (Reason.FETCH_FAILED, "redirects in a circle")
    press.pages["/on"] = lambda _: to(f"/on?{len(press.asked)}")
    assert ask.failure(press.url("/on")) == (Reason.FETCH_FAILED, "more than 10 redirects")


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.2/", "http://169.254.169.254/latest", "http://[::1]/", "http://0x7f.2/"],
)
def test_a_redirect_to_a_private_address_is_refused(press: Press, ask: Asker, place: str) -> None:
    press.answer("/a", to(place))
    assert ask.failure(press.url("/a"))[0] == Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://a/", "data:,a"]
)
def test_a_redirect_to_what_is_not_the_web_is_refused(press: Press, ask: Asker, place: str) -> None:
    press.answer("/a", to(place))
    assert ask.failure(press.url("/a"))[0] == Reason.BLOCKED_ADDRESS


def test_loopback_is_refused_unless_it_is_allowed_and_not_even_robots_is_asked(
    press: Press, ask: Asker
) -> None:
    press.answer("/a", OK)
    assert ask.failure(press.url("/a"), allow_hosts="")[0] == Reason.BLOCKED_ADDRESS
    assert press.asked == []


def test_a_proxy_of_the_environment_is_not_used(
    press: Press, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look names up where no guard sees it."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    press.answer("/a", OK)
    assert ask.body(press.url("/a")).bytes


def test_credentials_are_for_their_host_only_and_stand_in_no_log(
    press: Press, ask: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Press() as other:
        other.answer("/b", OK)
        press.answer("/a", Reply(503), to(other.url("/b").replace("//", "//you:theirs@")))
        found = ask.body(press.url("/a").replace("//", "//me:hidden@"))
        assert "authorization" not in other.asked[-1].headers
    assert press.asked[-1].headers["authorization"].startswith("Basic ")
    assert "@" not in found.url
    assert "hidden" not in caplog.text
    assert "***@127.0.0.1" in caplog.text
