"""Versions: the same document again, with other text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk, outcomes
from tests.newsroom import Story, story, write_rows

URL = "https://gazette.example/a"
OTHER = "https://kestrel.example/b"


def put(desk: Desk, name: str, *rows: dict[str, Any]) -> Any:
    return write_rows(desk.inputs / f"{name}.jsonl", rows)


def at(url: str, told: Story, **more: Any) -> dict[str, Any]:
    return told.row(url=url, **more)


def live(desk: Desk) -> list[dict[str, Any]]:
    """All documents that are not superseded."""
    filed = [row for row in desk.rows("duplicates") if row["relation"] != "revision"]
    return [*desk.rows("articles"), *filed]


def test_a_third_version_keeps_the_first_two_under_the_third(desk: Desk) -> None:
    one = story(1)
    versions = [one, one.revised(1), one.revised(2)]
    for number, version in enumerate(versions):
        desk.ingest(put(desk, f"day{number}", at(URL, version)))
    article = desk.row("articles")
    assert (article["version"], article["text"]) == (3, versions[2].body)
    old = sorted(desk.rows("duplicates"), key=lambda row: row["version"])
    assert [row["version"] for row in old] == [1, 2]
    assert [row["text"] for row in old] == [version.body for version in versions[:2]]
    assert {row["relation"] for row in old} == {"revision"}
    assert {row["canonical_id"] for row in old} == {article["id"]}
    assert article["copies"] == 0


def test_a_text_that_was_there_before_is_unchanged_even_when_another_came_between(
    desk: Desk,
) -> None:
    """A, then B, then A: the third changes nothing, or a second look at a folder would."""
    a, b = story(1), story(1).revised()
    desk.ingest(put(desk, "1", at(URL, a)))
    desk.ingest(put(desk, "2", at(URL, b)))
    before = desk.content()
    assert outcomes(desk.ingest(put(desk, "3", at(URL, a)))) == {"unchanged": 1}
    # The same text in other bytes is no news either.
    again = at(URL, a, extra="a field that nobody reads")
    assert outcomes(desk.ingest(put(desk, "4", again))) == {"unchanged": 1}
    assert desk.content() == before
    assert outcomes(desk.ingest(desk.inputs)) == {"unchanged": 4}


def test_two_versions_in_one_batch_are_as_two_batches(desk: Desk, tmp_path: Any) -> None:
    rows = [
        at(URL, story(1), published_at="2025-01-02T08:00:00Z"),
        at(URL, story(1).revised(), published_at="2025-01-02T08:00:00Z"),
    ]
    assert outcomes(desk.ingest(put(desk, "both", *rows))) == {"articles": 1, "duplicates": 1}
    other = Desk(tmp_path / "other")
    for number, row in enumerate(rows):
        other.ingest(put(other, str(number), row))
    for one in (desk, other):
        article, old = one.row("articles"), one.row("duplicates")
        assert (article["version"], old["version"]) == (2, 1)
        assert article["text"] == story(1).revised().body
        assert (old["relation"], old["canonical_id"]) == ("revision", article["id"])
    assert desk.row("articles")["id"] == other.row("articles")["id"]
    assert desk.row("duplicates")["id"] == other.row("duplicates")["id"]


def test_of_versions_in_one_batch_the_one_modified_later_is_the_present_one(desk: Desk) -> None:
    late = at(URL, story(1).revised(), modified_at="2025-03-01T10:00:00Z")
    early = at(URL, story(1), modified_at="2025-03-01T09:00:00Z")
    desk.ingest(put(desk, "both", late, early))
    assert desk.row("articles")["text"] == story(1).revised().body


def test_unrelated_texts_at_one_url_are_articles_of_their_own(desk: Desk) -> None:
    """A home page, a ticker, an export that gives every row the same address."""
    rows = [at(URL, story(1)), at(URL, story(2))]
    assert outcomes(desk.ingest(put(desk, "both", *rows))) == {"articles": 2}
    assert {row["version"] for row in desk.rows("articles")} == {1}
    assert len({row["id"] for row in desk.rows("articles")}) == 2
    assert outcomes(desk.ingest(desk.inputs)) == {"unchanged": 2}


def test_stories_written_to_one_pattern_at_one_url_are_articles_of_their_own(desk: Desk) -> None:
    rows = [at(URL, story(number, language="en")) for number in range(1, 30)]
    assert outcomes(desk.ingest(put(desk, "all", *rows))) == {"articles": 29}


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_each_of_two_unrelated_articles_at_one_url_has_versions_of_its_own(
    desk: Desk, *, in_one_batch: bool
) -> None:
    """The second article at a URL is revised: its old version and it have two ids."""
    rows = [at(URL, story(1)), at(URL, story(2)), at(URL, story(2).revised())]
    if in_one_batch:
        desk.ingest(put(desk, "all", *rows))
    else:
        for number, row in enumerate(rows):
            desk.ingest(put(desk, str(number), row))
    first, second = (desk.row("articles", title=story(n).title) for n in (1, 2))
    old = desk.row("duplicates")
    assert (first["version"], second["version"], old["version"]) == (1, 2, 1)
    assert second["text"] == story(2).revised().body
    assert (old["relation"], old["canonical_id"]) == ("revision", second["id"])
    assert len({first["id"], second["id"], old["id"]}) == 3


def test_a_revised_duplicate_stays_a_duplicate_and_keeps_its_old_version(desk: Desk) -> None:
    one = story(1, paragraphs=8)
    copy = one.with_paragraphs(one.paragraphs[:-1])
    desk.ingest(put(desk, "original", at(URL, one)))
    desk.ingest(put(desk, "copy", at(OTHER, copy)))
    before = desk.row("duplicates")
    newer = copy.with_paragraphs(copy.paragraphs[:-1])
    result = desk.ingest(put(desk, "newer", at(OTHER, newer)))
    assert outcomes(result) == {"duplicates": 1}
    article = desk.row("articles")
    now, old = desk.row("duplicates", version=2), desk.row("duplicates", version=1)
    assert (article["text"], article["copies"]) == (one.body, 1)
    assert (now["id"], now["text"]) == (before["id"], newer.body)
    assert now["relation"] in {"near", "contained"}
    assert (old["relation"], old["text"]) == ("revision", copy.body)
    assert {now["canonical_id"], old["canonical_id"]} == {article["id"]}


def test_a_duplicate_that_is_revised_into_something_else_becomes_an_article(desk: Desk) -> None:
    one, other = story(1), story(3)
    desk.ingest(put(desk, "original", at(URL, one)), put(desk, "copy", at(OTHER, one)))
    assert desk.row("articles")["copies"] == 1
    filed = desk.row("duplicates")
    # The same headline over a new text: a version of the same article, not of the same story.
    rewritten = at(filed["url"], other, title=one.title)
    assert outcomes(desk.ingest(put(desk, "newer", rewritten))) == {"articles": 1}
    left, gone = desk.row("articles", version=1), desk.row("articles", version=2)
    assert (left["copies"], left["sites"]) == (0, [one.site])
    assert (gone["id"], gone["text"], gone["copies"]) == (filed["id"], other.body, 0)
    old = desk.row("duplicates")
    assert (old["relation"], old["canonical_id"]) == ("revision", gone["id"])
    assert left["cluster_id"] != gone["cluster_id"]


def test_a_revision_that_no_longer_covers_its_copies_lets_them_go(desk: Desk) -> None:
    one = story(1)
    original = at(URL, one, site="first.example")
    copies = [at(f"https://copy{n}.example/", one, site=f"copy{n}.example") for n in range(3)]
    desk.ingest(put(desk, "original", original))
    desk.ingest(put(desk, "copies", *copies))
    before = desk.row("articles")
    assert (before["copies"], len(before["sites"])) == (3, 4)
    result = desk.ingest(put(desk, "newer", at(URL, story(3), title=one.title)))
    assert outcomes(result) == {"revisions": 1}
    revised, restored = desk.row("articles", version=2), desk.row("articles", version=1)
    assert (revised["copies"], revised["id"]) == (0, before["id"])
    assert (restored["copies"], restored["text"]) == (2, one.body)
    assert restored["sites"] == ["copy0.example", "copy1.example", "copy2.example"]
    assert restored["policy_reason"].startswith("restored")
    assert {row["canonical_id"] for row in desk.rows("duplicates", relation="exact")} == {
        restored["id"]
    }
    assert desk.row("duplicates", relation="revision")["canonical_id"] == revised["id"]
    # Who is restored is found again by later copies.
    late = desk.ingest(put(desk, "late", at("https://late.example/", one)))
    assert outcomes(late) == {"duplicates": 1}
    assert desk.row("articles", id=restored["id"])["copies"] == 3


def test_a_canonical_that_is_revised_into_a_copy_of_another_is_filed_under_it(desk: Desk) -> None:
    one, other = story(1), story(3, paragraphs=8)
    desk.ingest(put(desk, "both", at(URL, one), at(OTHER, other)))
    desk.ingest(put(desk, "copy", at("https://copy.example/", one)))
    excerpt = other.with_paragraphs(other.paragraphs[:5])
    result = desk.ingest(put(desk, "newer", at(URL, excerpt, title=one.title)))
    assert outcomes(result) == {"duplicates": 1}
    copy = desk.row("articles", title=one.title)
    kept = desk.row("articles", title=other.title)
    assert (copy["url"], copy["copies"]) == ("https://copy.example/", 0)
    assert (kept["url"], kept["copies"]) == (OTHER, 1)
    now = desk.row("duplicates", text=excerpt.body)
    assert (now["url"], now["version"], now["canonical_id"]) == (URL, 2, kept["id"])
    assert desk.row("duplicates", relation="revision")["canonical_id"] == kept["id"]


def test_a_revision_without_the_old_text_at_hand_is_still_a_revision(desk: Desk) -> None:
    """With ``keep_duplicate_text`` off there is nothing to compare: the URL decides."""
    one = story(1, paragraphs=8)
    shorter = one.with_paragraphs(one.paragraphs[:-1])
    settings = {"keep_duplicate_text": False}
    desk.ingest(put(desk, "original", at(URL, one)), **settings)
    desk.ingest(put(desk, "copy", at(OTHER, shorter)), **settings)
    assert desk.row("duplicates")["text"] is None
    newer = at(OTHER, shorter.with_paragraphs(shorter.paragraphs[:-1]), title="Another headline")
    assert outcomes(desk.ingest(put(desk, "newer", newer), **settings)) == {"duplicates": 1}
    versions = {row["version"]: row["relation"] for row in desk.rows("duplicates")}
    assert (versions[1], versions[2] != "revision") == ("revision", True)


def test_removals_follow_the_version_that_they_were_cut_from(desk: Desk) -> None:
    one = story(2)
    banner = "Nous utilisons des cookies pour améliorer votre expérience.\nTout accepter\n\n"
    first = at(URL, one, text=f"{banner}{one.body}")
    second = at(URL, one.revised(), text=f"{banner}{one.revised().body}")
    desk.ingest(put(desk, "1", first))
    cut = desk.rows("removals")
    assert cut
    desk.ingest(put(desk, "2", second))
    article, old = desk.row("articles"), desk.row("duplicates")
    for row in (article, old):
        here = desk.rows("removals", article_id=row["id"])
        assert [one["text"] for one in here] == [one["text"] for one in cut]
        assert {one["month"] for one in here} == {row["month"]}


def test_the_month_of_an_article_follows_its_revision(desk: Desk) -> None:
    desk.ingest(put(desk, "1", at(URL, story(1), published_at="2025-01-31")))
    desk.ingest(put(desk, "2", at(URL, story(1).revised(), published_at="2025-02-01")))
    assert desk.row("articles")["month"] == "2025-02"
    assert desk.row("signatures")["month"] == "2025-02"
    assert desk.row("duplicates")["month"] == "2025-01"


@pytest.mark.parametrize(
    "spelling",
    ["HTTPS://GAZETTE.example:443/a", "https://gazette.example/a?utm_source=x", f"{URL}#top"],
)
def test_other_spellings_of_a_url_are_the_same_document(desk: Desk, spelling: str) -> None:
    desk.ingest(put(desk, "1", at(URL, story(1))))
    assert outcomes(desk.ingest(put(desk, "2", at(spelling, story(1).revised())))) == {
        "revisions": 1
    }
    assert len(live(desk)) == 1
