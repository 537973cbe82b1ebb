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
from dedupe.detect import I64, Packed, unpack_ids
from dedupe.pipeline.batch import packed
from dedupe.pipeline.mapped import Mapped, release
from dedupe.pipeline.run import Run
from dedupe.pipeline.template_learning import AT_ONCE, Learning, Lesson, rebuild
from dedupe.pipeline.template_state import Known, carry, path_of, write
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
    return (_located(document, kept) if gone else kept), passages


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
    before = Known.at(run.templates, frequent=False)
    if any(run.started_at <= last for last in before.lasts().values()):
        # The clock went back: these documents do not come after those that were learnt.
        rebuild(draft, target)
        return
    passages = Passages(run)
    if run.templates is not None and not len(passages.rows):
        carry(run.templates, target)
        return
    learning = Learning(before)
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
        """Map what was staged; of the passages only their numbers are read."""
        self._run = run
        self._shards = [_Shard(path) for path in run.shards("passages")]
        at = np.full(len(run.batch), -1, np.int64)
        for first, shard in zip(run.batch.bounds.tolist(), self._shards, strict=False):
            at[shard.rows + first] = np.arange(len(shard.rows))
        self._at = at
        rows = _first_versions(run)
        self.rows = rows[at[rows] >= 0]

    def lessons(self) -> Iterator[tuple[str, Iterator[Lesson]]]:
        """What they teach, site by site, in the order of learning."""
        batch = self._run.batch
        hashes = np.zeros(len(batch), batch.document_ids.dtype)
        for first, shard in zip(batch.bounds.tolist(), batch.shards, strict=False):
            hashes[first : first + shard.num_rows] = packed(shard["content_hash"])
        batch.looked(len(batch), range(len(batch.shards)))
        by: list[npt.NDArray[Any]] = [batch.sites[self.rows]]
        for ids in (batch.document_ids, hashes):
            by[:0] = _halves(ids[self.rows])
        rows = self.rows[np.lexsort(by)]
        starts = np.flatnonzero(np.diff(batch.sites[rows], prepend=-1))
        for of_site in np.split(rows, starts[1:]) if len(rows) else ():
            name = batch.site(int(of_site[0]))
            assert name is not None
            yield name, self._of(of_site, name, hashes)

    def _of(self, rows: I64, site: str, hashes: Packed) -> Iterator[Lesson]:
        batch = self._run.batch
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            ids = unpack_ids(batch.document_ids[some])
            of_content = unpack_ids(hashes[some])
            for row, document_id, content_hash_ in zip(some.tolist(), ids, of_content, strict=True):
                shard = self._shards[batch.place(row)[0]]
                at = int(self._at[row])
                yield Lesson(
                    when=self._run.started_at,
                    document_id=document_id,
                    content_hash=content_hash_,
                    site=site,
                    keys=shard.keys(at),
                    leads=bool(shard.leads[at]),
                )
            release(shard.map for shard in self._shards)


class _Shard:
    """The passages of a shard."""

    def __init__(self, path: Path) -> None:
        self.map = Mapped(path)
        table = self.map.table
        lengths = pc.list_value_length(table["keys"]).to_numpy()
        self._ends = np.cumsum(lengths)
        self._starts = self._ends - lengths
        self._keys, self._words = (
            pc.list_flatten(table[name]).to_numpy() for name in ("keys", "words")
        )
        self.rows: I64 = table["row"].to_numpy()
        self.leads: npt.NDArray[np.bool_] = table["leads"].to_numpy()
        self.map.release()

    def keys(self, at: int) -> dict[int, int]:
        """The passages of a document, each with its words."""
        part = slice(self._starts[at], self._ends[at])
        return dict(zip(self._keys[part].tolist(), self._words[part].tolist(), strict=True))


def _halves(ids: Packed) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Ids as numbers that rise as they do, for ``lexsort``: the later half first."""
    both = np.ascontiguousarray(ids).view(">u8").reshape(-1, 2).astype(np.uint64)
    return both[:, 1], both[:, 0]


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
