"""The ingest flow: the five stages as Prefect tasks. ``python flows/ingest.py [INPUT...]`` runs it.

The tasks are thin: each calls the stage of the same name in ``dedupe.pipeline`` and passes on paths
and counts, never texts. Nothing is cached by Prefect: what was done before is known by content.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

# Prefect reads these when it is imported; what the operator has set stays. Analytics log errors
# where there is no network, and two cold starts at once take longer than the 20 s allowed.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "dedupe")
logging.getLogger("dedupe").setLevel(logging.INFO)
# A script finds what lies beside it, a worker does not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from prefect import Task, flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State, TaskRun
from prefect.states import Failed
from pydantic import Field

from dedupe import configuration, pipeline
from dedupe.errors import DedupeError, SettingsError
from dedupe.pipeline.run import Progress
from dedupe.settings import POLICIES, Settings, split_names
from dedupe.terminal import progress_bars, show_result
from dedupe.transient import is_transient
from flows.alerts import announce
from flows.summary import summary

STAGES = ("acquire", "clean", "detect", "elect", "publish")

LOG_EVERY = 5.0
"""Seconds between two log lines of a stage that takes longer."""

POLICY = r"^\s*({0})\s*(,\s*({0})\s*)*$".format("|".join(POLICIES))
"""What the server accepts as a policy, so that a slip is refused before there is a run."""


def _configured() -> Settings:
    """The form's defaults: file and environment; what is wrong with those, a run says."""
    try:
        return configuration.load().settings
    except SettingsError:
        return Settings()


def _passing(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, Exception) and is_transient(error)


_default = _configured()

# A stage that breaks leaves nothing behind, so it can be tried again: where the disk was away for
# a moment, not where the input or the code is at fault.
STAGE: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "retries": 3,
    "retry_delay_seconds": [1, 10, 60],
    "retry_condition_fn": _passing,
}


@task(**STAGE)
def acquire(run: pipeline.Run) -> list[Path]:
    """Inputs to staged documents."""
    shards = pipeline.acquire(run)
    _say(f"{run.counts['documents']} documents, {run.counts['unchanged']} ingested before")
    return shards


@task(**STAGE)
def clean(run: pipeline.Run, shards: list[Path]) -> list[Path]:
    """Staged documents to staged articles."""
    cleaned = pipeline.clean(run, shards)
    _say(f"{run.counts['cleaned']} articles, {run.counts['rejects']} rejects")
    return cleaned


@task(**STAGE)
def detect(run: pipeline.Run, shards: list[Path]) -> int:
    """Staged articles to verified pairs, in the batch and against all history."""
    compared = pipeline.detect(run, shards)
    _say(f"{compared} pairs compared on their texts")
    return compared


@task(**STAGE)
def elect(run: pipeline.Run) -> None:
    """Verified pairs to clusters with one canonical each."""
    pipeline.elect(run)
    _say(f"{run.counts['articles']} new articles, {run.counts['duplicates']} duplicates")


@task(**STAGE)
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
    policy: Annotated[str, Field(pattern=POLICY)] = ",".join(_default.policy),
    dry_run: bool = False,  # noqa: FBT001, FBT002 - a form field
) -> dict[str, Any] | State[Any]:
    """Clean, deduplicate and publish articles as one new snapshot.

    Args:
        inputs: Files, folders, globs or web addresses to read.
        data_dir: The data folder to publish into, a path or an address such as
            s3://bucket/prefix; made where it does not exist.
        threshold: Jaccard similarity from which two texts are near-duplicates (0.1 to 1).
        containment: Share of one text found in the other from which it is contained (0.1 to 1).
        policy: Who becomes canonical: criteria by weight, separated by commas; of complete,
            version, source, first, published, id.
        dry_run: Count what would happen and write nothing.
    """
    try:
        chosen = {"threshold": threshold, "containment": containment, "policy": split_names(policy)}
        settings = configuration.load(chosen, caller="flow parameter").settings
        with progress_bars(enabled=True) as bars:
            run = pipeline.Run(inputs, data_dir, settings, dry_run=dry_run, progress=_watched(bars))
            with run.opened():
                result = _stages(run)
    except DedupeError as error:  # foreseen: the message says it all, a trace would bury it
        return Failed(message=str(error))
    create_markdown_artifact(
        key="ingest", markdown=summary(result), description=f"Ingest run {result.run_id}"
    )
    announce(result)
    return result.as_dict()


def _stages(run: pipeline.Run) -> pipeline.Result:
    done = create_progress_artifact(progress=0.0, key="ingest-stages", description="Stages done")
    shards = acquire(run)
    _advance(done, 1)
    cleaned = clean(run, shards)
    _advance(done, 2)
    detect(run, cleaned)
    _advance(done, 3)
    elect(run)
    _advance(done, 4)
    result = pipeline.result_of(run, publish(run))
    _advance(done, 5)
    return result


def _watched(bars: Progress) -> Progress:
    """Progress that also goes to the run's log every few seconds, with its rate."""
    begun: dict[str, float] = {}
    said = time.monotonic()

    def watch(stage: str, units: int, total: int | None) -> None:
        nonlocal said
        bars(stage, units, total)
        now = time.monotonic()
        since = now - begun.setdefault(stage, now)
        if now - said >= LOG_EVERY and since:
            said = now
            of = f" of {total}" if total else ""
            _say(f"{stage}: {units}{of}, {units / since:.0f}/s")

    return watch


def _say(message: str) -> None:
    get_run_logger().info(message)


def _advance(artifact: object, stages: int) -> None:
    assert isinstance(artifact, UUID)  # a coroutine only where the caller is asynchronous
    update_progress_artifact(artifact, progress=100 * stages / len(STAGES))


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once, without a server; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "inputs", nargs="*", default=["seeds/"], help="files, folders, globs, addresses (seeds/)"
    )
    parser.add_argument("--data", default="data", help="the data folder (%(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, no more")
    chosen = parser.parse_args(arguments)
    state = ingest(
        inputs=chosen.inputs, data_dir=chosen.data, dry_run=chosen.dry_run, return_state=True
    )
    if not state.is_completed():
        sys.stderr.write(f"error: {state.message}\n")
        return 1
    result = state.result()
    assert isinstance(result, dict)
    show_result(pipeline.Result(**result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
