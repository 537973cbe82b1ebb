"""The main job: five documents in, five articles out, and again, and with copies of them."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pytest

import dedupe
from tests.desk import SEEDS, Desk, content, outcomes
from tests.newsroom import write_rows, write_text

BANNER = (
    "Nous utilisons des cookies pour améliorer votre expérience et mesurer notre audience.\n"
    "Tout accepter\nTout refuser\nParamétrer les cookies\n"
)
BANNER_HTML = (
    '<div id="didomi-host" class="cookie-banner" role="dialog"><p>Nous utilisons des cookies pour '
    "améliorer votre expérience et mesurer notre audience.</p><button>Tout accepter</button>"
    "<button>Tout refuser</button></div>"
)


def seed(number: int) -> Path:
    return next(SEEDS.glob(f"{number:03d}_*.txt"))


def test_five_seeds_make_five_articles_and_no_duplicate(desk: Desk) -> None:
    result = desk.ingest(SEEDS)
    assert outcomes(result) == {"articles": 5}
    assert result.counts["documents"] == 5
    assert desk.counts() | {"removals": 0, "comparisons": 0} == {
        "articles": 5,
        "duplicates": 0,
        "removals": 0,
        "rejects": 0,
        "signatures": 5,
        "comparisons": 0,
        "runs": 1,
    }
    for row in desk.rows("articles"):
        assert row["id"] == row["document_id"] == row["cluster_id"]
        assert (row["copies"], row["version"]) == (0, 1)
        assert row["text"] == dedupe.clean(Path(row["source"]).read_bytes()).text


def test_the_folders_readme_is_no_document(seeded: Desk) -> None:
    sources = {Path(row["source"]).name for row in seeded.rows("articles")}
    assert sources == {path.name for path in SEEDS.glob("*.txt")}


def test_every_article_lies_in_the_month_of_its_publication(seeded: Desk) -> None:
    months = {row["month"] for row in seeded.rows("articles")}
    assert months == {"2025-11", "unknown"}
    for table in ("articles", "signatures"):
        for row in seeded.rows("articles"):
            stated = row["published_at"]
            month = f"{stated:%Y-%m}" if stated else "unknown"
            assert seeded.row(table, id=row["id"])["month"] == month


def test_a_second_run_changes_nothing_and_shares_every_file(desk: Desk) -> None:
    desk.ingest(SEEDS)
    first, before = desk.store(), desk.content()
    result = desk.ingest(SEEDS)
    second = desk.store()
    assert outcomes(result) == {"unchanged": 5}
    assert second.snapshot == first.snapshot + 1
    assert desk.content() == before
    for table in ("articles", "removals", "signatures"):
        old = sorted((first.path / table).rglob("*.parquet"))
        new = sorted((second.path / table).rglob("*.parquet"))
        assert [path.relative_to(first.path) for path in old] == [
            path.relative_to(second.path) for path in new
        ]
        assert [path.stat().st_ino for path in old] == [path.stat().st_ino for path in new]


def test_the_old_snapshot_is_still_there_and_still_whole(desk: Desk) -> None:
    desk.ingest(SEEDS)
    before = desk.store()
    rows = before.articles().to_table()
    desk.ingest(SEEDS)
    assert before.articles().to_table().equals(rows)
    assert before.runs().count_rows() == 1


def test_the_same_bytes_from_another_path_are_unchanged(desk: Desk) -> None:
    desk.ingest(SEEDS)
    (desk.inputs / "copy.txt").write_bytes(seed(2).read_bytes())
    assert outcomes(desk.ingest(desk.inputs)) == {"unchanged": 1}


def test_the_same_bytes_twice_in_one_run_are_one_article(desk: Desk) -> None:
    for name in ("one.txt", "two.txt"):
        (desk.inputs / name).write_bytes(seed(2).read_bytes())
    assert outcomes(desk.ingest(desk.inputs)) == {"articles": 1, "unchanged": 1}


@pytest.mark.parametrize("in_one_run", [True, False])
def test_a_copy_with_another_headline_and_a_banner_is_filed_under_its_original(
    desk: Desk, *, in_one_run: bool
) -> None:
    article = dedupe.clean(seed(1).read_bytes())
    text = f"{BANNER}\nLe plan en 28 points, raconté de bout en bout\n\n{article.text}\n"
    write_text(desk.inputs / "copy.txt", text)
    if not in_one_run:
        desk.ingest(SEEDS)
    desk.ingest(SEEDS, desk.inputs)
    original = desk.row("articles", source=str(seed(1)))
    copy = desk.row("duplicates")
    assert copy["canonical_id"] == original["id"]
    assert copy["relation"] in {"exact", "near"}
    assert copy["jaccard"] >= 0.9
    assert copy["containment"] >= copy["jaccard"]
    assert copy["reason"]
    assert copy["policy_reason"]
    assert "cookies" not in copy["text"]
    assert original["copies"] == 1
    cut = [row["text"] for row in desk.rows("removals", article_id=copy["id"])]
    assert any("cookies" in text for text in cut)


def test_a_copy_as_a_page_with_a_consent_dialog_is_filed_under_its_original(desk: Desk) -> None:
    article = dedupe.clean(seed(1).read_bytes())
    body = "".join(f"<p>{html.escape(text)}</p>" for text in article.text.split("\n\n"))
    page = (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Autre titre</title>'
        f"</head><body>{BANNER_HTML}<nav><a href='/'>Accueil</a> <a href='/monde'>Monde</a></nav>"
        f"<main><article><h1>Autre titre</h1>{body}</article></main></body></html>"
    )
    write_text(desk.inputs / "copy.html", page)
    desk.ingest(SEEDS)
    assert outcomes(desk.ingest(desk.inputs)) == {"duplicates": 1}
    copy = desk.row("duplicates")
    assert copy["canonical_id"] == desk.row("articles", source=str(seed(1)))["id"]
    assert copy["relation"] in {"exact", "near"}
    assert copy["media_type"] == "text/html"
    assert "cookies" not in copy["text"]


def test_the_first_third_of_an_article_is_contained_in_it(desk: Desk) -> None:
    article = dedupe.clean(seed(0).read_bytes())
    blocks = article.text.split("\n\n")
    third = "\n\n".join(blocks[: len(blocks) // 3])
    write_text(desk.inputs / "third.txt", f"Un plan pour la paix\n\n{third}\n")
    desk.ingest(SEEDS)
    assert outcomes(desk.ingest(desk.inputs)) == {"duplicates": 1}
    copy = desk.row("duplicates")
    assert copy["canonical_id"] == desk.row("articles", source=str(seed(0)))["id"]
    assert copy["relation"] == "contained"
    assert copy["containment"] >= 0.8
    assert copy["jaccard"] < 0.5


def test_the_whole_that_comes_after_its_first_third_takes_its_place(desk: Desk) -> None:
    article = dedupe.clean(seed(0).read_bytes())
    blocks = article.text.split("\n\n")
    third = "\n\n".join(blocks[: len(blocks) // 3])
    write_text(desk.inputs / "third.txt", f"Un plan pour la paix\n\n{third}\n")
    desk.ingest(desk.inputs)
    excerpt = desk.row("articles")
    result = desk.ingest(SEEDS)
    assert (outcomes(result), result.counts["promotions"]) == ({"articles": 5}, 1)
    whole = desk.row("articles", source=str(seed(0)))
    assert desk.row("duplicates")["id"] == excerpt["id"]
    assert desk.row("duplicates")["canonical_id"] == whole["id"]
    assert whole["cluster_id"] == excerpt["cluster_id"]
    assert whole["policy_reason"].startswith("complete: ")


def test_a_changed_paragraph_at_the_same_url_is_a_revision(desk: Desk) -> None:
    article = dedupe.clean(seed(0).read_bytes())
    blocks = article.text.split("\n\n")
    url = "https://presse.example/ukraine-28-points"
    first = {"url": url, "title": article.title, "text": article.text}
    last = (
        "La présidence ukrainienne a fait savoir mercredi soir qu'elle ne répondrait à rien "
        "avant d'en avoir discuté avec ses partenaires européens, réunis jeudi à Bruxelles."
    )
    changed = "\n\n".join([*blocks[:-1], last])
    desk.ingest(write_rows(desk.inputs / "monday.jsonl", [first]))
    old = desk.row("articles")
    result = desk.ingest(write_rows(desk.inputs / "tuesday.jsonl", [{**first, "text": changed}]))
    assert outcomes(result) == {"revisions": 1}
    new, kept = desk.row("articles"), desk.row("duplicates")
    assert (new["id"], new["cluster_id"], new["version"]) == (old["id"], old["cluster_id"], 2)
    assert new["first_seen_at"] == old["first_seen_at"] < new["updated_at"]
    assert new["text"] == changed
    assert new["copies"] == 0
    assert (kept["relation"], kept["version"]) == ("revision", 1)
    assert kept["canonical_id"] == new["id"] != kept["id"]
    assert kept["text"] == old["text"]
    assert 0.5 < kept["jaccard"] < 1


def test_a_dry_run_counts_the_same_and_writes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    dry = dedupe.ingest(SEEDS, data, dry_run=True)
    assert not data.exists()
    assert dry.snapshot == 0
    dedupe.ingest(SEEDS, data)
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    again = dedupe.ingest(SEEDS, data, dry_run=True)
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
    assert outcomes(dry) == {"articles": 5}
    assert outcomes(again) == {"unchanged": 5}
    assert again.snapshot == 1


def test_a_dry_run_without_an_index_writes_none(desk: Desk) -> None:
    desk.ingest(SEEDS)
    shutil.rmtree(desk.data / "state")
    result = dedupe.ingest(SEEDS, desk.data, dry_run=True)
    assert outcomes(result) == {"unchanged": 5}
    assert not (desk.data / "state").exists()


def test_what_is_in_the_tables_does_not_depend_on_where_the_run_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = Desk(tmp_path / "one"), Desk(tmp_path / "two")
    one.ingest(SEEDS)
    monkeypatch.chdir(tmp_path)
    two.ingest(SEEDS)
    assert content(one.data) == content(two.data)
