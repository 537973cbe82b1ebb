"""``.json`` files: an object, an array, or JSON Lines by another name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.article import Document
from dedupe.rejects import Reason, Reject

Take = Callable[..., list[Any]]


def write(folder: Path, content: bytes | str, name: str = "a.json") -> None:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


class TestObject:
    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_an_object_is_a_document(
        self, here: Path, take: Take, indent: int | None, encoding: str
    ) -> None:
        row = {"title": "Été", "text": "Words."}
        write(here, json.dumps(row, indent=indent, ensure_ascii=False).encode(encoding))
        (document,) = take("a.json")
        assert (document.source, document.text) == ("a.json", "Words.")
        assert document.stated == {"title": "Été"}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('{\n"text": "Cut', Reason.MALFORMED),
            ('"only a string"', Reason.MALFORMED),
            ('{"title": "No text."}', Reason.MALFORMED),
            ("{" + '"a":{' * 50_000, Reason.MALFORMED),
            (b'{"text": "' + b"\0" * 500, Reason.BINARY),
        ],
    )
    def test_a_broken_object_is_a_reject(
        self, here: Path, take: Take, content: bytes | str, reason: Reason
    ) -> None:
        write(here, content)
        (reject,) = take("a.json")
        assert (reject.source, reject.reason) == ("a.json", reason)

    def test_an_object_too_large_is_a_reject(self, here: Path, take: Take) -> None:
        write(here, json.dumps({"text": "x" * 1000}, indent=1))
        (reject,) = take("a.json", max_bytes=500)
        assert reject.reason is Reason.TOO_LARGE


class TestArray:
    @pytest.mark.parametrize("indent", [None, 1])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_its_elements_are_documents(
        self, here: Path, take: Take, indent: int | None, encoding: str
    ) -> None:
        rows = [{"text": f"Été number {i}."} for i in range(5)]
        write(here, json.dumps(rows, indent=indent, ensure_ascii=False).encode(encoding))
        assert [(d.source, d.text) for d in take("a.json")] == [
            (f"a.json#{i + 1}", f"Été number {i}.") for i in range(5)
        ]

    def test_an_array_may_be_larger_than_any_document(self, here: Path, take: Take) -> None:
        # Larger than what is read at once, with elements across all its borders.
        rows = [{"text": f"{i} " + "word " * (i * 37 % 5000)} for i in range(200)]
        write(here, json.dumps(rows, indent=1))
        documents = take("a.json", max_bytes=30_000)
        assert [d.text for d in documents] == [row["text"] for row in rows]

    def test_an_element_has_the_id_of_the_same_row_elsewhere(self, here: Path, take: Take) -> None:
        row = {"text": "Words.", "title": "T"}
        write(here, json.dumps([row], indent=4))
        write(here, json.dumps(row) + "\n", "b.jsonl")
        write(here, json.dumps(row, indent=2), "c.json")
        document, *others = take(".")
        assert [other.id for other in others] == [document.id, document.id]

    @pytest.mark.parametrize(
        ("content", "reason", "detail"),
        [
            ('[{"text": "A"}, {"text": "B', Reason.MALFORMED, "unterminated string"),
            ('[{"text": "A"}, nonsense]', Reason.MALFORMED, "expecting value"),
            ('[{"text": "A"} {"text": "B"}]', Reason.MALFORMED, "no comma"),
            ('[{"text": "A"}', Reason.MALFORMED, "no comma"),
            ('[{"text": "A"},', Reason.MALFORMED, "expecting value"),
            ('[{"text": "A"}] more', Reason.MALFORMED, "more follows"),
            ('[{"text": "A"},' + "[" * 50_000, Reason.MALFORMED, "nested too deeply"),
            (b'[{"text": "A"}, "\xff\xff"]', Reason.ENCODING, "not utf-8"),
        ],
    )
    def test_what_precedes_a_fault_is_kept(
        self, here: Path, take: Take, content: bytes | str, reason: Reason, detail: str
    ) -> None:
        write(here, content)
        *kept, reject = take("a.json")
        assert isinstance(reject, Reject)
        assert reject.reason is reason
        assert detail in reject.detail
        assert "the array was not read further" in reject.detail
        # A byte that cannot be decoded takes the rest of what was read at once with it.
        assert [d.text for d in kept] == (["A"] if reason is Reason.MALFORMED else [])

    def test_an_element_that_is_no_document_costs_only_itself(self, here: Path, take: Take) -> None:
        write(here, '[{"text": "A"}, 17, {"title": "No text."}, {"text": "B"}]')
        outcomes = take("a.json")
        assert [type(item) for item in outcomes] == [Document, Reject, Reject, Document]
        assert [item.source for item in outcomes] == [f"a.json#{i}" for i in range(1, 5)]

    def test_an_element_too_large_is_a_reject(self, here: Path, take: Take) -> None:
        write(here, json.dumps([{"text": "A"}, {"text": "x" * 300_000}]))
        document, reject = take("a.json", max_bytes=1000)
        assert document.text == "A"
        assert (reject.source, reject.reason) == ("a.json#2", Reason.TOO_LARGE)

    def test_an_empty_array_is_an_empty_file(self, here: Path, take: Take) -> None:
        write(here, " [ ]\n")
        (reject,) = take("a.json")
        assert (reject.source, reject.reason) == ("a.json", Reason.EMPTY)


def test_rows_under_the_name_of_json_are_read_as_rows(here: Path, take: Take) -> None:
    write(here, '{"text": "One."}\n{"text": "Two."}\nbroken\n')
    one, two, reject = take("a.json", max_bytes=20)
    assert [one.source, one.text] == ["a.json#1", "One."]
    assert [two.source, two.text] == ["a.json#2", "Two."]
    assert (reject.source, reject.reason) == ("a.json#3", Reason.MALFORMED)
