"""JSON Lines: each row is a document or a reject of its own."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged

Take = Callable[..., list[Any]]

GOOD = b'{"text": "A good row."}'


def write(folder: Path, *lines: bytes, end: bytes = b"\n", name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_bytes(end.join(lines) + end)
    return path


class TestRows:
    def test_a_row_is_named_by_its_line(self, here: Path, take: Take) -> None:
        write(here, b'{"text": "One."}', b"", b"  ", b'{"text": "Four."}')
        assert [(d.source, d.text) for d in take("rows.jsonl")] == [
            ("rows.jsonl#1", "One."),
            ("rows.jsonl#4", "Four."),
        ]

    def test_text_is_plain_and_html_is_html(self, here: Path, take: Take) -> None:
        write(here, b'{"text": "Words."}', b'{"html": "<p>Words</p>", "text": "Words"}')
        plain, page = take("rows.jsonl")
        assert (plain.media_type, plain.text) == ("text/plain", "Words.")
        assert (page.media_type, page.text) == ("text/html", "<p>Words</p>")

    def test_an_empty_html_leaves_the_text(self, here: Path, take: Take) -> None:
        write(here, b'{"html": "", "text": "Words."}', b'{"html": null, "text": "More words."}')
        assert [d.text for d in take("rows.jsonl")] == ["Words.", "More words."]

    def test_the_size_of_a_row_is_its_own(self, here: Path, take: Take) -> None:
        write(here, GOOD, end=b"\r\n")
        (document,) = take("rows.jsonl")
        assert document.bytes == len(GOOD)

    def test_a_last_line_without_a_line_end_is_read(self, here: Path, take: Take) -> None:
        (here / "rows.ndjson").write_bytes(b'{"text": "One."}\n{"text": "Two."}')
        assert [d.text for d in take("rows.ndjson")] == ["One.", "Two."]

    def test_rows_without_a_name_are_known_by_their_look(self, here: Path, take: Take) -> None:
        write(here, GOOD, name="part-00000")
        (document,) = take(".")
        assert document.source == "part-00000#1"


class TestIdentity:
    def test_a_row_with_a_url_is_known_by_it(self, here: Path, take: Take) -> None:
        write(
            here,
            b'{"url": "https://Example.org/a/?utm_source=x", "text": "First."}',
            b'{"url": "https://example.org/a#top", "text": "Second."}',
        )
        first, second = take("rows.jsonl")
        expected = hashlib.blake2b(b"https://example.org/a", digest_size=16).hexdigest()
        assert first.id == second.id == expected
        assert first.raw_hash != second.raw_hash
        assert first.url == "https://Example.org/a/?utm_source=x"

    def test_a_row_without_a_url_is_known_by_its_content(self, here: Path, take: Take) -> None:
        write(here, b'{"text": "A", "title": "T"}', b'{ "title":"T",  "text":"\\u0041" }')
        first, again = take("rows.jsonl")
        canonical = json.dumps({"text": "A", "title": "T"}, separators=(",", ":")).encode()
        assert first.id == first.raw_hash
        assert first.id == hashlib.blake2b(canonical, digest_size=16).hexdigest()
        assert again == Unchanged(source="rows.jsonl#2", id=first.id)

    @pytest.mark.parametrize("url", ["", "n/a", "/relative", "urn:x:1", 7, None, "http://"])
    def test_what_is_no_url_is_left_out(self, here: Path, take: Take, url: object) -> None:
        write(here, json.dumps({"url": url, "text": "Words."}).encode())
        (document,) = take("rows.jsonl")
        assert document.url is None
        assert document.id == document.raw_hash


# What is wrong with a row, the reason given, and a part of the detail.
FAULTS = {
    "cut short": (b'{"text": "Cut', Reason.MALFORMED, "unterminated string"),
    "not JSON": (b"text: words", Reason.MALFORMED, "not JSON"),
    "two objects": (b'{"text": "A"}{"text": "B"}', Reason.MALFORMED, "extra data"),
    "an array": (b'["text"]', Reason.MALFORMED, "an array, not an object"),
    "a number": (b"17", Reason.MALFORMED, "a number, not an object"),
    "null": (b"null", Reason.MALFORMED, "null, not an object"),
    "no text": (b'{"title": "T"}', Reason.MALFORMED, "neither text nor html"),
    "null text": (b'{"text": null}', Reason.MALFORMED, "neither text nor html"),
    "text a list": (b'{"text": ["A"]}', Reason.MALFORMED, "the text is an array"),
    "text NaN": (b'{"text": NaN}', Reason.MALFORMED, "the text is a number"),
    "blank text": (b'{"text": " \\n"}', Reason.EMPTY, "the text is empty"),
    "NUL bytes": (b'{"text": "\0\0"}', Reason.MALFORMED, "invalid control character"),
    "only NUL": (b"\0" * 400, Reason.MALFORMED, "not JSON"),
    "too deep": (b'{"text": "A", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None, "deep"),
    "giant number": (b'{"text": "A", "n": ' + b"9" * 5000 + b"}", None, "4300 digits"),
    "no encoding": (b'{"text": "' + bytes(range(128, 256)) * 3 + b'"}', None, ""),
}


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_broken_row_costs_only_itself(self, here: Path, take: Take, fault: str) -> None:
        line, reason, detail = FAULTS[fault]
        write(here, b'{"text": "Before."}', line, b'{"text": "After."}')
        before, reject, after = take("rows.jsonl")
        assert (before.text, after.text) == ("Before.", "After.")
        assert isinstance(reject, Reject)
        assert reject.source == "rows.jsonl#2"
        assert reject.bytes == len(line)
        assert reject.reason is reason or reject.reason in {Reason.MALFORMED, Reason.ENCODING}
        assert detail in reject.detail

    def test_a_giant_line_is_passed_without_holding_it(self, here: Path, take: Take) -> None:
        size = 60_000_000
        with (here / "rows.jsonl").open("wb") as file:
            file.write(b'{"text": "Before."}\n{"text": "')
            for _ in range(60):
                file.write(b"x" * 1_000_000)
            file.write(b'"}\n{"text": "After."}\n')
        tracemalloc.start()
        before, reject, after = take("rows.jsonl", max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (before.text, after.text) == ("Before.", "After.")
        assert (reject.source, reject.reason) == ("rows.jsonl#2", Reason.TOO_LARGE)
        assert reject.bytes > size
        assert peak < 10_000_000

    def test_a_row_of_exactly_the_allowed_size_is_read(self, here: Path, take: Take) -> None:
        write(here, GOOD, GOOD[:-2] + b'!"}', end=b"\r\n")
        document, reject = take("rows.jsonl", max_bytes=len(GOOD))
        assert document.text == "A good row."
        assert (reject.reason, reject.bytes) == (Reason.TOO_LARGE, len(GOOD) + 1)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_a_byte_order_mark_is_not_part_of_the_row(
        self, here: Path, take: Take, encoding: str
    ) -> None:
        lines = [GOOD.decode(), GOOD.decode(), ""]
        (here / "rows.jsonl").write_bytes("\r\n".join(lines).encode(encoding))
        document, again = take("rows.jsonl", max_bytes=len(GOOD))
        assert (document.text, type(again)) == ("A good row.", Unchanged)

    def test_a_broken_row_is_unchanged_the_next_time(self, here: Path, take: Take) -> None:
        write(here, b"broken")
        (reject,) = take("rows.jsonl")
        known = {(reject.id, reject.raw_hash)}
        (again,) = take("rows.jsonl", seen=lambda pairs: [pair in known for pair in pairs])
        assert again == Unchanged(source="rows.jsonl#1", id=reject.id)


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
    )
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_every_form_of_unicode_is_read(
        self, here: Path, take: Take, encoding: str, end: str
    ) -> None:
        lines = ['{"text": "Été, 😀, \u2028 and \u010a."}', "broken", '{"text": "After."}', ""]
        (here / "rows.jsonl").write_bytes(end.join(lines).encode(encoding))
        first, reject, last = take("rows.jsonl")
        assert first.text == "Été, 😀, \u2028 and \u010a."
        assert (reject.source, reject.reason) == ("rows.jsonl#2", Reason.MALFORMED)
        assert (last.source, last.text) == ("rows.jsonl#3", "After.")

    def test_the_form_of_unicode_makes_no_other_document(self, here: Path, take: Take) -> None:
        for encoding in ("utf-8", "utf-16"):
            (here / f"{encoding}.jsonl").write_bytes('{"text": "Été."}\n'.encode(encoding))
        kinds = [type(item) for item in take(".")]
        assert kinds == [Document, Unchanged]

    def test_a_giant_line_in_utf16_is_a_reject_too(self, here: Path, take: Take) -> None:
        rows = '{"text": "Before."}\n{"text": "' + "x" * 3_000_000 + '"}\n{"text": "After."}\n'
        (here / "rows.jsonl").write_bytes(rows.encode("utf-16"))
        before, reject, after = take("rows.jsonl", max_bytes=1_000)
        assert (before.text, after.text) == ("Before.", "After.")
        assert (reject.source, reject.reason) == ("rows.jsonl#2", Reason.TOO_LARGE)

    def test_a_utf16_file_that_ends_within_a_character_keeps_its_rows(
        self, here: Path, take: Take
    ) -> None:
        (here / "rows.jsonl").write_bytes('{"text": "Whole."}\n{"te'.encode("utf-16") + b"x")
        whole, reject = take("rows.jsonl")
        assert whole.text == "Whole."
        assert (reject.source, reject.reason) == ("rows.jsonl#2", Reason.ENCODING)

    def test_rows_in_latin_1_are_read(self, here: Path, take: Take) -> None:
        row = '{"text": "L\'été à Orléans : la Loire monte et les élèves sont renvoyés."}'
        write(here, row.encode("latin-1"), GOOD)
        latin, good = take("rows.jsonl")
        assert latin.text.startswith("L'été à Orléans")
        assert (latin.encoding, good.encoding) == ("cp1252", "utf-8")

    def test_a_byte_order_mark_within_the_file_is_passed_over(self, here: Path, take: Take) -> None:
        # What is left where files were joined end to end.
        write(here, b"\xef\xbb\xbf" + GOOD, b'\xef\xbb\xbf{"text": "Joined."}')
        assert [d.text for d in take("rows.jsonl")] == ["A good row.", "Joined."]

    def test_a_lone_surrogate_is_replaced(self, here: Path, take: Take) -> None:
        row = rb'{"text": "A \ud800 B \ud83d\ude00", "title": "\udfff", "authors": ["\ud800"]}'
        write(here, row)
        (document,) = take("rows.jsonl")
        assert document.text == "A \ufffd B 😀"
        assert document.stated == {"title": "\ufffd", "authors": ["\ufffd"]}

    def test_of_two_equal_keys_the_last_counts(self, here: Path, take: Take) -> None:
        write(here, b'{"text": "First.", "text": "Last."}')
        (document,) = take("rows.jsonl")
        assert document.text == "Last."
