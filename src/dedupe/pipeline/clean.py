"""Clean, on a run: staged documents to staged articles, shard by shard, on every core."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Generator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from loky import ProcessPoolExecutor
from loky.backend import get_context

from dedupe.article import Article, Document, Quality
from dedupe.clean import clean_document
from dedupe.errors import InputError
from dedupe.pipeline import staging
from dedupe.pipeline.run import Run
from dedupe.pipeline.template_changes import PASSAGES, cut_template
from dedupe.pipeline.template_state import Known
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
        with contextlib.closing(counted):
            for done, (articles, rejects) in enumerate(counted, 1):
                run.counts["cleaned"] += articles
                run.counts["rejects"] += rejects
                run.progress("clean", done, len(shards))
    return run.shards("cleaned")


def _here(run: Run, shards: list[Path]) -> Generator[tuple[int, int]]:
    for shard in shards:
        yield clean_shard(shard, run.settings, run.templates)


def _in_pool(run: Run, shards: list[Path], workers: int) -> Generator[tuple[int, int]]:
    # Not fork: a forked child of a threaded Prefect process can inherit a held lock. Not spawn:
    # it imports the caller's script again, which need not be written for that.
    context = get_context("loky")
    line, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers, context=context, initializer=_end_with_the_line, initargs=(line,)
    )
    try:
        given = [[each] * len(shards) for each in (run.settings, run.templates)]
        yield from pool.map(clean_shard, shards, *given)
    except BaseException:
        held.close()
        raise
    finally:
        pool.shutdown(kill_workers=True)
        held.close()
        line.close()


def _end_with_the_line(line: Connection) -> None:
    """In a worker: end at once when the run's end of the line closes.

    It closes when the run is cancelled and when it is killed; without this, workers would finish
    their shards first, or wait for ever for a process that is not there any more.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            line.recv()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def clean_shard(path: Path, settings: Settings, templates: Path | None) -> tuple[int, int]:
    """Clean one shard into ``cleaned-``, ``cuts-``, ``passages-`` and ``rejects-`` files beside it.

    Args:
        path: the shard of documents.
        settings: the run's.
        templates: what was known of the sites' templates when the run began; None if nothing.

    Returns:
        How many documents became articles, and how many were rejected.
    """
    articles: list[dict[str, Any]] = []
    cuts: list[dict[str, Any]] = []
    passages: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    known = Known.at(templates)
    for batch in staging.read(path).to_batches(max_chunksize=256):
        for row in batch.to_pylist():
            document = staging.document_of(row)
            try:
                article, read = clean_document(document, settings.max_elements), None
                if settings.templates:
                    article, read = cut_template(document, article, known, row=len(articles))
                cleaned = staging.cleaned_row(document, article)
            except InputError as error:
                _, _, detail = str(error).partition(": ")
                rejects.append(Reject.of_document(document, Reason.TOO_COMPLEX, detail))
                continue
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
            if read is not None:
                passages.append(read)
            articles.append(cleaned)
    name = path.name.removeprefix("documents-")
    staging.write(path.with_name(f"cuts-{name}"), staging.CUTS, cuts)
    staging.write(path.with_name(f"passages-{name}"), PASSAGES, passages)
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
