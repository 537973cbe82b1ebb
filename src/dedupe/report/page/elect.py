"""Elect: the largest clusters that the run touched, each copy beside its canonical."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.article import Relation
from dedupe.report.page.markup import Html, el, foreign, join, link
from dedupe.report.page.parts import Column, count, fold, items, section, table
from dedupe.report.page.runs import RunFacts
from dedupe.report.page.sides import Side, sides
from dedupe.report.page.written import Written

CLUSTERS = 15
MEMBERS = 12
"""Copies listed of one cluster."""
DIFFS = 2
"""Copies of one cluster shown word by word: the least alike, which tell most."""

SITES = 6
"""Sites named of one cluster."""

_HEAD = [
    "id",
    "title",
    "site",
    "url",
    "source",
    "text",
    "word_count",
    "copies",
    "sites",
    "policy_reason",
    "first_seen_at",
]
_MEMBER = [
    "id",
    "canonical_id",
    "relation",
    "jaccard",
    "containment",
    "policy_reason",
    "title",
    "site",
    "url",
    "source",
    "text",
    "word_count",
]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A canonical article and the copies that the run filed under it."""

    head: dict[str, Any]
    filed: int
    members: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Clusters:
    """The largest clusters, out of how many."""

    total: int
    filed: int
    relations: dict[str, int]
    largest: list[Cluster]


def gather(written: Written) -> Clusters:
    """The clusters under which the run filed something, by size; texts for the few shown."""
    rows = written.rows("duplicates")
    rows = rows.filter(pc.not_equal(rows["relation"], Relation.REVISION.value))
    touched = pc.unique(rows["canonical_id"])
    copies = written.everything("articles")
    copies = copies.filter(pc.is_in(copies["id"], value_set=touched))
    sizes = list(zip(copies["id"].to_pylist(), copies["copies"].to_pylist(), strict=True))
    sizes = sorted(sizes, key=lambda pair: (-pair[1], pair[0]))[:CLUSTERS]
    chosen = [identity for identity, _ in sizes]
    members = _members(written, rows, chosen)
    heads = written.documents(chosen, _HEAD)
    filed = Counter(rows["canonical_id"].to_pylist())
    return Clusters(
        total=len(touched),
        filed=rows.num_rows,
        relations=dict(sorted(Counter(rows["relation"].to_pylist()).items())),
        largest=[Cluster(heads[i], filed[i], members.get(i, [])) for i in chosen if i in heads],
    )


def _members(
    written: Written, rows: pa.Table, chosen: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """The least alike copies of each chosen cluster, with their texts."""
    if not chosen:
        return {}
    rows = rows.filter(pc.is_in(rows["canonical_id"], value_set=pa.array(chosen, pa.string())))
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in sorted(rows.to_pylist(), key=lambda row: (row["jaccard"], row["id"])):
        if len(places[row["canonical_id"]]) < MEMBERS:
            places[row["canonical_id"]].append((row["file"], row["row"]))
    wanted = [place for found in places.values() for place in found]
    found = written.sample("duplicates", wanted, _MEMBER)
    return {
        canonical: [found[place] for place in of if place in found]
        for canonical, of in places.items()
    }


def clusters_section(clusters: Clusters, run: RunFacts) -> Html:
    """The clusters as items to open."""
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in clusters.relations.items())
    moved = clusters.filed - run.duplicates
    lead = (
        f"{count(clusters.filed, 'document')} filed under "
        f"{count(clusters.total, 'article')} ({kinds})."
        if clusters.filed
        else "No document of this run was filed under another."
    )
    if moved > 0:
        lead += f" {moved:,} of them came earlier and now stand under a better copy."
    return section(
        "elect",
        "Elect: the best copy of each story",
        lead,
        el("h3", "Largest clusters of this run"),
        items("clusters", [_cluster(one) for one in clusters.largest], "There are no clusters."),
        el(
            "p",
            f"{clusters.total - len(clusters.largest):,} smaller clusters are not listed.",
            class_="quiet",
        )
        if clusters.total > len(clusters.largest)
        else None,
    )


def _cluster(cluster: Cluster) -> Html:
    head = cluster.head
    sites = head["sites"] or []
    summary = [
        el("span", el("strong", foreign(head["title"], 110)), class_="name"),
        el("span", count(head["copies"], "copy", "copies"), class_="figure"),
        el(
            "span",
            f"on {count(len(sites), 'site')}: " if sites else "no site stated",
            foreign(", ".join(sites[:SITES]) + ", …" * (len(sites) > SITES), 160)
            if sites
            else None,
            class_="quiet more",
        ),
    ]
    listed = len(cluster.members)
    caption = f"{listed:,} of the {count(head['copies'], 'copy', 'copies')}, least alike first"
    if cluster.filed < head["copies"]:
        caption += f"; this run filed {cluster.filed:,} of them"
    return fold(
        summary,
        el(
            "p",
            "Kept: ",
            link(head["url"]) or foreign(head["source"], 160),
            f" · {count(head['word_count'], 'word')} · chosen for ",
            foreign(head["policy_reason"], 160),
            " · ",
            el("code", head["id"][:12]),
        ),
        table(
            caption,
            [
                Column("Copy"),
                Column("Site"),
                Column("Relation"),
                Column("Jaccard", "num"),
                Column("Contained", "num"),
            ],
            [
                [
                    [
                        foreign(m["title"], 80),
                        el("br"),
                        link(m["url"], 90) or foreign(m["source"], 90),
                    ],
                    foreign(m["site"], 60),
                    str(m["relation"]),
                    f"{m['jaccard']:.3f}",
                    f"{m['containment']:.3f}",
                ]
                for m in cluster.members
            ],
            wide=True,
        ),
        [_side(head, member) for member in cluster.members[:DIFFS]],
        class_="scored",
    )


def _side(head: dict[str, Any], member: dict[str, Any]) -> Html:
    origin = foreign(member["site"] or member["title"], 80)
    return fold(
        join("Kept text beside the copy ", el("code", member["id"][:12]), ", ", origin),
        sides(Side("Kept", head["id"], head), Side("Copy", member["id"], member)),
        class_="inner",
    )
