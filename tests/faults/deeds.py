"""Everything that writes, each with a data folder to do it on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.desk import CLOCKS, SEEDS, Desk
from tests.faults.scenes import Ask, Scene
from tests.newsroom import Story, story, write_rows, write_text

MARCH = {"published_at": "2025-03-01"}
NOTE = "Send tips about this harbour to the night desk in Quay Lane and we will look into them."


def at(place: str, told: Story, **more: Any) -> dict[str, Any]:
    return told.row(url=f"https://{place}.example/x", site=f"{place}.example", **MARCH, **more)


def three_days(desk: Desk) -> None:
    """Three snapshots: articles, copies, a revision, a promotion, a reject."""
    parts = story(1, paragraphs=10).paragraphs
    first = [
        at("one", story(1).with_paragraphs(parts[:8])),
        at("other", story(1).with_paragraphs(parts[2:])),  # near at a threshold of 0.4
        at("two", story(2)),
    ]
    desk.ingest(SEEDS, write_rows(desk.inputs / "1.jsonl", first))
    second = [at("two", story(2).revised()), at("copy", story(2)), {"text": "..."}]
    desk.ingest(write_rows(desk.inputs / "2.jsonl", second))
    third = [at("longer", story(2).longer(paragraphs=3)), at("three", story(3))]
    desk.ingest(write_rows(desk.inputs / "3.jsonl", third))


def one_site(desk: Desk) -> None:
    """A site whose note is learnt to be template once a fifth article has it."""
    for day in range(2):
        rows = [
            story(n, language="en")
            .with_paragraphs([*story(n, language="en").paragraphs, NOTE])
            .row(url=f"https://kestrel.example/{n}", site="kestrel.example", **MARCH)
            for n in range(3 * day, 3 * day + 3)
        ]
        desk.ingest(write_rows(desk.inputs / f"{day}.jsonl", rows))


def scene_of(name: str, folder: Path, ask: Ask) -> Scene:
    desk = Desk(folder / "desk")
    page = write_text(desk.inputs / "page.html", story(5).page())
    more = write_rows(desk.inputs / "more.jsonl", [at("late", story(3)), at("new", story(6))])
    if name == "first run":
        return Scene(folder, None, ("ingest", str(SEEDS), str(more), str(page)), ask)
    if name == "templates":
        one_site(desk)
    else:
        three_days(desk)
    if name == "incremental run":
        return Scene(folder, desk.data, ("ingest", str(SEEDS), str(more), str(page)), ask)
    if name == "revisions and promotions":
        rows = [
            at("one", story(1).revised()),
            at("longest", story(2).longer(paragraphs=5)),
            at("two", story(2).revised(1)),
        ]
        return Scene(
            folder,
            desk.data,
            ("ingest", str(write_rows(desk.inputs / "again.jsonl", rows))),
            ask,
        )
    deed = {
        "compaction": ("compact",),
        "prune": ("prune", 1),
        "rollback": ("rollback", 1),
        "rebuild": ("rebuild",),
        "election": ("elect", {"threshold": 0.4}),
        "templates": ("strip",),
    }[name]
    clocks = CLOCKS if name in ("election", "templates") else ()
    return Scene(folder, desk.data, deed, ask, then=("ingest", str(more)), clocks=clocks)


RUNS = ("first run", "incremental run", "revisions and promotions")
UPKEEP = ("compaction", "prune", "rollback", "rebuild", "election", "templates")
CHANGING = {"rollback", "election", "templates"}
"""Upkeep after which the tables say something else."""
