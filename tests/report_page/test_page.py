"""What the page says, and that it says it from the tables of one run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from dedupe.publish import Snapshot
from dedupe.rejects import Reason
from dedupe.report.page import PAGE, page_of, render, write_page
from dedupe.report.page.acquire import MEANS
from dedupe.report.page.overview import glance, outcomes
from dedupe.report.page.runs import latest
from tests.report_page.conftest import SEEDS, Newspaper
from tests.report_page.gazette import elsewhere, row, story


def words(node: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(found.text().split()) for found in node.css(selector)]


def write_rows(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def test_every_reason_for_a_reject_is_said_in_words() -> None:
    assert set(MEANS) == set(Reason)


def test_the_seeds_in_one_sentence(newspaper: Newspaper) -> None:
    newspaper.day(0, SEEDS)
    said = words(LexborHTMLParser(newspaper.page), "h1")
    assert said == ["5 documents came in: 5 new articles, 0 duplicates, 0 rejected, 0 seen before."]


def test_the_sentence_adds_up(week: Newspaper) -> None:
    run = latest(week.snapshot)[-1]
    total, *parts = [int(number) for number in re.findall(r"\d+", glance(run).replace(",", " "))]
    assert total == sum(parts) == run.documents
    assert sum(outcome.number for outcome in outcomes(run)) == run.documents


def test_every_document_ends_in_one_stage(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    run = latest(week.snapshot)[-1]
    stages = page.css("#outcome table")[1]
    ends = [int(line.css("td")[1].text().replace(",", "")) for line in stages.css("tbody tr")]
    assert sum(ends) == run.documents
    assert [line.css_first("th").text() for line in stages.css("tbody tr")] == [
        "acquire",
        "clean",
        "detect",
        "elect",
        "publish",
    ]


def test_a_section_for_each_stage_in_order(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    assert [found.attributes["id"] for found in page.css("main > section")] == [
        "outcome",
        "acquire",
        "clean",
        "detect",
        "elect",
        "publish",
    ]


def test_sites_count_what_came_in_and_not_what_was_there(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    run = latest(week.snapshot)[-1]
    sites = page.css("#acquire table")[0]
    counted = [int(line.css("td")[0].text()) for line in sites.css("tbody tr")]
    assert sum(counted) == run.articles + run.revisions + run.duplicates


def test_rejects_stand_under_their_reason_with_a_sample(week: Newspaper) -> None:
    said = " ".join(words(LexborHTMLParser(week.page), "#acquire .items"))
    assert "malformed" in said
    assert "feed.jsonl" in said
    assert "picture.png" in said


def test_cuts_stand_under_their_rule_with_the_passage(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    said = " ".join(words(page, "#clean .items"))
    assert "Vous aimerez aussi" in said
    assert "www.lecourrierdeslisieres.example" in words(page, "#clean table th[scope=row]")


def test_a_cluster_names_its_sites_and_shows_the_copy_beside_the_kept_text(
    newspaper: Newspaper,
) -> None:
    kept = story(1)
    copy = elsewhere(kept, "copycat.example", 1)
    newspaper.day(0, write_rows(newspaper.root / "in.jsonl", row(kept), row(copy)))
    cluster = LexborHTMLParser(newspaper.page).css_first("#elect .items > li")
    said = " ".join(cluster.text().split())
    assert "1 copy" in said
    assert "on 2 sites" in said
    assert "copycat.example" in said
    changed = " ".join(found.text() for found in cluster.css("del, ins"))
    assert "first appeared in" in changed


def test_a_copy_of_an_article_of_history_stands_beside_it(newspaper: Newspaper) -> None:
    kept = story(2)
    newspaper.day(0, write_rows(newspaper.root / "1.jsonl", row(kept), row(story(9))))
    late = elsewhere(kept, "latecomer.example", 1)
    newspaper.day(1, write_rows(newspaper.root / "2.jsonl", row(late)))
    cluster = LexborHTMLParser(newspaper.page).css_first("#elect .items > li")
    assert "latecomer.example" in cluster.text()
    assert kept.url in cluster.text()
    assert cluster.css_first("table.diff") is not None


def test_a_pair_kept_apart_from_history_shows_both_texts(newspaper: Newspaper) -> None:
    kept = story(3)
    newspaper.day(0, write_rows(newspaper.root / "1.jsonl", row(kept)))
    other = elsewhere(kept, "halfway.example", 3)
    rows = write_rows(newspaper.root / "2.jsonl", row(other))
    newspaper.day(1, rows, threshold=0.8, containment=1)
    page = LexborHTMLParser(newspaper.page)
    lists = page.css("#detect .items")
    assert lists, "a pair this similar stands on one side of the threshold or the other"
    shown = next(one for one in lists if other.url in one.text())
    assert kept.url in shown.text()
    assert other.url in shown.text()
    assert shown.css_first("table.diff") is not None


def test_without_texts_of_duplicates_the_page_says_where_to_look(newspaper: Newspaper) -> None:
    kept = story(4)
    rows = write_rows(
        newspaper.root / "in.jsonl", row(kept), row(elsewhere(kept, "copy.example", 1))
    )
    newspaper.day(0, rows, keep_duplicate_text=False)
    said = LexborHTMLParser(newspaper.page).css_first("#elect").text()
    assert "dedupe explain" in said


def test_the_recall_curve_is_that_of_the_sketches(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    rows = {
        line.css_first("th").text(): [cell.text() for cell in line.css("td")]
        for line in page.css("#detect figure")[1].css("tbody tr")
    }
    assert rows["0.0"] == ["0.0%", "0.0%"]
    assert rows["1.0"] == ["100.0%", "100.0%"]
    assert float(rows["0.5"][1].rstrip("%")) >= 99


def test_the_trend_shows_the_runs_so_far(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    assert "The last 3 runs" in words(page, "#publish h3")
    bars = page.css("#publish figure")[0].css("rect")
    assert len(bars) == 3


def test_a_run_that_brings_nothing_new_has_a_page_too(newspaper: Newspaper) -> None:
    newspaper.day(0, SEEDS)
    newspaper.day(1, SEEDS)
    said = words(LexborHTMLParser(newspaper.page), "h1")[0]
    assert said.endswith("0 new articles, 0 duplicates, 0 rejected, 5 seen before.")


def test_a_run_on_an_empty_folder_has_a_page_too(newspaper: Newspaper) -> None:
    folder = newspaper.root / "nothing"
    folder.mkdir()
    newspaper.day(0, folder)
    assert words(LexborHTMLParser(newspaper.page), "h1") == ["No documents came in."]


def test_a_snapshot_that_no_run_made_has_a_page_of_its_tables(newspaper: Newspaper) -> None:
    snapshot = newspaper.day(0, SEEDS)
    path = snapshot.folder / "manifest.json"
    values = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(values | {"run_id": "compact-1"}), "utf-8")
    page = LexborHTMLParser(render(Snapshot(snapshot.folder)))
    assert "maintenance" in page.css_first("h1").text()
    assert page.css_first("#publish") is not None


def test_the_same_snapshot_gives_the_same_bytes(week: Newspaper, tmp_path: Path) -> None:
    moved = tmp_path / "draft"
    shutil.copytree(week.snapshot.folder, moved)
    write_page(week.snapshot, tmp_path / "one.html")
    write_page(Snapshot(moved), tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_the_published_page_is_found_and_an_older_snapshot_gets_one(
    newspaper: Newspaper,
) -> None:
    snapshot = newspaper.day(0, SEEDS)
    own = snapshot.folder / PAGE
    own.unlink(missing_ok=True)
    made = page_of(snapshot)
    assert made.is_relative_to(newspaper.data / "state")
    assert not own.exists(), "a published snapshot does not change"
    write_page(snapshot, own)
    assert page_of(snapshot) == own
    asked = newspaper.root / "asked.html"
    assert page_of(snapshot, asked) == asked
    assert asked.read_bytes() == own.read_bytes()


def test_it_needs_nothing_from_elsewhere(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    assert not page.css("link, img, iframe, object, embed, base, video, audio, [src], [srcset]")
    assert not page.css("[style]"), "the policy forbids style attributes"
    assert "url(" not in page.css_first("style").text()
    assert "@import" not in page.css_first("style").text()


def test_the_policy_allows_this_style_and_this_script_only(week: Newspaper) -> None:
    page = LexborHTMLParser(week.page)
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("style", "script"):
        assert len(page.css(name)) == 1
        digest = hashlib.sha256(page.css_first(name).text().encode()).digest()
        assert f"{name}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_the_page_stays_small(week: Newspaper) -> None:
    assert len(week.page) < 600_000
