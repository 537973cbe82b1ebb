"""Clean, on a run: staged documents to staged articles, shard by shard, on every core."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from dedupe.article import Article, Document, Quality
from dedupe.clean import clean_document
from dedupe.pipeline import staging
from dedupe.pipeline.run import Run
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

log = logging.getLogger("dedupe")

POOL_BYTES = 8_000_000
"""Staged bytes from which more processes pay for their start."""

_SAID = {
    Quality.INDEX: "a page of links to articles, not an article",
    Quality.LIVE: "a live blog, not an article",
    Quality.PAYWALL: "a paywall's teaser, not the article",
    Quality.BANNER: "a consent banner and no article",
}


def clean(run: Run, shards: list[Path]) -> list[Path]:
    """Clean the staged documents; gives one shard of articles for each shard of documents."""
    with run.stage("clean"):
        size = sum(shard.stat().st_size for shard in shards)
        workers = min(run.settings.workers or os.cpu_count() or 1, len(shards))
        pooled = workers > 1 and size >= POOL_BYTES
        counted = _in_pool(run, shards, workers) if pooled else _here(run, shards)
        for done, (articles, rejects) in enumerate(counted, 1):
            run.counts["cleaned"] += articles
            run.counts["rejects"] += rejects
            run.progress("clean", done, len(shards))
    return run.shards("cleaned")


def _here(run: Run, shards: list[Path]) -> Iterator[tuple[int, int]]:
    for shard in shards:
        yield clean_shard(shard, run.settings)


def _in_pool(run: Run, shards: list[Path], workers: int) -> Iterator[tuple[int, int]]:
    # Not fork: a forked child of a threaded Prefect process can inherit a held lock.
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(clean_shard, shards, [run.settings] * len(shards))


def clean_shard(path: Path, settings: Settings) -> tuple[int, int]:
    """Clean one shard into ``cleaned-``, ``cuts-`` and ``rejects-`` files beside it.

    Returns:
        How many documents became articles, and how many were rejected.
    """
    articles: list[dict[str, Any]] = []
    cuts: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for batch in staging.read(path).to_batches(max_chunksize=256):
        for row in batch.to_pylist():
            document = staging.document_of(row)
            try:
                article = clean_document(document)
                cleaned = staging.cleaned_row(document, article)
            except Exception as error:
                # One page that breaks a rule must not cost the others: it is a reject to look at.
                log.exception("clean: broke on %s", document.source)
                rejects.append(_failed(document, error))
                continue
            refusal = _refusal(article, cleaned["word_count"], settings)
            if refusal is not None:
                rejects.append(Reject.of_document(document, *refusal))
                continue
            cuts += staging.cut_rows(article, row=len(articles))
            articles.append(cleaned)
    name = path.name.removeprefix("documents-")
    staging.write(path.with_name(f"cuts-{name}"), staging.CUTS, cuts)
    staging.write(
        path.with_name(f"rejects-{name}"), staging.REFUSED, map(staging.reject_row, rejects)
    )
    staging.write(path.with_name(f"cleaned-{name}"), staging.CLEANED, articles)
    return len(articles), len(rejects)


def _refusal(article: Article, words: int, settings: Settings) -> tuple[Reason, str] | None:
    if words < settings.min_words:
        cut = len(article.removals)
        return Reason.NO_TEXT, (
            f"{words} words are left after cleaning, {settings.min_words} are needed; "
            f"{cut} passages were cut"
        )
    if article.quality in _SAID:
        return Reason.NOT_ARTICLE, f"{article.quality.value}: {_SAID[article.quality]}"
    return None


def _failed(document: Document, error: Exception) -> Reject:
    return Reject.of_document(document, Reason.FAILED, f"{type(error).__name__}: {error}")
