"""Clean, on a run: staged documents to staged articles, shard by shard, on every core."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from dedupe.article import Article, Document, Quality
from dedupe.clean import clean_document
from dedupe.detect import Parameters
from dedupe.errors import InputError
from dedupe.pipeline import staging
from dedupe.pipeline.engine import ALONE, DiedError
from dedupe.pipeline.run import Run
from dedupe.pipeline.sketching import write_sketches
from dedupe.pipeline.takeover import take_over
from dedupe.pipeline.template_changes import PASSAGES, cut_template
from dedupe.pipeline.template_state import Known
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

log = logging.getLogger("dedupe")

_SAID = {
    Quality.INDEX: "a page of links to articles, not an article",
    Quality.LIVE: "a live blog, not an article",
    Quality.PAYWALL: "a paywall's teaser, not the article",
    Quality.BANNER: "a consent banner and no article",
}


def clean(run: Run, shards: list[Path]) -> list[Path]:
    """Clean the staged documents; gives one shard of articles for each shard of documents."""
    with run.stage("clean"):
        before: dict[Path, tuple[int, int]] = {}
        if not run.dry_run:  # which moves nothing
            before = take_over(shards, run.abandoned, run.settings, run.templates)
        left = [shard for shard in shards if shard not in before]
        size = sum(shard.stat().st_size for shard in left)
        tasks = [(shard, run.settings, run.templates) for shard in left]
        cleaned = run.engine.map(clean_shard, tasks, size)
        for done, shard in enumerate(shards, 1):
            found = before.get(shard) or next(cleaned)
            counts = _bisected(run, shard, found) if isinstance(found, DiedError) else found
            run.counts["cleaned"] += counts[0]
            run.counts["rejects"] += counts[1]
            run.progress("clean", done, len(shards))
        run.engine.close()  # nothing after this needs them, and detection needs their memory
    return run.shards("cleaned")


def _bisected(run: Run, shard: Path, error: DiedError) -> tuple[int, int]:
    """Clean a shard whose process died by halves, down to the document that it dies of."""
    documents = staging.read(shard)
    log.warning("clean: the process that cleaned %s died (%s)", shard.name, error)
    if documents.num_rows == 1:
        document = staging.document_of(documents.to_pylist()[0])
        detail = f"the process that cleaned it died: {error}"
        reject = Reject.of_document(document, Reason.FAILED, detail)
        _write(shard, run.settings, [], [], [], [reject])
        return 0, 1
    half = documents.num_rows // 2
    articles = rejects = 0
    for at, part in enumerate((documents.slice(0, half), documents.slice(half))):
        path = shard.with_name(f"{shard.stem}-{at}.arrow")
        staging.write_table(path, part)
        # To die of it, a process other than this one is needed, however small the work.
        task = (path, run.settings, run.templates)
        (found,) = run.engine.map(clean_shard, [task], ALONE)
        counts = _bisected(run, path, found) if isinstance(found, DiedError) else found
        articles, rejects = articles + counts[0], rejects + counts[1]
    return articles, rejects


def clean_shard(path: Path, settings: Settings, templates: Path | None) -> tuple[int, int]:
    """Clean and sketch one shard into files beside it, named by what they hold.

    These are ``cleaned-``, ``sketches-``, ``cuts-``, ``passages-`` and ``rejects-``.

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
    for batch in staging.read(path).to_batches(max_chunksize=32):
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
    _write(path, settings, articles, cuts, passages, rejects)
    return len(articles), len(rejects)


def _write(
    path: Path,
    settings: Settings,
    articles: list[dict[str, Any]],
    cuts: list[dict[str, Any]],
    passages: list[dict[str, Any]],
    rejects: list[Reject],
) -> None:
    name = path.name.removeprefix("documents-")
    refused = map(staging.reject_row, rejects)
    staging.write(path.with_name(f"cuts-{name}"), staging.CUTS, cuts)
    staging.write(path.with_name(f"passages-{name}"), PASSAGES, passages)
    staging.write(path.with_name(f"rejects-{name}"), staging.REFUSED, refused)
    sketched = path.with_name(f"sketches-{name}")
    write_sketches(sketched, [row["text"] for row in articles], Parameters.of(settings))
    staging.write(path.with_name(f"cleaned-{name}"), staging.CLEANED, articles)


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
