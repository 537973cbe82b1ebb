"""What a run does with templates: cuts them from what it cleans, and learns from what was new.

A run cuts by what was known when it began, so that nothing depends on processes, shards or the
order within the batch; what it learns serves the next.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.article import Article, Document
from dedupe.clean.blocks import Stage
from dedupe.clean.templates import STANDFIRST, Reading, cut, leads_with_summary, strip
from dedupe.clean.templates import passages as passages_of
from dedupe.detect import I64
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
    passages = Passages(run)
    if run.templates is not None and not len(passages.rows):
        carry(run.templates, target)
        return
    learning = Learning(Known(before))
    for site, lessons in passages.lessons():
        learning.learn_site(site, lessons, run.started_at)
    learning.bound()
    write(target, learning.table())


def carry_on(before: Snapshot, after: Snapshot, folder: Path) -> None:
    """The state of a snapshot that holds the same documents as the one before."""
    carry(path_of(folder, before.stamp), path_of(folder, after.stamp))


class Passages:
    """The passages of the documents that a run saw first: what it learns from."""

    def __init__(self, run: Run) -> None:
        """Map what was staged; no passage is read yet."""
        self._run = run
        shards = [staging.read(path) for path in run.shards("passages")]
        at = np.full(len(run.batch), -1, np.int64)
        for shard, table in enumerate(shards):
            at[table["row"].to_numpy() + run.batch.bounds[shard]] = np.arange(table.num_rows)
        self._at = at
        self._flat = [_flat(table) for table in shards]
        rows = _first_versions(run)
        self.rows = rows[at[rows] >= 0]

    def lessons(self) -> Iterator[tuple[str, list[Lesson]]]:
        """What they teach, site by site."""
        batch = self._run.batch
        order = np.argsort(batch.sites[self.rows], kind="stable")
        rows = self.rows[order]
        starts = np.flatnonzero(np.diff(batch.sites[rows], prepend=-1))
        for of_site in np.split(rows, starts[1:]) if len(rows) else ():
            name = batch.site(int(of_site[0]))
            assert name is not None
            yield name, self._of(of_site, name)

    def _of(self, rows: I64, site: str) -> list[Lesson]:
        stated = self._run.batch.take(rows, ["document_id", "content_hash"])
        ids, hashes = (column.to_pylist() for column in stated.columns)
        found = []
        for row, document_id, content_hash_ in zip(rows.tolist(), ids, hashes, strict=True):
            bounds, keys, words, leads = self._flat[self._run.batch.place(row)[0]]
            at = int(self._at[row])
            part = slice(bounds[at], bounds[at + 1])
            found.append(
                Lesson(
                    when=self._run.started_at,
                    document_id=document_id,
                    content_hash=content_hash_,
                    site=site,
                    keys=dict(zip(keys[part].tolist(), words[part].tolist(), strict=True)),
                    leads=bool(leads[at]),
                )
            )
        return found


def _first_versions(run: Run) -> I64:
    """Rows of documents met for the first time, less those whose text is not kept."""
    first = np.ones(len(run.live), np.bool_)
    first[[at for at, entry in run.live.entries.items() if entry.version > 1]] = False
    if run.settings.keep_duplicate_text:
        late = [run.batch.row(e.shard, e.row) for e in run.superseded if e.version == 1]
        return np.concatenate([run.live.rows[first], np.array(late, np.int64)])
    filed = run.live.positions(list(run.outcome.filed))
    first[filed[filed >= 0]] = False
    return run.live.rows[first]


_Flat = tuple[list[int], npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.bool_]]


def _flat(table: pa.Table) -> _Flat:
    """Bounds, keys, words and leads of a shard's passages."""
    keys, words = (table[name].combine_chunks() for name in ("keys", "words"))
    if isinstance(keys, pa.ChunkedArray):  # of an empty table
        keys, words = pa.concat_arrays(keys.chunks), pa.concat_arrays(words.chunks)
    return (
        keys.offsets.to_pylist(),
        keys.values.to_numpy(),
        words.values.to_numpy(),
        table["leads"].to_numpy(),
    )
