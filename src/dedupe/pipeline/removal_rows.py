"""Rows of ``removals``: what was cut from the batch, and from versions that it superseded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedupe.detect import Packed, pack_ids
from dedupe.pipeline import staging
from dedupe.pipeline.run import Run
from dedupe.pipeline.staged_rows import id_column
from dedupe.pipeline.versions import superseded_id
from dedupe.publish import Changes, month_of
from dedupe.schemas import REMOVALS


def removal_changes(run: Run, changes: Changes) -> None:
    """Rows of ``removals``: what was cut from the batch, and cuts of versions now superseded."""
    ids, named = _names(run)
    codes, months = run.batch.months()
    for shard, path in enumerate(run.shards("cuts")):
        cuts = staging.read(path)
        rows = cuts["row"].to_numpy() + run.batch.bounds[shard]
        kept = named[rows]
        cuts, rows = cuts.filter(pa.array(kept)), rows[kept]
        run.counts["removals"] += len(rows)
        run_ids = pa.repeat(pa.scalar(run.run_id), len(rows))
        cuts = cuts.append_column("article_id", id_column(ids[rows]))
        cuts = cuts.append_column("run_id", run_ids)
        changes.put("removals", cuts, [months[code] for code in codes[rows].tolist()])
    renamed = {
        old["id"]: superseded_id(old["document_id"], old["content_hash"]) for _, old in run.revised
    }
    if renamed and run.snapshot is not None:
        before = run.snapshot.rows("removals", renamed, key="article_id").to_pylist()
        changes.drop["removals"].update(renamed)
        stated = {old["id"]: old["published_at"] for _, old in run.revised}
        published = [stated[row["article_id"]] for row in before]
        when = month_of(pa.array(published, pa.timestamp("us", tz="UTC")))
        again = [{**row, "article_id": renamed[row["article_id"]]} for row in before]
        changes.put("removals", pa.Table.from_pylist(again, schema=REMOVALS), when)


def _names(run: Run) -> tuple[Packed, npt.NDArray[np.bool_]]:
    """By row of the batch the id under which the document stands in the tables, if it does."""
    ids = np.zeros(len(run.batch), run.batch.document_ids.dtype)
    named = np.zeros(len(run.batch), np.bool_)
    ids[run.live.rows] = run.live.ids
    named[run.live.rows] = True
    for entry in run.superseded:
        row = run.batch.row(entry.shard, entry.row)
        ids[row] = pack_ids([superseded_id(entry.document_id, entry.content_hash)])[0]
        named[row] = True
    return ids, named
