"""Templates learnt since, cut from documents that were read before: a step of upkeep.

What is rewritten are present versions, canonical or filed; earlier versions stay as they were, as
their ids name their content. Every document stays in its cluster: its figures are taken again, and
where the texts would not be filed together any more (a template was most of what they shared) the
figures stay those by which they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from dedupe.article import Article, Relation
from dedupe.clean.templates import strip
from dedupe.detect import Detector, compare
from dedupe.pipeline.commit import commit
from dedupe.pipeline.lock import STATE, Held, next_number
from dedupe.pipeline.provenance import versions
from dedupe.pipeline.rebuild import open_whole
from dedupe.pipeline.signature_rows import put_signatures, sketch_metadata
from dedupe.pipeline.template_learning import open_templates, rebuild
from dedupe.pipeline.template_state import TEMPLATES, Known, path_of
from dedupe.pipeline.versions import superseded_id
from dedupe.publish import Changes, Manifest, Snapshot, begin, month_of, sorted_files, write_tables
from dedupe.schemas import ARTICLES, DUPLICATES, REMOVALS
from dedupe.settings import Settings
from dedupe.words import content_hash, word_count

STRIPPED = "templates"
"""The run id in the manifest of such a snapshot, and of the removals it adds."""

AT_ONCE = 50_000
"""Documents rewritten in one turn, which bounds its memory; the next turn takes the rest."""

_SCHEMAS = {"articles": ARTICLES, "duplicates": DUPLICATES}
_Row = dict[str, Any]


def strip_earlier(held: Held) -> dict[str, int]:
    """Cut learnt templates from earlier documents, under a lock that is held already.

    Gives the snapshot, the documents rewritten and the passages cut; where there is nothing to cut
    no snapshot is made.
    """
    folder = held.root
    snapshot = Snapshot.current(folder)
    if snapshot is None:
        return {"snapshot": 0, "stripped": 0, "passages": 0}
    settings = Settings.from_mapping(snapshot.manifest.settings)
    nothing = {"snapshot": snapshot.number, "stripped": 0, "passages": 0}
    if not settings.templates:
        return nothing
    known = Known.at(open_templates(snapshot, folder / STATE / TEMPLATES))
    found = list(_without_twins(snapshot, _stripped(snapshot, known)))
    if not found:
        return nothing
    now = dt.datetime.now(dt.UTC)
    index = open_whole(snapshot, folder / STATE / "index", settings)
    changes = Changes()
    removals = _cuts(changes, found)
    rows: dict[str, dict[str, _Row]] = {"articles": {}, "duplicates": {}}
    for table, row, _ in found:
        rows[table][row["id"]] = row
    for row in rows["articles"].values():
        row["updated_at"] = now
    _figures_again(snapshot, rows, settings)
    for table, of_table in rows.items():
        changes.drop[table].update(of_table)
        again = pa.Table.from_pylist(list(of_table.values()), schema=_SCHEMAS[table])
        changes.put(table, again, month_of(again["published_at"]))
    canonicals = list(rows["articles"].values())
    ids, texts = [row["id"] for row in canonicals], [row["text"] for row in canonicals]
    detector = Detector(settings, index)
    detector.add(ids, texts)
    changes.metadata["signatures"] = sketch_metadata(index)
    changes.drop["signatures"].update(ids)
    put_signatures(
        changes,
        detector,
        ids,
        [row["content_hash"] for row in canonicals],
        [row["published_at"] for row in canonicals],
    )
    number = next_number(held, snapshot.number)
    draft = folder / STATE / "staging" / STRIPPED
    begin(draft)
    manifest = Manifest(
        snapshot=number,
        run_id=STRIPPED,
        created_at=now.isoformat(),
        parent=snapshot.number,
        settings=snapshot.manifest.settings,
        versions=versions(),
        files=sorted_files(write_tables(snapshot, changes, number, draft)),
    )
    update = index.draft(manifest.stamp)
    update.remove(ids)
    update.add_from(detector, ids)
    commit(held, draft, manifest, update, _learn_again)
    return {"snapshot": number, "stripped": len(found), "passages": removals}


def _learn_again(snapshot: Snapshot, folder: Path) -> None:
    """The state that the tables give now that other passages stand among the removals."""
    rebuild(snapshot, path_of(folder, snapshot.stamp))


def _stripped(snapshot: Snapshot, known: Known) -> Iterator[tuple[str, _Row, Article]]:
    """Present versions that hold template: their table, their new row, and what was cut."""
    found = 0
    for table in _SCHEMAS:
        for file in snapshot.manifest.of(table):
            columns = ["site", "summary", "text", *(["relation"] if table == "duplicates" else [])]
            hits: dict[int, Article] = {}
            for at, row in enumerate(snapshot.read(file, columns).to_pylist()):
                site = known.of(row["site"])
                late = row.get("relation") == Relation.REVISION
                if site is None or row["text"] is None or late or found >= AT_ONCE:
                    continue
                before = Article(text=row["text"], summary=row["summary"])
                after = strip(before, site)
                if after is not before and word_count(after.text):
                    hits[at] = after
                    found += 1
            if not hits:
                continue
            whole = snapshot.read(file).take(pa.array(list(hits), pa.int64())).to_pylist()
            for row, after in zip(whole, hits.values(), strict=True):
                row |= {
                    "text": after.text,
                    "word_count": word_count(after.text),
                    "content_hash": content_hash(after.text),
                }
                yield table, row, after


def _without_twins(
    snapshot: Snapshot, found: Iterator[tuple[str, _Row, Article]]
) -> Iterator[tuple[str, _Row, Article]]:
    """Leave alone what would become the same as another version of its document.

    Versions are told apart by content: with two of one content, the id of a later one would be
    given twice.
    """
    all_found = list(found)
    documents = {row["document_id"] for _, row, _ in all_found}
    taken: set[tuple[str, str]] = set()
    ids: set[str] = set()
    for table in _SCHEMAS:
        columns = ["id", "document_id", "content_hash"]
        for row in snapshot.rows(table, documents, columns, key="document_id").to_pylist():
            taken.add((row["document_id"], row["content_hash"]))
            ids.add(row["id"])
    for table, row, after in all_found:
        content = (row["document_id"], row["content_hash"])
        if content not in taken and superseded_id(*content) not in ids:
            taken.add(content)
            yield table, row, after


def _cuts(changes: Changes, found: list[tuple[str, _Row, Article]]) -> int:
    """Rows of ``removals`` for what was cut; gives their number."""
    rows, published = [], []
    for _, row, after in found:
        for cut in after.removals:
            rows.append(
                {
                    "article_id": row["id"],
                    "rule": cut.rule,
                    "stage": cut.stage,
                    "start": cut.start,
                    "end": cut.end,
                    "text": cut.text,
                    "run_id": STRIPPED,
                }
            )
            published.append(row["published_at"])
    months = month_of(pa.array(published, ARTICLES.field("published_at").type))
    changes.put("removals", pa.Table.from_pylist(rows, schema=REMOVALS), months)
    return len(rows)


def _figures_again(
    snapshot: Snapshot, rows: dict[str, dict[str, _Row]], settings: Settings
) -> None:
    """Compare again where a canonical or a document filed under it has another text now."""
    articles, duplicates = rows["articles"], rows["duplicates"]
    for row in snapshot.rows("duplicates", set(articles), key="canonical_id").to_pylist():
        if row["relation"] != Relation.REVISION and row["text"] is not None:
            duplicates.setdefault(row["id"], row)
    others = {row["canonical_id"] for row in duplicates.values()} - set(articles)
    unchanged = snapshot.rows("articles", others, ["id", "text"])
    texts = dict(zip(unchanged["id"].to_pylist(), unchanged["text"].to_pylist(), strict=True))
    for row in duplicates.values():
        canonical = row["canonical_id"]
        text = articles[canonical]["text"] if canonical in articles else texts[canonical]
        verdict = compare(text, row["text"], settings)
        if verdict.relation is not Relation.DISTINCT:
            row |= {
                "relation": verdict.relation.value,
                "jaccard": verdict.jaccard,
                "containment": verdict.containment,
                "reason": verdict.reason,
            }
