"""MHTML and mail: the one page in a message."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged

Take = Callable[..., list[Any]]

MHTML = (
    "From: <Saved by Blink>\r\n"
    "Snapshot-Content-Location: https://news.example/marche\r\n"
    "Subject: =?utf-8?Q?Le_march=C3=A9?=\r\n"
    "Date: Sat, 22 Nov 2025 04:00:00 -0000\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b--"\r\n\r\n\r\n'
    "----b--\r\nContent-Type: text/html\r\nContent-ID: <f@mhtml.blink>\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "Content-Location: https://news.example/marche\r\n\r\n"
    "<html><head><meta charset=3D=22utf-8=22></head><body><p>Le march=C3=A9 rou=\r\nvre.</p>"
    "</body></html>\r\n"
    "----b--\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Location: https://news.example/a.png\r\n\r\n"
)
PICTURE = base64.encodebytes(b"\x89PNG" * 2_000).decode().replace("\n", "\r\n")


def newsletter() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Le marché, et après"
    message["From"] = "The Post <news@post.example>"
    message["Date"] = "Fri, 21 Nov 2025 06:30:00 +0100"
    message["Message-ID"] = "<1@post.example>"
    message.set_content("Le marché rouvre.\n")
    message.add_alternative("<p>Le marché <b>rouvre</b>.</p>", subtype="html", charset="iso-8859-1")
    message.add_attachment(b"<p>Not this.</p>", "text", "html", filename="a.html")
    return message


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "saved", "saved.txt"])
def test_a_saved_page_is_the_page(here: Path, take: Take, name: str) -> None:
    (here / name).write_bytes((MHTML + PICTURE + "\r\n----b----\r\n").encode())
    (document,) = take(name)
    assert (document.url, document.media_type) == ("https://news.example/marche", "text/html")
    assert "<p>Le marché rouvre.</p>" in document.text
    # The browser's subject and date are when and what somebody saved.
    assert document.stated == {}


def test_pictures_beyond_the_limit_are_not_needed(here: Path, take: Take) -> None:
    (here / "a.mhtml").write_bytes((MHTML + PICTURE * 9).encode())
    (document,) = take("a.mhtml", max_bytes=5_000)
    assert isinstance(document, Document)
    (reject,) = take("a.mhtml", max_bytes=500)
    assert (type(reject), reject.reason) == (Reject, Reason.TOO_LARGE)


@pytest.mark.parametrize("name", ["a.eml", "mail"])
def test_a_newsletter_is_its_markup_with_subject_and_date(
    here: Path, take: Take, name: str
) -> None:
    (here / name).write_bytes(newsletter().as_bytes())
    (document,) = take(name)
    assert document.text.strip() == "<p>Le marché <b>rouvre</b>.</p>"
    assert document.stated == {
        "title": "Le marché, et après",
        "published_at": dt.datetime(2025, 11, 21, 6, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    }
    assert document.url is None


def test_the_archive_of_a_list_is_the_address(here: Path, take: Take) -> None:
    message = newsletter()
    message["Archived-At"] = "<https://post.example/letters/1>"
    (here / "a.eml").write_bytes(message.as_bytes())
    assert take("a.eml")[0].url == "https://post.example/letters/1"


def test_a_message_in_text_alone_is_a_text(here: Path, take: Take) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<1@post.example>"
    message.set_content("Un été à Nîmes.\n", charset="iso-8859-1", cte="quoted-printable")
    (here / "a.eml").write_bytes(message.as_bytes())
    (document,) = take("a.eml")
    assert (document.text, document.media_type) == ("Un été à Nîmes.\n", "text/plain")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n", Reason.EMPTY),
        (b"Message-ID: <1@a>\r\nContent-Type: image/png\r\n\r\nx", Reason.UNSUPPORTED),
        (b"Message-ID: <1@a>\r\nContent-Type: text/html\r\n\r\n \r\n", Reason.UNSUPPORTED),
        (b"Message-ID: <1@a>\r\nContent-Type: text/html\r\n\r\n" + b"\0\1" * 99, Reason.BINARY),
        (b'Content-Type: multipart/related; boundary="x"\r\n\r\n', Reason.UNSUPPORTED),
    ],
)
def test_what_holds_no_page_is_a_reject(here: Path, take: Take, raw: bytes, reason: Reason) -> None:
    (here / "a.eml").write_bytes(raw)
    (reject,) = take("a.eml")
    assert (type(reject), reject.reason) == (Reject, reason)


def test_a_text_that_begins_like_a_letter_is_a_text(here: Path, take: Take) -> None:
    text = "From: the editor\nSubject: spring\n\nDear readers, spring is here.\n"
    (here / "a.txt").write_text(text)
    assert take("a.txt")[0].text == text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 1_200), noise=st.binary(max_size=40))
def test_no_damage_raises(tmp_path: Path, take: Take, at: int, noise: bytes) -> None:
    raw = newsletter().as_bytes()
    for name, broken in (("a.eml", raw), ("a.mhtml", MHTML.encode())):
        (tmp_path / name).write_bytes(broken[:at] + noise + broken[at + 20 :])
        (found,) = take(tmp_path / name)
        assert isinstance(found, Document | Reject | Unchanged)
