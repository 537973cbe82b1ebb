"""The ingest flow: the five stages as Prefect tasks. ``python flows/ingest.py [INPUT...]`` runs it.

The tasks are thin: each calls the stage of the same name in ``dedupe.pipeline`` and passes on paths
and counts, never texts. Nothing is cached by Prefect: what was done before is known by content.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

# Prefect reads these when it is imported; what the operator has set stays. Analytics log errors
# where there is no network, and two cold starts at once take longer than the 20 s allowed.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "dedupe")

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from dedupe import pipeline
from dedupe.errors import DedupeError
from dedupe.report.markdown import summary
from dedupe.report.terminal import progress_bars, show_result
from dedupe.settings import Settings

STAGES = ("acquire", "clean", "detect", "elect", "publish")

_default = Settings()


@task(cache_policy=NO_CACHE)
def acquire(run: pipeline.Run) -> list[Path]:
    """Inputs to staged documents."""
    shards = pipeline.acquire(run)
    _say(f"{run.counts['documents']} documents, {run.counts['unchanged']} ingested before")
    return shards


@task(cache_policy=NO_CACHE)
def clean(run: pipeline.Run, shards: list[Path]) -> list[Path]:
    """Staged documents to staged articles."""
    cleaned = pipeline.clean(run, shards)
    _say(f"{run.counts['cleaned']} articles, {run.counts['rejects']} rejects")
    return cleaned


@task(cache_policy=NO_CACHE)
def detect(run: pipeline.Run, shards: list[Path]) -> int:
    """Staged articles to verified pairs, in the batch and against all history."""
    compared = pipeline.detect(run, shards)
    _say(f"{compared} pairs compared on their texts")
    return compared


@task(cache_policy=NO_CACHE)
def elect(run: pipeline.Run) -> None:
    """Verified pairs to clusters with one canonical each."""
    pipeline.elect(run)
    _say(f"{run.counts['articles']} new articles, {run.counts['duplicates']} duplicates")


@task(cache_policy=NO_CACHE)
def publish(run: pipeline.Run) -> int:
    """Clusters to an atomic snapshot of Parquet tables; gives its number."""
    snapshot = pipeline.publish(run)
    _say(f"snapshot {snapshot}")
    return snapshot


@flow(name="ingest", log_prints=False, validate_parameters=True)
def ingest(
    inputs: Annotated[list[str], Field(min_length=1)] = ["seeds/"],  # noqa: B006 - Prefect copies it
    data_dir: str = "data",
    threshold: Annotated[float, Field(ge=0.1, le=1)] = _default.threshold,
    containment: Annotated[float, Field(ge=0.1, le=1)] = _default.containment,
    policy: str = ",".join(_default.policy),
    dry_run: bool = False,  # noqa: FBT001, FBT002 - a form field
) -> dict[str, Any]:
    """Clean, deduplicate and publish articles as one new snapshot.

    Args:
        inputs: Files, folders or globs to read.
        data_dir: The data folder to publish into; made where it does not exist.
        threshold: Jaccard similarity from which two texts are near-duplicates (0.1 to 1).
        containment: Share of one text found in the other from which it is contained (0.1 to 1).
        policy: Who becomes canonical: criteria by weight, separated by commas.
        dry_run: Count what would happen and write nothing.
    """
    settings = Settings.from_mapping(
        {"threshold": threshold, "containment": containment, "policy": policy}
    )
    with progress_bars(enabled=True) as bars:
        run = pipeline.Run(inputs, data_dir, settings, dry_run=dry_run, progress=bars)
        progress = create_progress_artifact(progress=0.0, description="Stages done")
        with run.opened():
            shards = acquire(run)
            _advance(progress, 1)
            cleaned = clean(run, shards)
            _advance(progress, 2)
            detect(run, cleaned)
            _advance(progress, 3)
            elect(run)
            _advance(progress, 4)
            result = pipeline.result_of(run, publish(run))
            _advance(progress, 5)
    create_markdown_artifact(
        key="ingest", markdown=summary(result), description=f"Ingest run {result.run_id}"
    )
    return result.as_dict()


def _say(message: str) -> None:
    get_run_logger().info(message)


def _advance(artifact: object, stages: int) -> None:
    assert isinstance(artifact, UUID)  # a coroutine only where the caller is asynchronous
    update_progress_artifact(artifact, progress=100 * stages / len(STAGES))


def main(arguments: list[str]) -> int:
    """Run the flow once, without a server; gives the exit code."""
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write(f"{__doc__}\nDefault input: seeds/, default output: data/.\n")
        return 0
    try:
        result = ingest(inputs=arguments) if arguments else ingest()
    except DedupeError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    show_result(pipeline.Result(**result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
