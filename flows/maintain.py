"""The maintain flow: check, compact, prune. ``python flows/maintain.py`` runs it once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State
from prefect.states import Failed
from pydantic import Field

import flows.ingest  # noqa: F401 - it sets what Prefect reads when it is imported
from dedupe.errors import DedupeError
from dedupe.pipeline import upkeep
from dedupe.pipeline.check import check as check_folder


@task(cache_policy=NO_CACHE)
def check(data_dir: str) -> list[str]:
    """Every table, digest, reference and count, and the index; gives the problems."""
    report = check_folder(data_dir)
    for problem in report.problems:
        get_run_logger().error(problem)
    return report.problems


@task(cache_policy=NO_CACHE)
def compact(data_dir: str) -> dict[str, Any]:
    """Small files folded together in a new snapshot with the same rows."""
    return upkeep.compact(data_dir)


@task(cache_policy=NO_CACHE)
def prune(data_dir: str, keep: int) -> dict[str, Any]:
    """Old snapshots dropped, but for the current one and those that a reader holds."""
    return upkeep.prune(data_dir, keep)


@flow(name="maintain")
def maintain(
    data_dir: str = "data", keep: Annotated[int, Field(ge=1, le=10_000)] = 100
) -> dict[str, Any] | State[Any]:
    """Check a data folder, compact its small files and drop old snapshots.

    Args:
        data_dir: The data folder.
        keep: How many snapshots to keep, the newest first (1 to 10000).
    """
    try:
        problems = check(data_dir)
        if problems:
            # Compacting would carry the damage on, and pruning might drop the last whole snapshot.
            return Failed(message=f"{len(problems)} problems, the first: {problems[0]}")
        return {**compact(data_dir), **prune(data_dir, keep)}
    except DedupeError as error:
        return Failed(message=str(error))


if __name__ == "__main__":
    state = maintain(*sys.argv[1:2], return_state=True)
    raise SystemExit(0 if state.is_completed() else 1)
