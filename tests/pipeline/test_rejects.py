"""What cannot become an article: a row that says why, never a traceback; or an error by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe
from tests.desk import SEEDS, Desk, outcomes
from tests.newsroom import story, write_rows, write_text

BANNER = (
    "Nous utilisons des cookies pour améliorer votre expérience.\nTout accepter\nTout refuser\n"
)

BAD = {
    "empty": ("empty.txt", b"", "empty"),
    "blank": ("blank.txt", b" \r\n\t\n", "empty"),
    "picture": ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", "binary"),
    "executable": ("program.html", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "binary"),
    "no words": ("dashes.txt", b"-- * -- * --\n\n...\n", "no-text"),
    "no words in a page": ("page.html", b"<html><body><script>x=1</script></body></html>", ""),
    "nothing but a banner": ("banner.txt", BANNER.encode(), ""),
    "broken row": ("broken.jsonl", b'{"text": "cut o\n', "malformed"),
    "row without text": ("untold.jsonl", b'{"url": "https://a.example/"}\n', "malformed"),
    "row that is a list": ("list.jsonl", b"[1, 2]\n", "malformed"),
    "row of empty text": ("hollow.jsonl", b'{"text": "  "}\n', "empty"),
}
REASONS = {"empty", "binary", "encoding", "no-text", "not-article", "malformed"}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_input_is_a_row_with_its_reason_and_unchanged_the_next_time(
    desk: Desk, case: str
) -> None:
    name, raw, reason = BAD[case]
    path = desk.inputs / name
    path.write_bytes(raw)
    assert outcomes(desk.ingest(SEEDS, desk.inputs)) == {"articles": 5, "rejects": 1}
    row = desk.row("rejects")
    assert row["source"].startswith(str(path))
    assert row["reason"] in ({reason} if reason else REASONS)
    assert row["detail"]
    assert row["bytes"] in {len(raw), len(raw.rstrip(b"\n"))}
    before = desk.content()
    assert outcomes(desk.ingest(SEEDS, desk.inputs)) == {"unchanged": 6}
    assert desk.content() == before


def test_the_good_rows_of_a_file_are_not_held_up_by_the_bad_ones(desk: Desk) -> None:
    good = [json.dumps(story(n).row(url=f"https://a.example/{n}")) for n in range(3)]
    write_text(desk.inputs / "mixed.jsonl", "\n".join([good[0], "{", good[1], "null", good[2]]))
    assert outcomes(desk.ingest(desk.inputs)) == {"articles": 3, "rejects": 2}
    assert {row["source"].rpartition("#")[2] for row in desk.rows("rejects")} == {"2", "4"}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_other_encodings_are_read_and_never_garbled(desk: Desk, encoding: str) -> None:
    told = story(2)
    path = desk.inputs / "told.txt"
    path.write_bytes(told.plain.encode(encoding))
    desk.ingest(path)
    assert desk.row("articles")["text"] == told.body


def test_bytes_that_no_encoding_explains_are_refused_or_kept_legible(desk: Desk) -> None:
    """UTF-8 with a few damaged bytes: whatever is decided, it is said and does not raise."""
    raw = bytearray(story(2).plain.encode())
    for at in range(40, 400, 60):
        raw[at] = 0xFF
    (desk.inputs / "damaged.txt").write_bytes(raw)
    result = desk.ingest(desk.inputs)
    assert sum(outcomes(result).values()) == 1
    for row in desk.rows("rejects"):
        assert (row["reason"], bool(row["detail"])) == ("encoding", True)


def test_an_input_larger_than_allowed_is_a_reject_and_is_read_when_the_limit_rises(
    desk: Desk,
) -> None:
    write_text(desk.inputs / "long.txt", story(2).plain)
    assert outcomes(desk.ingest(desk.inputs, max_bytes=500)) == {"rejects": 1}
    assert desk.row("rejects")["reason"] == "too-large"
    assert outcomes(desk.ingest(desk.inputs)) == {"articles": 1}


def test_a_page_rejected_at_its_url_can_come_good_later(desk: Desk) -> None:
    url = "https://a.example/1"
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [{"url": url, "text": "... -- ..."}]))
    assert desk.row("rejects")["reason"] == "no-text"
    assert outcomes(desk.ingest(write_rows(desk.inputs / "2.jsonl", [story(1).row(url=url)]))) == {
        "articles": 1
    }


@pytest.mark.parametrize("missing", ["nowhere.txt", "nowhere/", "no*where.txt"])
def test_a_path_that_does_not_exist_is_an_error_that_names_it(tmp_path: Path, missing: str) -> None:
    data = tmp_path / "data"
    with pytest.raises(dedupe.InputError, match="where"):
        dedupe.ingest([SEEDS, tmp_path / missing], data)
    assert not data.exists()
    done = subprocess.run(
        [sys.executable, "-m", "dedupe", "ingest", str(SEEDS), missing, "--data", str(data)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert missing.rstrip("/") in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert not data.exists()


def test_a_missing_path_leaves_the_published_state_alone(desk: Desk) -> None:
    desk.ingest(SEEDS)
    before = {path: path.lstat().st_mtime_ns for path in desk.data.rglob("*")}
    with pytest.raises(dedupe.InputError):
        dedupe.ingest([SEEDS, "nowhere.txt"], desk.data)
    assert {path: path.lstat().st_mtime_ns for path in desk.data.rglob("*")} == before
