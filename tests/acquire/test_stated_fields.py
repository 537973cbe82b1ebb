"""What a row states beside its text: taken as it stands, or left out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire.dates import read_date
from dedupe.acquire.rows import read_row
from dedupe.article import Document

Take = Callable[..., list[Any]]

Stated = Callable[..., dict[str, Any]]


@pytest.fixture
def stated(here: Path, take: Take) -> Stated:
    def stated(**fields: Any) -> dict[str, Any]:
        row = json.dumps({"text": "Words."} | fields)
        (here / "rows.jsonl").write_text(row + "\n")
        (document,) = take("rows.jsonl")
        return dict(document.stated)

    return stated


class TestFields:
    def test_all_of_them(self, stated: Stated) -> None:
        assert stated(
            title=" A  title\n",
            authors=["Ann Smith", "Bo Li"],
            published_at="2025-11-19",
            modified_at="2025-11-20T08:00:00Z",
            site="www.example.org",
            language="fr",
            summary="In short.",
            section="not a field of ours",
        ) == {
            "title": "A title",
            "authors": ["Ann Smith", "Bo Li"],
            "published_at": dt.date(2025, 11, 19),
            "modified_at": dt.datetime(2025, 11, 20, 8, tzinfo=dt.UTC),
            "site": "www.example.org",
            "language": "fr",
            "summary": "In short.",
        }

    def test_other_names(self, stated: Stated) -> None:
        assert stated(author="Ann Smith", date="2025-11-19", lang="fr", description="Short.") == {
            "authors": ["Ann Smith"],
            "published_at": dt.date(2025, 11, 19),
            "language": "fr",
            "summary": "Short.",
        }

    def test_the_first_name_that_says_something_counts(self, stated: Stated) -> None:
        assert stated(
            authors=[], author="Ann", published_at="soon", date="2025-11-19", language="", lang="fr"
        ) == {"authors": ["Ann"], "published_at": dt.date(2025, 11, 19), "language": "fr"}

    @pytest.mark.parametrize("nothing", [None, "", "  ", 17, True, [], {}, float("nan")])
    def test_what_says_nothing_is_left_out(self, stated: Stated, nothing: object) -> None:
        fields = ("title", "authors", "site", "language", "summary")
        assert stated(**dict.fromkeys(fields, nothing)) == {}

    @pytest.mark.parametrize(
        ("value", "names"),
        [
            ("Ann Smith", ["Ann Smith"]),
            ("Ann Smith; Bo Li", ["Ann Smith", "Bo Li"]),
            (" ; Ann;;", ["Ann"]),
            ("Smith, Ann", ["Smith, Ann"]),
            ("Ann Smith, Bo Li and Cy Ray", ["Ann Smith, Bo Li and Cy Ray"]),
            (["Ann", "Ann", " ", None, 7, "Bo"], ["Ann", "Bo"]),
            ([{"@type": "Person", "name": "Ann"}, {"url": "x"}], ["Ann"]),
            ({"name": "Ann"}, ["Ann"]),
        ],
    )
    def test_authors_are_split_only_where_it_is_clear(
        self, stated: Stated, value: object, names: list[str]
    ) -> None:
        assert stated(authors=value) == {"authors": names}


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


PARIS = dt.timezone(dt.timedelta(hours=1))


class TestDates:
    @pytest.mark.parametrize(
        ("value", "read"),
        [
            ("2025-11-19", dt.date(2025, 11, 19)),
            ("20251119", dt.date(2025, 11, 19)),
            (" 2025-11-19 ", dt.date(2025, 11, 19)),
            ("2025-11-19T13:35", dt.datetime.fromisoformat("2025-11-19T13:35")),
            ("2025-11-19 13:35:10", dt.datetime.fromisoformat("2025-11-19T13:35:10")),
            ("2025-11-19T13:35:10Z", utc(2025, 11, 19, 13, 35, 10)),
            ("2025-11-19t13:35:10z", utc(2025, 11, 19, 13, 35, 10)),
            ("2025-11-19 13:35:10 UTC", utc(2025, 11, 19, 13, 35, 10)),
            ("2025-11-19T13:35:10.5Z", utc(2025, 11, 19, 13, 35, 10, 500_000)),
            ("2025-11-19T13:35:10.123456789Z", utc(2025, 11, 19, 13, 35, 10, 123_456)),
            ("2025-11-19T13:35:10,250Z", utc(2025, 11, 19, 13, 35, 10, 250_000)),
            ("2025-11-19T13:35:10+01:00", dt.datetime(2025, 11, 19, 13, 35, 10, tzinfo=PARIS)),
            ("2025-11-19T13:35:10+0100", dt.datetime(2025, 11, 19, 13, 35, 10, tzinfo=PARIS)),
            ("2025-11-19T13:35+01", dt.datetime(2025, 11, 19, 13, 35, tzinfo=PARIS)),
            ("20251119T133510Z", utc(2025, 11, 19, 13, 35, 10)),
            ("Wed, 19 Nov 2025 13:35:10 GMT", utc(2025, 11, 19, 13, 35, 10)),
            (
                "Wed, 19 Nov 2025 13:35:10 +0100",
                dt.datetime(2025, 11, 19, 13, 35, 10, tzinfo=PARIS),
            ),
            ("19 Nov 2025 13:35", dt.datetime.fromisoformat("2025-11-19T13:35")),
            (1763559310, utc(2025, 11, 19, 13, 35, 10)),
            (1763559310.5, utc(2025, 11, 19, 13, 35, 10, 500_000)),
            (1763559310000, utc(2025, 11, 19, 13, 35, 10)),
            ("1763559310", utc(2025, 11, 19, 13, 35, 10)),
            ("1763559310000", utc(2025, 11, 19, 13, 35, 10)),
        ],
    )
    def test_forms_that_are_read(self, value: object, read: object) -> None:
        found = read_date(value)
        assert (found, type(found)) == (read, type(read))
        if isinstance(found, dt.datetime) and isinstance(read, dt.datetime):
            assert found.utcoffset() == read.utcoffset()

    @pytest.mark.parametrize(
        "value",
        [
            "yesterday",
            "11/12/2025",
            "19.11.2025",
            "19 novembre 2025",
            "2025",
            "2025-11",
            "2025-W47-3",
            "2025-13-01",
            "2025-02-30",
            "2025-11-19T25:00:00",
            "2025-11-19T13:35:10+99:00",
            "2025-11-19T13:35:10 Paris",
            "19 Nov 2025",
            "Wed, 19 Nov 25 13:35:10 GMT",
            "Wed, 39 Nov 2025 13:35:10 GMT",
            "Wed, 19 Nov 2025 13:35:10 CET",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "٢٠٢٥-١١-١٩",
            "",
            0,
            -1,
            10**400,
            1e308,
            float("inf"),
            float("nan"),
            True,
            None,
            [2025, 11, 19],
            {"$date": 1763559310000},
        ],
    )
    def test_what_is_in_no_known_form_is_left_out(self, value: object) -> None:
        assert read_date(value) is None

    @given(st.text() | st.integers() | st.floats() | st.dates().map(str) | st.datetimes().map(str))
    def test_whatever_is_read_has_an_equivalent_in_every_zone(self, value: object) -> None:
        found = read_date(value)
        if isinstance(found, dt.datetime):
            assert found.astimezone(dt.UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = ("url", "title", "text", "html", "authors", "author", "date", "site", "lang", "summary")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
def test_any_row_can_be_written_to_a_table(row: object) -> None:
    outcome = read_row(row, "rows.jsonl#1", size=1, encoding="utf-8")
    fields = [outcome.id, outcome.source]
    if isinstance(outcome, Document):
        stated = outcome.stated
        fields += [outcome.text, outcome.url or "", *stated.get("authors", [])]
        fields += [value for value in stated.values() if isinstance(value, str)]
        assert outcome.text.strip()
    for field in fields:
        field.encode("utf-8")
