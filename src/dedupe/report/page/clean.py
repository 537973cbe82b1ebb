"""Clean: what was cut from the documents, by rule and by site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.report.page.markup import Child, Html, el, foreign
from dedupe.report.page.parts import Column, bar, count, fold, items, section, table
from dedupe.report.page.written import Written

RULES = 60
SITES = 15
SAMPLES = 5
CANDIDATES = 100
"""Passages of a rule among which samples are chosen."""
SHOWN = 320
"""Characters of a sample."""


Rule: TypeAlias = tuple[str | None, str]
"""A rule and its stage."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Passages cut by one rule, or from one site."""

    name: str | None
    stage: str
    passages: int
    documents: int
    characters: int
    samples: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Cuts:
    """Everything that the run cut."""

    passages: int
    documents: int
    rules: list[Tally]
    sites: list[Tally]


def gather(written: Written) -> Cuts:
    """Count the run's rows of ``removals``; texts are read for the samples only."""
    cuts = written.rows("removals")
    if not cuts.num_rows:
        return Cuts(0, 0, [], [])
    cuts = cuts.append_column("length", pc.subtract(cuts["end"], cuts["start"]))
    sites = _sites(written)
    at = pc.index_in(cuts["article_id"], value_set=sites["id"])
    cuts = cuts.append_column("site", sites["site"].take(at))
    rules = _tallies(cuts, ["rule", "stage"])
    samples = _samples(written, cuts, [(tally.name, tally.stage) for tally in rules[:RULES]])
    return Cuts(
        cuts.num_rows,
        pc.count_distinct(cuts["article_id"]).as_py(),
        [
            Tally(
                tally.name,
                tally.stage,
                tally.passages,
                tally.documents,
                tally.characters,
                tuple(samples.get((tally.name, tally.stage), ())),
            )
            for tally in rules
        ],
        _tallies(cuts, ["site"]),
    )


def _sites(written: Written) -> pa.Table:
    parts = [written.everything(table) for table in ("articles", "duplicates")]
    return pa.concat_tables([part.select(["id", "site"]) for part in parts]).combine_chunks()


def _tallies(cuts: pa.Table, keys: list[str]) -> list[Tally]:
    grouped = cuts.group_by(keys).aggregate(
        [("article_id", "count"), ("article_id", "count_distinct"), ("length", "sum")]
    )
    tallies = [
        Tally(
            name=row[keys[0]],
            stage=row.get("stage", ""),
            passages=row["article_id_count"],
            documents=row["article_id_count_distinct"],
            characters=row["length_sum"],
        )
        for row in grouped.to_pylist()
    ]
    return sorted(tallies, key=lambda tally: (-tally.passages, tally.name or "", tally.stage))


def _samples(
    written: Written, cuts: pa.Table, shown: Iterable[Rule]
) -> dict[Rule, list[dict[str, Any]]]:
    """A few passages of each rule, from as many documents."""
    codes = {name: cuts[name].combine_chunks().dictionary_encode() for name in ("rule", "stage")}
    rule, stage = (codes[name].indices.to_numpy() for name in ("rule", "stage"))
    rules, stages = (codes[name].dictionary.to_pylist() for name in ("rule", "stage"))
    chosen: dict[Rule, list[dict[str, Any]]] = {}
    for key in shown:
        mask = (rule == rules.index(key[0])) & (stage == stages.index(key[1]))
        some = cuts.take(pa.array(np.flatnonzero(mask)[:CANDIDATES])).to_pylist()
        of_document = {cut["article_id"]: cut for cut in reversed(some)}
        chosen[key] = list(of_document.values())[: -SAMPLES - 1 : -1]
    places = [(cut["file"], cut["row"]) for found in chosen.values() for cut in found]
    texts = written.sample("removals", places, ["text"])
    return {
        key: [
            {"site": cut["site"], **texts[cut["file"], cut["row"]]}
            for cut in found
            if (cut["file"], cut["row"]) in texts
        ]
        for key, found in chosen.items()
    }


def cuts_section(cuts: Cuts) -> Html:
    """Rules with samples to open, then sites."""
    if not cuts.passages:
        return section(
            "clean", "Clean: what was cut", "Nothing was cut from the documents of this run."
        )
    most = cuts.rules[0].passages
    return section(
        "clean",
        "Clean: what was cut",
        f"{count(cuts.passages, 'passage')} that belong to the page and not to the article were "
        f"cut from {count(cuts.documents, 'document')}, each by a named rule. A wrong cut can be "
        "put back: the passages stand in the table removals.",
        el("h3", "By rule, with samples"),
        items("cuts", [_rule(tally, most) for tally in cuts.rules[:RULES]], ""),
        el("p", f"{len(cuts.rules) - RULES:,} rarer rules are not listed.", class_="quiet")
        if len(cuts.rules) > RULES
        else None,
        _by_site(cuts),
    )


def _rule(tally: Tally, most: int) -> Html:
    summary = [
        el("span", el("strong", foreign(tally.name, 80)), class_="name"),
        el("span", tally.stage, class_="tag"),
        el("span", count(tally.passages, "passage"), class_="figure"),
        bar(tally.passages / most),
    ]
    return fold(
        summary,
        el(
            "p",
            # Of template cut from pages the tables do not tell where it stood, nor so how long.
            (f"{tally.characters:,} characters " if tally.characters else "")
            + f"in {count(tally.documents, 'document')}",
            class_="quiet",
        ),
        el(
            "ul",
            [
                el(
                    "li",
                    el("q", foreign(row["text"], SHOWN)),
                    " ",
                    el("span", foreign(row["site"], 60), class_="quiet") if row["site"] else None,
                )
                for row in tally.samples
            ],
            class_="quotes",
        ),
        class_="measured",
    )


def _by_site(cuts: Cuts) -> Html:
    most = max(tally.passages for tally in cuts.sites)
    rows: list[list[Child]] = [
        [
            foreign(tally.name, 60),
            tally.passages,
            tally.documents,
            tally.characters,
            bar(tally.passages / most),
        ]
        for tally in cuts.sites[:SITES]
    ]
    left = len(cuts.sites) - SITES
    return table(
        "Cuts by site" + (f"; {left:,} more sites are not listed" if left > 0 else ""),
        [
            Column("Site"),
            Column("Passages", "num"),
            Column("Documents", "num"),
            Column("Characters", "num"),
            Column("", "bar"),
        ],
        rows,
        wide=True,
    )
