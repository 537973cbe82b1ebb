"""What a document says does nothing to the terminal that shows it, nor to a log's reader."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dedupe.cli import main
from dedupe.foreign import escaped, harmless, one_line, without_secrets
from tests.desk import Desk

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31mred\x08\x08 \u202egpj.exe\u2066 \x7f\rover\x0bdown\x0c"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TEXT = "The council met on Tuesday and agreed the budget for the coming year. " * 3
SECRET = "hunter2-never-to-be-seen"
ADDRESS = f"https://reporter:{SECRET}@a.example/story?access_token={SECRET}&id=7"


def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[str, str]:
    done = CliRunner().invoke(main, [*map(str, arguments)], input=stdin)
    return done.stdout, done.stderr


def test_cleaning_a_hostile_text_shows_no_character_that_acts() -> None:
    shown, _ = run("clean", "-", stdin=f"{ESCAPES} A title\n\n{TEXT * 9}{ESCAPES}{TEXT}".encode())
    assert "council" in shown
    assert not ACTS.search(shown)


def test_json_of_a_hostile_text_is_valid_and_acts_no_more() -> None:
    shown, _ = run("clean", "-", "--json", stdin=f"A title\n\n{TEXT * 9}{ESCAPES}{TEXT}".encode())
    assert not ACTS.search(shown)
    article = json.loads(shown)
    assert "\x9b31m" in article["text"] + "".join(cut["text"] for cut in article["removals"])


def test_the_story_of_a_hostile_document_acts_no_more(desk: Desk) -> None:
    row = {"url": "https://a.example/1", "title": ESCAPES, "site": ESCAPES, "text": TEXT}
    other = row | {"url": "https://a.example/2", "text": TEXT + ESCAPES}
    path = desk.inputs / "rows\x1b[31m.jsonl"
    path.write_text("\n".join(map(json.dumps, (row, other, {"title": ESCAPES}))), encoding="utf-8")
    desk.ingest(path)
    for name in ("1", "2"):
        for arguments in ((), ("--json",)):
            story = run("explain", f"https://a.example/{name}", "--data", desk.data, *arguments)
            assert "council" in "".join(story) or "canonical" in "".join(story)
            assert not ACTS.search("".join(story))


def test_an_error_that_names_a_hostile_input_acts_no_more() -> None:
    shown = "".join(run("clean", "no\x1b[31msuch\x9bfile"))
    assert "error: " in shown
    assert not ACTS.search(shown)


def test_no_password_and_no_token_gets_into_a_data_folder(desk: Desk) -> None:
    rows = [
        {"url": ADDRESS.replace("7", str(i)), "title": "T", "text": f"{TEXT}{i}"} for i in range(3)
    ]
    path = desk.inputs / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    page = f'<link rel=canonical href="{ADDRESS}"><title>T</title><p>{TEXT}{TEXT}'
    (desk.inputs / "page.html").write_text(page, encoding="utf-8")
    desk.ingest(desk.inputs)
    for table in ("articles", "duplicates", "rejects", "removals", "runs"):
        for stored in desk.rows(table):
            assert SECRET not in repr(stored), table
    for file in desk.data.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


@pytest.fixture
def logged() -> io.StringIO:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("dedupe")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_logs_carry_no_secret_and_nothing_that_acts(logged: io.StringIO) -> None:
    logger = logging.getLogger("dedupe")
    logger.warning("%s: %s; trying again", ADDRESS, ESCAPES + "\nERROR forged")
    try:
        raise ValueError(f"cannot read {ADDRESS} {ESCAPES}")
    except ValueError:
        logger.exception("broke on %s", ADDRESS)
    said = logged.getvalue()
    assert "id=7" in said
    assert "ValueError" in said
    assert SECRET not in said
    assert not ACTS.search(said)
    assert not any(line.startswith("ERROR forged") for line in said.splitlines())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("s3://key:pw@bucket/a", "s3://***@bucket/a"),
        ("see https://u@h/ and ftp://a:b@c/d", "see https://***@h/ and ftp://***@c/d"),
        ("https://h/?sig=abc%2B&x=1", "https://h/?sig=***&x=1"),
        ("https://h/?X-Amz-Signature=abc", "https://h/?X-Amz-Signature=***"),
        ("mail me@example.org", "mail me@example.org"),
        ("https://h/a@b", "https://h/a@b"),
    ],
)
def test_what_is_masked_and_what_is_not(said: str, shown: str) -> None:
    assert without_secrets(said) == shown


def test_what_is_harmless_stays_readable() -> None:
    assert harmless("été\t新华社 \U0001f600\n") == "été\t新华社 \U0001f600\n"
    assert one_line("a\nb") == "a\\nb"
    assert json.loads(escaped(json.dumps(ESCAPES, ensure_ascii=False))) == ESCAPES
