"""Politeness: rest, pauses, refusals and robots.txt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from dedupe.acquire.fetch.answers import Body, Failure
from dedupe.rejects import Reason
from tests.fetch.asker import OK, Asker
from tests.fetch.press import Press, Reply, to


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
