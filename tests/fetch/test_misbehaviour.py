"""A server that misbehaves in every way that one can: each request ends in one answer."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme

from dedupe.acquire.fetch.answers import Answer, Body, Failure, NotModified, Request
from dedupe.acquire.fetch.assembly import Assembled
from dedupe.acquire.fetch.pace import Clock
from dedupe.acquire.fetch.state import State
from dedupe.rejects import Reason
from dedupe.settings import Settings
from tests.fetch.press import Press, Reply, gzipped, to

OK = Reply(200, b"<p>fine</p>", {"content-type": "text/html"})


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as server:
        yield server


class Asker:
    """Asks with the settings given, and waits for nobody: ``waits`` has what it would sleep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        self.time = 0.0
        self.settings = {"allow_hosts": "127.0.0.1", "fetch_timeout": 5.0, "fetch_delay": 0.0}

    def __call__(self, *asked: str | Request, **settings: object) -> list[Answer]:
        requests = [Request(url=one) if isinstance(one, str) else one for one in asked]
        return asyncio.run(self._all(requests, Settings(**{**self.settings, **settings})))  # type: ignore[arg-type]

    def one(self, asked: str | Request, **settings: object) -> Answer:
        return self(asked, **settings)[0]

    def failure(self, url: str, **settings: object) -> tuple[Reason, str]:
        answer = self.one(url, **settings)
        assert isinstance(answer, Failure), answer
        assert not list((self.folder / "bodies").iterdir())
        return answer.reason, answer.detail

    def body(self, asked: str | Request, **settings: object) -> Body:
        answer = self.one(asked, **settings)
        assert isinstance(answer, Body), answer
        return answer

    async def _all(self, requests: list[Request], settings: Settings) -> list[Answer]:
        async def sleep(seconds: float) -> None:
            self.waits.append(round(seconds, 3))
            self.time += seconds

        path = self.folder / "state.sqlite"
        with State(path, run="now", now=1e9, published=lambda: {"now"}) as state:
            clock = Clock(now=lambda: self.time, sleep=sleep)
            getter = Assembled(settings, state, self.folder / "bodies", clock=clock)
            try:
                return await asyncio.gather(*map(getter.get, requests))
            finally:
                await getter.aclose()


@pytest.fixture
def ask(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


# What arrives


def test_a_body_comes_with_what_the_server_says_of_it(press: Press, ask: Asker) -> None:
    press.put("/a", "<p>été</p>", "text/html; charset=UTF-8", last_modified="Sun, 06 Nov 1994")
    found = ask.body(press.url("/a"))
    assert found.path.read_text(encoding="utf-8") == "<p>été</p>"
    assert (found.media_type, found.charset, found.url) == ("text/html", "UTF-8", press.url("/a"))
    assert found.etag
    assert found.last_modified == "Sun, 06 Nov 1994"


def test_the_server_is_told_who_asks(press: Press, ask: Asker) -> None:
    press.answer("/a", OK)
    ask.one(press.url("/a"), contact="https://news.example/bot")
    assert press.asked[-1].headers["user-agent"].startswith("dedupe-ingest/")
    assert press.asked[-1].headers["user-agent"].endswith(" (+https://news.example/bot)")
    ask.one(press.url("/a"), user_agent="mynews/2")
    assert press.asked[-1].headers["user-agent"] == "mynews/2"
    assert "cookie" not in press.asked[-1].headers


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda raw: gzip.compress(raw[:3]) + gzip.compress(raw[3:])),
        ("gzip", lambda raw: gzip.compress(raw) + b"\0" * 20),
        ("deflate", zlib.compress),
        ("deflate", lambda raw: zlib.compress(raw)[2:-4]),  # without zlib's frame, as some send it
    ],
    ids=["gzip", "two members", "padding", "deflate", "raw deflate"],
)
def test_a_packed_body_is_unpacked(press: Press, ask: Asker, encoding: str, pack: object) -> None:
    raw = b"<p>fine</p>" * 20_000
    headers = {"content-type": "text/html", "content-encoding": encoding}
    press.answer("/a", Reply(200, pack(raw), headers))  # type: ignore[operator]
    assert ask.body(press.url("/a")).path.read_bytes() == raw


def test_what_was_not_modified_is_not_sent_again(press: Press, ask: Asker) -> None:
    press.put("/a", "<p>fine</p>")
    press.answer("/to-a", to("/a"))
    found = ask.body(press.url("/to-a"))
    again = Request(url=press.url("/to-a"), etag=found.etag, validated=found.url)
    assert ask.one(again) == NotModified()
    # A validator is of the address that gave it, and is shown to no other.
    assert [asked.headers.get("if-none-match") for asked in press.asked][-2:] == [None, found.etag]


def test_a_date_is_a_validator_too(press: Press, ask: Asker) -> None:
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    press.pages["/a"] = lambda asked: (
        Reply(304) if asked.headers.get("if-modified-since") == date else OK
    )
    again = Request(url=press.url("/a"), last_modified=date, validated=press.url("/a"))
    assert ask.one(again) == NotModified()


# What is too much


def test_a_body_that_is_too_large_is_not_read(press: Press, ask: Asker) -> None:
    press.answer(
        "/stated", Reply(200, b"", {"content-type": "text/html", "content-length": "9999"})
    )
    assert ask.failure(press.url("/stated"), max_bytes=1000)[0] == Reason.TOO_LARGE


def test_a_body_that_grows_beyond_all_bounds_is_cut_off(press: Press, ask: Asker) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"<p>more</p>" * 1000)
            sent += 11_000
            await writer.drain()

    press.answer("/a", Reply(raw=flood))
    reason, detail = ask.failure(press.url("/a"), max_bytes=100_000)
    assert (reason, detail) == (Reason.TOO_LARGE, "more than 100000 bytes, and not read further")
    assert sent < 20_000_000


def test_a_bomb_is_unpacked_to_the_limit_and_no_further(press: Press, ask: Asker) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    press.answer("/a", Reply(200, bomb, {"content-encoding": "gzip", "content-type": "text/html"}))
    assert len(bomb) < 60_000
    assert ask.failure(press.url("/a"), max_bytes=60_000)[0] == Reason.TOO_LARGE


def test_files_may_be_larger_than_pages(press: Press, ask: Asker) -> None:
    press.answer("/a", Reply(200, bytes(5000), {"content-type": "application/warc"}))
    assert ask.body(press.url("/a"), max_bytes=1000).bytes == 5000
    assert ask.failure(press.url("/a"), fetch_bytes=1000)[0] == Reason.TOO_LARGE


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/pdf", "text/css"])
def test_what_no_reader_takes_is_not_read(press: Press, ask: Asker, kind: str) -> None:
    press.answer("/a", Reply(200, b"", {"content-type": kind, "content-length": "1000000"}))
    assert ask.failure(press.url("/a")) == (Reason.UNSUPPORTED, f"{kind} is not read")


def test_an_encoding_that_was_not_asked_for_is_refused(press: Press, ask: Asker) -> None:
    press.answer("/a", Reply(200, b"x", {"content-type": "text/html", "content-encoding": "br"}))
    assert ask.failure(press.url("/a"))[0] == Reason.UNSUPPORTED


def test_a_flood_of_headers_is_cut_off(press: Press, ask: Asker) -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\n")
        while not writer.is_closing():
            writer.write(b"x-more: and more\r\n" * 500)
            await writer.drain()

    press.answer("/a", Reply(raw=flood))
    assert ask.failure(press.url("/a"))[0] == Reason.FETCH_FAILED


# What is too slow


async def _silence(writer: asyncio.StreamWriter) -> None:
    del writer
    await asyncio.Event().wait()


async def _dripping_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nx-slow: ")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _dripping_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _stalling_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 99\r\n\r\nhalf")
    await writer.drain()
    await asyncio.Event().wait()


@pytest.mark.parametrize("slow", [_silence, _dripping_head, _dripping_body, _stalling_body])
def test_a_server_that_takes_its_time_is_given_up(press: Press, ask: Asker, slow: object) -> None:
    press.answer("/a", Reply(raw=slow))  # type: ignore[arg-type]
    reason, detail = ask.failure(press.url("/a"), fetch_timeout=0.1)
    assert reason == Reason.FETCH_FAILED
    assert "no answer within" in detail or "slower than" in detail
    assert press.paths() == ["/a"] * 3


# What is broken


def test_a_body_that_breaks_off_is_asked_for_again(press: Press, ask: Asker) -> None:
    async def broken(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 99\r\n\r\nhalf")

    press.answer("/a", Reply(raw=broken), Reply(raw=broken), OK)
    assert ask.body(press.url("/a")).path.read_bytes() == OK.body
    press.answer("/a", Reply(raw=broken))
    assert ask.failure(press.url("/a"))[0] == Reason.FETCH_FAILED


def test_a_packed_body_that_breaks_off_is_no_body(press: Press, ask: Asker) -> None:
    whole = gzipped(b"<p>fine</p>" * 1000)
    press.answer("/a", Reply(200, whole.body[:-9], whole.headers))
    assert ask.failure(press.url("/a")) == (Reason.FETCH_FAILED, "the gzip ends too early")
    press.answer("/a", Reply(200, b"no gzip", whole.headers))
    assert ask.failure(press.url("/a"))[1].startswith("broken gzip")


def test_a_length_that_is_too_short_is_believed(press: Press, ask: Asker) -> None:
    press.answer("/a", Reply(200, b"<p>fine</p> and more", {"content-length": "11"}))
    assert ask.body(press.url("/a")).path.read_bytes() == b"<p>fine</p>"


@pytest.mark.parametrize(
    "said", [b"", b"\x15\x03\x01", b"SSH-2.0-OpenSSH\r\n", b"HTTP/9 nonsense\r\n\r\n"]
)
def test_what_does_not_speak_http_is_told_so(press: Press, ask: Asker, said: bytes) -> None:
    async def speak(writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    press.answer("/a", Reply(raw=speak))
    assert ask.failure(press.url("/a"))[0] == Reason.FETCH_FAILED


def test_nobody_there(press: Press, ask: Asker) -> None:
    press.__exit__(None, None, None)
    assert ask.failure(press.url("/a"))[0] == Reason.FETCH_FAILED
    press.__enter__()


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://[::1/",
        "https://exa mple/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/" + 9000 * "a",
    ],
    ids=["no host", "open bracket", "space", "port", "long"],
)
def test_what_is_no_address_is_told_so(ask: Asker, url: str) -> None:
    (ask.folder / "bodies").mkdir()
    assert ask.failure(url)[0] == Reason.FETCH_FAILED


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


# Politeness


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451, 204, 300, 304])
def test_a_refusal_is_taken_for_an_answer(press: Press, ask: Asker, status: int) -> None:
    press.answer("/a", Reply(status))
    assert ask.failure(press.url("/a")) == (Reason.HTTP_STATUS, f"answered {status}")
    assert press.paths() == ["/a"]


def test_a_busy_server_is_asked_again_when_it_wants_to_be(press: Press, ask: Asker) -> None:
    press.answer("/a", Reply(429, headers={"retry-after": "7"}), Reply(503), OK)
    assert ask.body(press.url("/a")).bytes
    first, second = ask.waits
    assert first == 7
    assert 2.5 <= second <= 7.5


def test_a_date_to_ask_again_is_understood(press: Press, ask: Asker) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    press.answer("/a", Reply(503, headers={"retry-after": soon}), OK)
    ask.body(press.url("/a"))
    assert 25 <= ask.waits[0] <= 30
    press.answer("/a", Reply(503, headers={"retry-after": "nonsense"}), OK)
    ask.body(press.url("/a"))


def test_who_wants_rest_for_long_is_left_alone_by_this_run_and_the_next(
    press: Press, ask: Asker
) -> None:
    press.answer("/a", Reply(429, headers={"retry-after": "3600"}))
    press.answer("/b", OK)
    answers = ask(press.url("/a"), press.url("/b"))
    assert [type(answer) for answer in answers] == [Failure, Failure]
    assert press.paths() == ["/a"]
    assert "left alone for 3600 s more" in ask.failure(press.url("/b"))[1]
    assert press.paths() == ["/a"]


def test_rest_has_bounds(press: Press, ask: Asker) -> None:
    press.answer("/a", Reply(503, headers={"retry-after": "9" * 400}))
    assert ask.failure(press.url("/a"))[1] == "answered 503, to be asked again after 86400 s"


def test_a_host_that_fails_time_and_again_is_not_asked_for_the_rest(
    press: Press, ask: Asker
) -> None:
    press.pages |= {f"/{n}": lambda _: Reply(500) for n in range(9)}
    answers = ask(*(press.url(f"/{n}") for n in range(9)))
    assert [a.reason for a in answers if isinstance(a, Failure)].count(Reason.HTTP_STATUS) == 5
    assert {a.detail for a in answers if isinstance(a, Failure)} == {
        "answered 500",
        "not asked: 127.0.0.1 failed 5 times in a row",
    }


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause(press: Press, ask: Asker) -> None:
    press.pages |= {f"/{n}": lambda _: OK for n in range(5)}
    ask(*(press.url(f"/{n}") for n in range(5)), fetch_delay=2.0)
    assert press.most_together == 1
    assert ask.waits == [2.0] * 5


def test_robots_is_obeyed_asked_for_once_and_kept_for_the_next_run(
    press: Press, ask: Asker
) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: dedupe-ingest\nDisallow: /private\n"
    press.put("/robots.txt", f"{rules}Crawl-delay: 3\n", "text/plain")
    press.pages |= {"/a": lambda _: OK, "/b": lambda _: OK}
    answers = ask(*(press.url(path) for path in ("/a", "/private/b", "/b")))
    assert [type(answer) for answer in answers] == [Body, Failure, Body]
    assert press.paths() == ["/a", "/b"]
    assert ask.waits[-1] == 3.0
    ask.one(press.url("/a"))
    assert len(press.asked) == 4
    assert isinstance(ask.one(press.url("/private/b"), fetch_robots=False), Failure)
    assert press.paths()[-1] == "/private/b"


def test_a_crawl_delay_has_bounds(press: Press, ask: Asker) -> None:
    press.put("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n", "text/plain")
    press.answer("/a", OK)
    ask.one(press.url("/a"))
    ask(press.url("/a"), press.url("/a"))
    assert max(ask.waits) == 30.0


@pytest.mark.parametrize(
    ("rules", "fetched"),
    [
        (Reply(404), True),
        (Reply(403), True),
        (Reply(500), False),
        (Reply(429), False),
        (Reply(200, b"\xff\xfe\x00 nonsense <html>"), True),
        (Reply(200, b"User-agent: *\nDisallow: /\n" + b"#" * 2_000_000), False),
    ],
    ids=["missing", "forbidden", "broken", "busy", "nonsense", "huge"],
)
def test_robots_that_cannot_be_read(
    press: Press, ask: Asker, rules: Reply, *, fetched: bool
) -> None:
    """RFC 9309, 2.3.1: no rules where it is unavailable, no fetch where the server is not well."""
    press.answer("/robots.txt", rules)
    press.answer("/a", OK)
    answer = ask.one(press.url("/a"))
    assert isinstance(answer, Body) == fetched
    assert fetched or (isinstance(answer, Failure) and answer.reason == Reason.ROBOTS)


def test_robots_of_another_place_is_checked_like_any_address(press: Press, ask: Asker) -> None:
    press.answer("/robots.txt", to("http://169.254.169.254/robots.txt"))
    press.answer("/a", OK)
    assert ask.failure(press.url("/a"))[0] == Reason.BLOCKED_ADDRESS
    assert press.paths() == []
