"""Rows as the tools of the field write them: each export is read without being told how."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire.fields import NAMES
from dedupe.acquire.rows import read_row
from dedupe.article import Document
from dedupe.configuration import load
from dedupe.errors import SettingsError
from dedupe.rejects import Reason, Reject
from dedupe.settings import FIELDS, Settings
from tests.desk import ROOT

Take = Callable[..., list[Any]]

TEXT = "The ferry sails again after a winter in the yard."
URL = "https://kestrel.example/news/ferry"
DAY = dt.date(2025, 11, 19)
NOON = dt.datetime.fromisoformat("2025-11-19T12:30")

# Written by hand after each tool's own description of its output.
EXPORTS: dict[str, dict[str, Any]] = {
    "news-please": {
        "authors": ["Ann Smith"],
        "date_download": "2025-11-21 06:00:00",
        "date_modify": None,
        "date_publish": "2025-11-19 12:30:00",
        "description": "In short.",
        "filename": "https%3A%2F%2Fkestrel.example%2Fnews%2Fferry.json",
        "image_url": "https://kestrel.example/ferry.jpg",
        "language": "en",
        "localpath": None,
        "maintext": TEXT,
        "source_domain": "kestrel.example",
        "title": "Ferry sails",
        "title_page": None,
        "title_rss": None,
        "url": URL,
    },
    "Fundus": {
        "title": "Ferry sails",
        "authors": ["Ann Smith"],
        "body": {
            "summary": [],
            "sections": [{"headline": [], "paragraphs": [TEXT]}],
        },
        "publishing_date": "2025-11-19 12:30:00",
        "topics": ["Ships"],
        "lang": "en",
        "requested_url": URL,
    },
    "Media Cloud": {
        "id": "d41d8cd98f00b204e9800998ecf8427e",
        "indexed_date": "2025-11-22T08:00:00",
        "language": "en",
        "media_name": "kestrel.example",
        "media_url": "kestrel.example",
        "publish_date": "2025-11-19",
        "title": "Ferry sails",
        "url": URL,
        "text": TEXT,
    },
    "trafilatura": {
        "title": "Ferry sails",
        "author": "Ann Smith",
        "hostname": "kestrel.example",
        "date": "2025-11-19",
        "fingerprint": "1f0e2d3c4b5a6978",
        "id": None,
        "raw_text": TEXT,
        "source": URL,
        "source-hostname": "The Kestrel",
        "excerpt": "In short.",
        "text": TEXT,
        "comments": "",
    },
    "newspaper": {
        "source_url": "https://kestrel.example",
        "url": URL,
        "title": "Ferry sails",
        "authors": ["Ann Smith"],
        "publish_date": "2025-11-19T12:30:00",
        "text": TEXT,
        "meta_lang": "en",
        "html": "",
    },
    "a Common Crawl news set": {
        "requested_url": URL,
        "responded_url": URL,
        "plain_text": TEXT,
        "published_date": "2025-11-19",
        "title": "Ferry sails",
        "author": "Ann Smith",
        "sitename": "kestrel.example",
        "language": "en",
    },
    "schema.org": {
        "@type": "NewsArticle",
        "headline": "Ferry sails",
        "articleBody": TEXT,
        "datePublished": "2025-11-19T12:30:00",
        "author": [{"@type": "Person", "name": "Ann Smith"}],
        "publisher": {"@type": "Organization", "name": "kestrel.example"},
        "inLanguage": "en",
        "url": URL,
    },
    "a news API": {
        "source": {"id": "kestrel", "name": "kestrel.example"},
        "author": "Ann Smith",
        "title": "Ferry sails",
        "description": "In short.",
        "url": URL,
        "publishedAt": "2025-11-19T12:30:00",
        "content": TEXT,
    },
    "Elasticsearch": {
        "_index": "news",
        "_id": "17",
        "_source": {"link": URL, "headline": "Ferry sails", "body": TEXT, "pubDate": "2025-11-19"},
    },
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_is_read_as_it_is(here: Path, take: Take, tool: str) -> None:
    (here / "a.jsonl").write_text(json.dumps(EXPORTS[tool]))
    (document,) = take("a.jsonl")
    assert (document.text, document.url, document.media_type) == (TEXT, URL, "text/plain")
    stated = document.stated
    assert stated["title"] == "Ferry sails"
    assert stated["published_at"] in {DAY, NOON}
    assert stated.get("authors", ["Ann Smith"]) == ["Ann Smith"]
    assert stated.get("site", "kestrel.example") == "kestrel.example"
    assert stated.get("language", "en") == "en"
    assert stated.get("summary", "In short.") == "In short."


@pytest.mark.parametrize(
    "row",
    [
        {"text": TEXT, "id": "x/0/1", "metadata": {"url": URL, "date": "2025-11-21", "dump": "CC"}},
        {
            "text": TEXT,
            "url": URL,
            "date": "2025-11-21T06:00:00Z",
            "file_path": "s3://cc/x.warc.gz",
        },
        {
            "text": TEXT,
            "url": URL,
            "warc_id": "<urn:uuid:0>",
            "date": "2025-11-21",
            "source_id": "x",
        },
    ],
)
def test_the_day_of_a_crawl_is_no_day_of_publication(row: dict[str, Any]) -> None:
    document = read_row(row, "a#1", size=1, encoding="utf-8")
    assert isinstance(document, Document)
    assert (document.url, dict(document.stated)) == (URL, {})


def test_a_table_of_pandas_is_read_too(here: Path, take: Take) -> None:
    table = io.StringIO()
    writer = csv.DictWriter(table, ["Publish Date", "authors", "Main-Text", "LINK"])
    writer.writeheader()
    writer.writerow(
        {
            "Publish Date": "2025-11-19",
            "authors": "['Ann Smith', 'Bo Li']",
            "Main-Text": TEXT,
            "LINK": URL,
        }
    )
    (here / "a.csv").write_text(table.getvalue())
    (document,) = take("a.csv")
    assert (document.text, document.url) == (TEXT, URL)
    assert document.stated == {"published_at": DAY, "authors": ["Ann Smith", "Bo Li"]}


class TestForms:
    def read(self, **row: Any) -> Document:
        document = read_row(row, "a#1", size=1, encoding="utf-8")
        assert isinstance(document, Document)
        return document

    def test_markup_is_told_where_the_name_does_not_tell(self) -> None:
        assert self.read(content=f"<p>{TEXT}</p>").media_type == "text/html"
        assert self.read(content=f"{TEXT} And 2 < 3.").media_type == "text/plain"
        assert self.read(raw_html=TEXT).media_type == "text/html"
        assert self.read(text=f"<p>{TEXT}</p>").media_type == "text/plain"

    def test_markup_goes_before_text_and_an_empty_one_does_not(self) -> None:
        assert self.read(maintext=TEXT, html=f"<p>{TEXT}</p>").media_type == "text/html"
        assert self.read(maintext=TEXT, html=" ").media_type == "text/plain"

    def test_the_sections_of_a_body_are_put_together_in_order(self) -> None:
        body = {
            "summary": ["First."],
            "sections": [
                {"headline": [], "paragraphs": ["Second.", "Third."]},
                {"headline": ["Fourth"], "paragraphs": ["Fifth."]},
            ],
        }
        assert self.read(body=body).text == "First.\n\nSecond.\n\nThird.\n\nFourth\n\nFifth."

    def test_a_source_is_an_address_or_a_host_or_nothing(self) -> None:
        assert self.read(text=TEXT, source=URL).url == URL
        assert self.read(text=TEXT, source="kestrel.example").stated == {"site": "kestrel.example"}
        assert self.read(text=TEXT, source="common-crawl").stated == {}
        assert self.read(text=TEXT, id="17", source="set").url is None

    def test_a_field_on_top_goes_before_one_below(self) -> None:
        found = self.read(text=TEXT, title="Above", metadata={"title": "Below", "language": "en"})
        assert found.stated == {"title": "Above", "language": "en"}


class TestSetting:
    def test_names_of_ones_own_go_before_the_usual_ones(self, here: Path, take: Take) -> None:
        row = {
            "contenu": TEXT,
            "text": "An internal note.",
            "lien": URL,
            "url": "https://x.example",
        }
        (here / "a.jsonl").write_text(json.dumps(row))
        (document,) = take("a.jsonl", fields="text=contenu, url=lien")
        assert (document.text, document.url) == (TEXT, URL)
        (plain,) = take("a.jsonl")
        assert plain.text == "An internal note."

    def test_dots_lead_down_and_several_names_are_tried_in_order(self) -> None:
        fields = ("text=corps.fr", "text=corps.en", "title=a.b.c")
        for corps in ({"fr": TEXT, "en": "Other."}, {"en": TEXT}):
            row = {"corps": corps, "a": {"b": {"c": "Deep"}}, "html": "<p>Not asked for.</p>"}
            document = read_row(row, "a#1", size=1, encoding="utf-8", fields=fields)
            assert isinstance(document, Document)
            assert (document.text, document.stated) == (TEXT, {"title": "Deep"})

    @pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
    def test_a_row_without_the_named_text_says_which_name_was_looked_for(
        self, here: Path, take: Take, name: str
    ) -> None:
        rows = {"a.csv": f"text\n{TEXT}\n", "a.json": json.dumps([{"text": TEXT}])}
        (here / name).write_text(rows.get(name, json.dumps({"text": TEXT})))
        (reject,) = take(name, fields="text=contenu")
        assert isinstance(reject, Reject)
        assert reject.reason is Reason.MALFORMED
        assert "contenu" in reject.detail

    @pytest.mark.parametrize("bad", ["contenu", "body=x", "text=", "=x", "text = "])
    def test_what_is_no_mapping_is_refused_at_the_start(self, bad: str) -> None:
        with pytest.raises(SettingsError, match=r"fields: .* is not field=name"):
            Settings(fields=bad)  # type: ignore[arg-type]

    def test_it_is_the_same_in_every_source_of_settings(self, tmp_path: Path) -> None:
        expected = ("text=contenu", "url=lien")
        (tmp_path / "dedupe.toml").write_text('fields = ["text=contenu", "url=lien"]')
        assert load(folder=tmp_path, environment={}).settings.fields == expected
        environment = {"DEDUPE_FIELDS": "text=contenu,url=lien"}
        assert load(folder=tmp_path / "none", environment=environment).settings.fields == expected
        given = load({"fields": "text=contenu,url=lien"}, folder=tmp_path / "none", environment={})
        assert given.settings.fields == expected


def test_the_reference_has_the_table_as_it_is() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text("utf-8")
    section = reference.partition("### Fields of rows")[2].partition("\n## ")[0]
    table = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))
    assert {field: tuple(re.findall(r"`([^`]+)`", table[field])) for field in table} == NAMES
    assert set(NAMES) == set(FIELDS)


@given(
    st.dictionaries(
        st.sampled_from([*(name for names in NAMES.values() for name in names), "metadata"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "url", "sections", "content"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_row_is_a_document_or_a_reject(row: dict[str, Any]) -> None:
    found = read_row(row, "a#1", size=1, encoding="utf-8")
    assert isinstance(found, Document | Reject)
    if isinstance(found, Document):
        assert found.text.strip()
