"""A server that misbehaves in every way that one can: each request ends in one answer."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from dedupe.acquire.fetch.answers import NotModified, Request
from dedupe.rejects import Reason
from tests.fetch.asker import OK, Asker
from tests.fetch.press import Press, Reply, gzipped, to

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
