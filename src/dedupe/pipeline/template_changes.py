"""What a run does with templates: cuts them from what it cleans, and learns from what was new.

A run cuts by what was known when it began, so that nothing depends on processes, shards or the
order within the batch; what it learns serves the next.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.article import Article, Document
from dedupe.clean.blocks import Stage
from dedupe.clean.templates import STANDFIRST, Reading, cut, leads_with_summary, strip
from dedupe.clean.templates import passages as passages_of
from dedupe.pipeline import staging
from dedupe.pipeline.run import Run
from dedupe.pipeline.template_learning import Learning, Lesson, rebuild
from dedupe.pipeline.template_state import Known, carry, path_of, read, write
from dedupe.publish import Snapshot
from dedupe.words import content_hash

PASSAGES = pa.schema(
    {
        "row": pa.int64(),
        "keys": pa.list_(pa.int64()),
        "words": pa.list_(pa.int32()),
        "leads": pa.bool_(),
    }
)
"""The passages of the article in a row of a shard, template and all."""


def cut_template(
    document: Document, article: Article, known: Known, row: int
) -> tuple[Article, dict[str, Any] | None]:
    """An article without its site's template, and its passages as a row of ``PASSAGES``."""
    if article.site is None:
        return article, None
    reading = Reading.of(article.text)
    site = known.of(article.site)
    kept = article if site is None else cut(article, reading, site)
    gone = [removal.rule for removal in kept.removals if removal.stage == Stage.TEMPLATE.value]
    # The tables do not tell where a passage stood; only what they tell is learnt.
    blocks = reading.blocks if kept is article else passages_of(kept.text)
    leads = STANDFIRST in gone or leads_with_summary(blocks, article.summary)
    counted = reading.counted()
    passages = {"row": row, "keys": [*counted], "words": [*counted.values()], "leads": leads}
    return _located(document, kept), passages


def _located(document: Document, article: Article) -> Article:
    """Template passages with the offsets where they stand in the source, if that is certain."""
    if document.media_type != "text/plain":
        return article
    removals = list(article.removals)
    for at, removal in enumerate(removals):
        if removal.stage == Stage.TEMPLATE.value:
            start = document.text.find(removal.text)
            if start >= 0 and document.text.find(removal.text, start + 1) < 0:
                end = start + len(removal.text)
                removals[at] = dataclasses.replace(removal, start=start, end=end)
    return dataclasses.replace(article, removals=removals)


def hash_without_template(row: dict[str, Any], known: Known) -> str | None:
    """The content hash that a row's text would have if it were cleaned by now; None if the same.

    A page that was read before its site's template was known, and comes again, is unchanged.
    """
    site = known.of(row["site"])
    if site is None or row["text"] is None:
        return None
    before = Article(text=row["text"], summary=row["summary"])
    after = strip(before, site)
    return None if after is before else content_hash(after.text)


def learn_from(run: Run, draft: Snapshot, folder: Path) -> None:
    """Write the state after this run: what was known at its start, and what the run saw first."""
    if not run.settings.templates:
        return
    target = path_of(folder, draft.stamp)
    before = read(run.templates) if run.templates is not None else None
    last = pc.max(before["last"]).as_py() if before is not None else None
    if last is not None and run.started_at <= last:
        # The clock went back: these documents do not come after those that were learnt.
        rebuild(draft, target)
        return
    lessons = list(_lessons(run))
    if run.templates is not None and not lessons:
        carry(run.templates, target)
        return
    learning = Learning(Known(before))
    learning.learn(lessons)
    write(target, learning.table())


def carry_on(before: Snapshot, after: Snapshot, folder: Path) -> None:
    """The state of a snapshot that holds the same documents as the one before."""
    carry(path_of(folder, before.stamp), path_of(folder, after.stamp))


def _lessons(run: Run) -> Iterator[Lesson]:
    shards = [staging.read(path) for path in run.shards("passages")]
    place = [{row: at for at, row in enumerate(table["row"].to_pylist())} for table in shards]
    for entry in [*run.versions.live, *run.versions.superseded]:
        at = place[entry.shard].get(entry.row)
        filed = entry.successor is not None or entry.id in run.outcome.filed
        if entry.version > 1 or at is None or (filed and not run.settings.keep_duplicate_text):
            continue
        assert entry.site is not None
        row = shards[entry.shard].slice(at, 1).to_pylist()[0]
        yield Lesson(
            when=run.started_at,
            document_id=entry.document_id,
            content_hash=entry.content_hash,
            site=entry.site,
            keys=dict(zip(row["keys"], row["words"], strict=True)),
            leads=row["leads"],
        )
