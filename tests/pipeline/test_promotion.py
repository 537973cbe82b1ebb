"""Promotion: a better copy comes later and takes the place of the canonical."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.desk import Desk, outcomes
from tests.newsroom import Story, story, write_rows


def put(desk: Desk, name: str, *rows: dict[str, Any]) -> Any:
    return write_rows(desk.inputs / f"{name}.jsonl", rows)


def at(place: str, text: Story) -> dict[str, Any]:
    return text.row(url=f"https://{place}.example/x", site=f"{place}.example")


def test_a_longer_copy_takes_the_cluster_with_all_who_are_in_it(desk: Desk) -> None:
    one = story(1, paragraphs=6)
    desk.ingest(put(desk, "1", at("first", one)))
    desk.ingest(put(desk, "2", at("second", one), at("third", one)))
    before = desk.row("articles")
    better = one.longer(paragraphs=3)
    result = desk.ingest(put(desk, "3", at("better", better)))
    assert (outcomes(result), result.counts["promotions"]) == ({"articles": 1}, 1)
    now = desk.row("articles")
    assert (now["site"], now["text"]) == ("better.example", better.body)
    assert now["id"] != before["id"]
    assert now["cluster_id"] == before["cluster_id"]
    assert now["copies"] == 3
    assert now["sites"] == ["better.example", "first.example", "second.example", "third.example"]
    assert now["policy_reason"].startswith("complete: ")
    members = desk.rows("duplicates")
    assert {row["site"] for row in members} == {"first.example", "second.example", "third.example"}
    for row in members:
        # Verified again under the new canonical, not carried over from the old one.
        assert row["canonical_id"] == now["id"]
        assert (row["containment"], row["reason"] != "same-words") == (1.0, True)
        assert 0.5 <= row["jaccard"] < 1


def test_a_sentence_more_does_not_dethrone(desk: Desk) -> None:
    one = story(1, paragraphs=8)
    desk.ingest(put(desk, "1", at("first", one)))
    slightly = one.with_paragraphs(
        (*one.paragraphs, "The night nurses of Ostmonba will vote on Tuesday.")
    )
    result = desk.ingest(put(desk, "2", at("second", slightly)))
    assert (outcomes(result), result.counts["promotions"]) == ({"duplicates": 1}, 0)
    assert desk.row("articles")["site"] == "first.example"
    assert desk.row("duplicates")["policy_reason"].startswith("complete: canonical already")


def test_members_that_the_better_copy_does_not_cover_become_articles_again(desk: Desk) -> None:
    """A member of the old cluster that shares only its end with the old canonical."""
    parts = story(1, paragraphs=12).paragraphs
    old = story(1).with_paragraphs(parts[2:8])
    edge = story(1).with_paragraphs(parts[:6])  # shares 4 of 8 with the old one
    better = story(1).with_paragraphs(parts[3:12])  # shares 5 of 10 with the old one, 3 with edge
    desk.ingest(put(desk, "1", at("old", old)))
    desk.ingest(put(desk, "2", at("edge", edge), at("edgetwin", edge)), threshold=0.45)
    assert desk.row("articles")["copies"] == 2
    result = desk.ingest(put(desk, "3", at("better", better)), threshold=0.45)
    assert (outcomes(result), result.counts["promotions"]) == ({"articles": 1}, 1)
    promoted = desk.row("articles", site="better.example")
    restored = desk.row(
        "articles",
        cluster_id=desk.row("articles", copies=1, version=1, text=edge.body)["cluster_id"],
    )
    assert desk.row("duplicates", site="old.example")["canonical_id"] == promoted["id"]
    assert restored["text"] == edge.body
    assert restored["policy_reason"].startswith("restored")
    assert restored["copies"] == 1
    assert restored["sites"] == ["edge.example", "edgetwin.example"]
    assert promoted["copies"] == 1
    twin = desk.row("duplicates", canonical_id=restored["id"])
    assert (twin["relation"], twin["text"]) == ("exact", edge.body)
    assert promoted["cluster_id"] != restored["cluster_id"]
    # Both are found by what comes later.
    late = desk.ingest(put(desk, "4", at("late1", edge), at("late2", better)))
    assert outcomes(late) == {"duplicates": 2}
    assert desk.row("articles", id=restored["id"])["copies"] == 2
    assert desk.row("articles", id=promoted["id"])["copies"] == 2


def test_one_copy_that_covers_two_clusters_joins_them_under_the_older_name(desk: Desk) -> None:
    parts = story(1, paragraphs=8).paragraphs
    head, tail = (story(1).with_paragraphs(half) for half in (parts[:4], parts[4:]))
    desk.ingest(put(desk, "1", at("tail", tail)))
    desk.ingest(put(desk, "2", at("head", head)))
    older = desk.row("articles", site="tail.example")
    assert len(desk.rows("articles")) == 2
    result = desk.ingest(put(desk, "3", at("whole", story(1).with_paragraphs(parts))))
    assert (outcomes(result), result.counts["promotions"]) == ({"articles": 1}, 2)
    whole = desk.row("articles")
    assert (whole["copies"], whole["cluster_id"]) == (2, older["cluster_id"])
    for row in desk.rows("duplicates"):
        assert (row["containment"], row["canonical_id"]) == (1.0, whole["id"])


def test_a_canonical_that_comes_back_does_not_share_its_cluster_with_its_successor(
    desk: Desk,
) -> None:
    """Promoted over, then left alone again: two canonicals, two cluster ids."""
    one = story(1, paragraphs=6)
    desk.ingest(put(desk, "1", at("first", one)))
    cluster = desk.row("articles")["cluster_id"]
    better = one.longer(paragraphs=3)
    desk.ingest(put(desk, "2", at("better", better)))
    # The better copy is rewritten under the same headline and covers the first no more.
    rewritten = {**at("better", story(3, paragraphs=9)), "title": better.title}
    assert outcomes(desk.ingest(put(desk, "3", rewritten))) == {"revisions": 1}
    successor = desk.row("articles", site="better.example")
    returned = desk.row("articles", site="first.example")
    assert successor["cluster_id"] == cluster
    assert returned["cluster_id"] != cluster


def test_a_filed_document_never_represents_another(desk: Desk) -> None:
    """B is near A and C is near B but not A: C hangs on no chain."""
    parts = story(1, paragraphs=14).paragraphs
    a, b, c = (story(1).with_paragraphs(parts[i : i + 8]) for i in (0, 2, 4))
    desk.ingest(put(desk, "a", at("a", a)))
    desk.ingest(put(desk, "b", at("b", b)))
    desk.ingest(put(desk, "c", at("c", c)))
    assert {row["site"] for row in desk.rows("articles")} == {"a.example", "c.example"}
    assert desk.row("duplicates")["site"] == "b.example"


def test_promotion_drops_the_old_sketch_and_adds_the_new(desk: Desk) -> None:
    one = story(1, paragraphs=6)
    desk.ingest(put(desk, "1", at("first", one)))
    desk.ingest(put(desk, "2", at("better", one.longer(paragraphs=3))))
    article = desk.row("articles")
    sketch = desk.row("signatures")
    assert (sketch["id"], sketch["content_hash"]) == (article["id"], article["content_hash"])


def test_old_versions_follow_their_document_into_the_cluster_that_takes_it(desk: Desk) -> None:
    one = story(1, paragraphs=6)
    desk.ingest(put(desk, "1", at("first", one)))
    desk.ingest(put(desk, "2", at("first", one.revised())))
    desk.ingest(put(desk, "3", at("better", one.revised().longer(paragraphs=3))))
    article = desk.row("articles")
    assert article["site"] == "better.example"
    assert [row["id"] for row in desk.rows("duplicates", version=2)] == [article["cluster_id"]]
    assert desk.row("duplicates", version=1)["relation"] == "revision"
    assert {row["canonical_id"] for row in desk.rows("duplicates")} == {article["id"]}
    assert article["copies"] == 1


def test_who_leaves_the_same_cluster_twice_gets_another_name_the_second_time(desk: Desk) -> None:
    """The name that it got the first time went to the better copy that took over from it."""
    first, second, third = (story(number, paragraphs=6, language="en") for number in (1, 2, 3))

    def copy(number: int, told: Story) -> None:
        # Under one title these are versions of one document, whatever their text.
        again = replace(told, title=first.title)
        desk.ingest(put(desk, f"copy {number}", at("copy", again)))

    desk.ingest(put(desk, "1", at("first", first)))
    copy(1, first)
    copy(2, second)
    own = desk.row("articles", site="copy.example")["cluster_id"]
    desk.ingest(put(desk, "2", at("better", second.longer(paragraphs=3))))
    assert desk.row("articles", site="better.example")["cluster_id"] == own
    copy(3, first.with_paragraphs(first.paragraphs[:-1]))
    assert len(desk.rows("articles")) == 2
    copy(4, third)
    names = {row["site"]: row["cluster_id"] for row in desk.rows("articles")}
    assert len(names) == len(set(names.values())) == 3
    assert names["better.example"] == own
