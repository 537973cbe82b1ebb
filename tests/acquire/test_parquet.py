"""Parquet: each row is a document or a reject of its own, whatever wrote the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedupe
from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged
from tests.newsroom import story

Take = Callable[..., list[Any]]


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_fields_are_read_by_the_names_of_columns(here: Path, take: Take) -> None:
    at = dt.datetime(2025, 11, 20, 9, tzinfo=dt.UTC)
    columns = {
        "url": ["https://a.example/1"],
        "title": ["One"],
        "text": ["Un été à Nîmes."],
        "authors": pa.array([["Ada Low", "Ben Oak"]], pa.list_(pa.string())),
        "published_at": pa.array([at], pa.timestamp("ns", "UTC")),
        "language": pa.array(["fr"]).dictionary_encode(),
        "embedding": pa.array([[0.5] * 8]),
    }
    write(here / "a.parquet", columns)
    (document,) = take("a.parquet")
    assert (document.source, document.url) == ("a.parquet#1", "https://a.example/1")
    assert (document.text, document.media_type) == ("Un été à Nîmes.", "text/plain")
    assert document.bytes == len("https://a.example/1OneUn été à Nîmes.fr".encode())
    assert document.stated == {
        "title": "One",
        "authors": ["Ada Low", "Ben Oak"],
        "published_at": at,
        "language": "fr",
    }


def test_a_struct_of_metadata_is_looked_into_as_datatrove_writes_it(here: Path, take: Take) -> None:
    metadata = {"url": "https://a.example/1", "title": "One", "date": dt.date(2025, 11, 20)}
    write(here / "a.parquet", {"id": ["x"], "text": ["Some words."], "metadata": [metadata]})
    (document,) = take("a.parquet")
    assert document.url == "https://a.example/1"
    assert document.stated == {"title": "One", "published_at": dt.date(2025, 11, 20)}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
def test_pages_are_texts_or_bytes(here: Path, take: Take, kind: pa.DataType) -> None:
    html = '<html><head><meta charset="utf-8"></head><body><p>Été</p></body></html>'
    value = html.encode() if "binary" in str(kind) else html
    write(here / "a.parquet", {"html": pa.array([value], kind)})
    (document,) = take("a.parquet")
    assert (document.text, document.media_type) == (html, "text/html")


def test_bytes_are_decoded_as_their_page_says(here: Path, take: Take) -> None:
    html = '<html><head><meta charset="iso-8859-1"></head><body><p>Été</p></body></html>'
    columns = {"html": [html.encode("latin-1"), b"\0\1\2" * 99, b"<p>Third.</p>"]}
    write(here / "a.parquet", columns)
    first, second, third = take("a.parquet")
    assert (first.text, third.text) == (html, "<p>Third.</p>")
    assert (second.source, second.reason) == ("a.parquet#2", Reason.BINARY)


def test_rows_are_numbered_through_all_row_groups(here: Path, take: Take) -> None:
    texts = [f"Row {n}." for n in range(1, 8)]
    write(here / "a.parquet", {"text": texts}, row_group_size=3)
    found = take("a.parquet")
    assert [document.text for document in found] == texts
    assert [document.source for document in found] == [f"a.parquet#{n}" for n in range(1, 8)]


def test_names_of_ones_own_are_a_setting(here: Path, take: Take) -> None:
    write(here / "a.parquet", {"contenu": ["Un mot."], "text": ["Not this."]})
    (document,) = take("a.parquet", fields="text=contenu")
    assert document.text == "Un mot."


def test_our_own_tables_are_an_input(tmp_path: Path, take: Take) -> None:
    stories = [story(n) for n in range(3)]
    (tmp_path / "in").mkdir()
    for n, each in enumerate([*stories, stories[0]]):
        (tmp_path / "in" / f"{n}.html").write_text(each.page(after=f"<footer>{n}</footer>"))
    dedupe.ingest([tmp_path / "in"], tmp_path / "first")
    tables = [tmp_path / f"first/current/{name}" for name in ("articles", "duplicates")]
    assert {d.text for d in take(tables[0])} == {each.body for each in stories}
    assert {d.stated["title"] for d in take(*tables)} == {each.title for each in stories}
    again = dedupe.ingest(tables, tmp_path / "second")
    assert (again.counts["articles"], again.counts["duplicates"]) == (3, 1)


class TestRejects:
    def test_a_table_without_a_text_is_one_reject_with_its_columns(
        self, here: Path, take: Take
    ) -> None:
        write(here / "a.parquet", {"name": ["x", "y"], "score": [1, 2]})
        (reject,) = take("a.parquet")
        assert (reject.source, reject.reason) == ("a.parquet", Reason.MALFORMED)
        assert "name, score" in reject.detail

    def test_a_row_without_a_text_costs_only_itself(self, here: Path, take: Take) -> None:
        write(here / "a.parquet", {"text": ["One.", None, "", "Four."]})
        found = take("a.parquet")
        assert [type(outcome) for outcome in found] == [Document, Reject, Reject, Document]
        assert [found[1].reason, found[2].reason] == [Reason.MALFORMED, Reason.EMPTY]

    def test_a_row_too_large_costs_only_itself(self, here: Path, take: Take) -> None:
        write(here / "a.parquet", {"text": ["One.", "x" * 2_000, "Three.", *["more"] * 50]})
        found = take("a.parquet", max_bytes=1_000)
        assert (found[1].reason, found[1].bytes) == (Reason.TOO_LARGE, 2_000)
        assert len([outcome for outcome in found if isinstance(outcome, Document)]) == 3

    def test_rows_that_are_all_too_large_are_not_read(self, here: Path, take: Take) -> None:
        texts = [chr(97 + n) * 3_000 for n in range(5)]
        write(here / "a.parquet", {"text": [*texts, "Last."]}, row_group_size=5)
        reject, document = take("a.parquet", max_bytes=1_000)
        assert (reject.reason, reject.source) == (Reason.TOO_LARGE, "a.parquet#1")
        assert document.source == "a.parquet#6"

    def test_a_damaged_row_group_costs_only_itself(self, here: Path, take: Take) -> None:
        texts = [f"{n} " * 500 for n in range(9)]
        path = write(here / "a.parquet", {"text": texts}, row_group_size=3, use_dictionary=False)
        column = pq.ParquetFile(path).metadata.row_group(1).column(0)
        raw = bytearray(path.read_bytes())
        raw[column.data_page_offset : column.data_page_offset + 60] = b"\xff" * 60
        path.write_bytes(raw)
        found = take("a.parquet")
        assert [o.text for o in found if isinstance(o, Document)] == texts[:3] + texts[6:]
        (reject,) = [outcome for outcome in found if isinstance(outcome, Reject)]
        assert (reject.source, reject.reason) == ("a.parquet#4", Reason.DAMAGED)
        assert "rows 4 to 6" in reject.detail

    @pytest.mark.parametrize("end", [4, 8, 100, -1, -8])
    def test_a_file_that_is_cut_is_damaged(self, here: Path, take: Take, end: int) -> None:
        path = write(here / "a.parquet", {"text": ["One.", "Two."]})
        path.write_bytes(path.read_bytes()[:end])
        (reject,) = take("a.parquet")
        assert (type(reject), reject.reason) == (Reject, Reason.DAMAGED)

    def test_a_table_without_rows_is_empty(self, here: Path, take: Take) -> None:
        write(here / "a.parquet", {"text": pa.array([], pa.string())})
        (reject,) = take("a.parquet")
        assert reject.reason is Reason.EMPTY

    def test_values_that_python_cannot_hold_are_left_out(self, here: Path, take: Take) -> None:
        far = pa.array([10**15], pa.int64()).cast(pa.timestamp("ms"))
        torn = pa.array([b"Un \xe9t\xe9"], pa.binary()).view(pa.string())
        write(here / "a.parquet", {"text": ["One."], "date": far, "title": torn})
        (document,) = take("a.parquet")
        assert document.stated == {"title": "Un été"}

    def test_a_file_is_known_by_its_content(self, here: Path, take: Take) -> None:
        write(here / "a.dat", {"text": ["One."]})
        assert take("a.dat")[0].text == "One."


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: bool(text.strip())),
        min_size=1,
        max_size=9,
        unique=True,
    ),
    group=st.integers(1, 9),
    compression=st.sampled_from(["none", "snappy", "zstd"]),
)
def test_every_text_comes_back_as_it_was_written(
    tmp_path: Path, take: Take, texts: list[str], group: int, compression: str
) -> None:
    path = tmp_path / "a.parquet"
    write(path, {"text": texts}, row_group_size=group, compression=compression)
    assert [document.text for document in take(path)] == texts


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_damage_raises(tmp_path: Path, take: Take, data: st.DataObject) -> None:
    path = write(tmp_path / "a.parquet", {"text": [f"{n} words." for n in range(20)]})
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(4, len(raw) - 5))
    raw[at : at + 8] = data.draw(st.binary(min_size=8, max_size=8))
    path.write_bytes(raw)
    for found in take(path):
        # Unchanged where the damage made two rows one.
        assert isinstance(found, Document | Reject | Unchanged)
