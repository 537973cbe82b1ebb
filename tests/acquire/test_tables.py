"""CSV and TSV: each record is a document or a reject of its own."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.article import Document
from dedupe.rejects import Reason, Reject

Take = Callable[..., list[Any]]


def test_fields_are_read_by_the_names_in_the_header(here: Path, take: Take) -> None:
    (here / "a.csv").write_text(
        "url,title,text,date,author,id\n"
        'https://a.example/1,One,"First line.\nSecond, with a comma.",2025-11-20,Ada Low,7\n',
        encoding="utf-8",
    )
    (document,) = take("a.csv")
    assert document.source == "a.csv#2"
    assert document.text == "First line.\nSecond, with a comma."
    assert document.url == "https://a.example/1"
    assert document.stated == {
        "title": "One",
        "published_at": dt.date(2025, 11, 20),
        "authors": ["Ada Low"],
    }


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ";"), ("a.csv", "|"), ("a.tsv", "\t")])
def test_other_separators_are_recognised(here: Path, take: Take, name: str, mark: str) -> None:
    (here / name).write_text(f"title{mark}text\nOne{mark}Some words, here.\n", encoding="utf-8")
    (document,) = take(name)
    assert (document.stated["title"], document.text) == ("One", "Some words, here.")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_recognised(here: Path, take: Take, encoding: str) -> None:
    rows = "title;text\n" + "Été;Le marché couvert a été rouvert à l’été, après des années.\n" * 20
    (here / "a.csv").write_bytes(rows.encode(encoding))
    first, *_ = take("a.csv")
    assert first.text == "Le marché couvert a été rouvert à l’été, après des années."


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        (b"", Reason.EMPTY, "0 bytes"),
        (b"title,text\n", Reason.EMPTY, "no record"),
        (b"title,words\nOne,Words\n", Reason.MALFORMED, "text nor html"),
        (b"title,text\nOne,\n", Reason.MALFORMED, "neither text nor html"),
        (b"title,text\nOne,Words,more\n", Reason.MALFORMED, "3 values under 2 names"),
        (b"title,text\n" + bytes(range(256)) * 8, Reason.BINARY, ""),
    ],
)
def test_what_is_wrong_is_said(
    here: Path, take: Take, content: bytes, reason: Reason, said: str
) -> None:
    (here / "a.csv").write_bytes(content)
    (reject,) = take("a.csv")
    assert isinstance(reject, Reject)
    assert reject.reason is reason
    assert said in reject.detail


def test_a_record_that_is_wrong_costs_only_itself(here: Path, take: Take) -> None:
    (here / "a.csv").write_text("title,text\nOne,Words.\nTwo,a,b\nThree,More words.\n")
    first, second, third = take("a.csv")
    assert (first.text, third.text) == ("Words.", "More words.")
    assert (second.source, second.reason) == ("a.csv#3", Reason.MALFORMED)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), min_size=1
        ).filter(lambda text: bool(text.strip())),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_every_text_comes_back_as_it_was_written(
    tmp_path: Path, take: Take, texts: list[str]
) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(["title", "text"])
        writer.writerows((f"Row {number}", text) for number, text in enumerate(texts))
    taken = take(path)
    assert all(isinstance(document, Document) for document in taken)
    assert [document.text for document in taken] == texts


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_table_is_read_in_any_encoding_with_and_without_a_mark(
    here: Path, take: Take, code: str
) -> None:
    (here / "a.csv").write_bytes('title,text\nÀ la une,"Un texte de l’été."\n'.encode(code))
    (document,) = take("a.csv")
    assert document.text == "Un texte de l’été."
    assert document.stated["title"] == "À la une"
