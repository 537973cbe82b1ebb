"""The maintain flow: check, cut templates, compact, prune.

``python flows/maintain.py [DATA]`` runs it once. It holds the data folder's lock from the first
step to the last, so no ingest comes between; an ingest that is going on is waited for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import flows.ingest  # noqa: F401, I001 - it sets what Prefect reads when it is imported, so it is first
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State
from prefect.states import Failed
from pydantic import Field

from dedupe.errors import DedupeError
from dedupe.pipeline import upkeep
from dedupe.pipeline.check import check as check_folder
from dedupe.pipeline.lock import Held, locked
from dedupe.pipeline.place import require
from dedupe.pipeline.template_upkeep import strip_earlier

KEEP = 100
WAIT = 600


@task(cache_policy=NO_CACHE)
def check(data_dir: str, held: Held) -> list[str]:
    """Every table, digest, reference and count, and the index; gives the problems.

    The index is a cache: where the tables are whole and it is not, it is built anew.
    """
    report = check_folder(data_dir)
    if report.problems and all(problem.startswith("index:") for problem in report.problems):
        for problem in report.problems:
            get_run_logger().warning(problem)
        get_run_logger().warning("the tables are whole; building the index anew")
        upkeep.mend(held)
        report = check_folder(data_dir)
    for problem in report.problems:
        get_run_logger().error(problem)
    return report.problems


@task(cache_policy=NO_CACHE)
def cut_templates(held: Held) -> dict[str, int]:
    """Passages learnt to be a site's template, cut from documents that were read before."""
    return strip_earlier(held)


@task(cache_policy=NO_CACHE)
def compact(held: Held) -> dict[str, Any]:
    """Small files folded together in a new snapshot with the same rows."""
    return upkeep.fold(held)


@task(cache_policy=NO_CACHE)
def prune(held: Held, keep: int) -> list[int]:
    """Old snapshots dropped, but for the current one and those that a reader holds."""
    dropped: list[int] = upkeep.drop(held, keep)["dropped"]
    return dropped


@flow(name="maintain", validate_parameters=True)
def maintain(
    data_dir: str = "data",
    keep: Annotated[int, Field(ge=1, le=10_000)] = KEEP,
    wait: Annotated[int, Field(ge=0, le=86_400)] = WAIT,
    templates: bool = True,  # noqa: FBT001, FBT002 - a flow's parameters are flat
) -> dict[str, Any] | State[Any]:
    """Check a data folder, cut templates, compact small files and drop old snapshots.

    Args:
        data_dir: The data folder, a path or an address such as s3://bucket/prefix.
        keep: How many snapshots to keep, the newest first (1 to 10000).
        wait: Seconds to wait for an ingest to end; 0 gives up at once (0 to 86400).
        templates: Cut passages that a site repeats from its earlier documents too.
    """
    try:
        # The lock's folder is made where it is missing: a mistyped name must not leave one behind.
        require(data_dir)
        with locked(data_dir, wait) as held:
            problems = check(data_dir, held)
            if problems:
                # Compacting would carry the damage on, and pruning drop the last whole snapshot.
                return Failed(message=f"{len(problems)} problems, the first: {problems[0]}")
            cut = cut_templates(held) if templates else {"stripped": 0, "passages": 0}
            done = {**cut, **compact(held), "dropped": prune(held, keep)}
    except DedupeError as error:  # foreseen: the message says it all, a trace would bury it
        return Failed(message=str(error))
    create_markdown_artifact(
        key="maintain", markdown=summary(done), description=f"Upkeep of {data_dir}"
    )
    return done


def summary(done: dict[str, Any]) -> str:
    """What was done, in four lines."""
    before, after, dropped = done["files_before"], done["files_after"], done["dropped"]
    folded = (
        f"{before} files folded into {after}"
        if after < before
        else f"{after} files, nothing to fold"
    )
    gone = ", ".join(map(str, dropped)) or "none"
    templates = (
        f"{done['passages']} passages cut from {done['stripped']} documents"
        if done["stripped"]
        else "nothing to cut"
    )
    return (
        f"checked: clean\ntemplates: {templates}\n"
        f"compacted: {folded}, snapshot {done['snapshot']}\ndropped: {gone}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once, without a server; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", default="data", help="the data folder")
    parser.add_argument("--keep", type=int, default=KEEP, help="snapshots to keep (%(default)s)")
    parser.add_argument(
        "--wait", type=int, default=WAIT, help="seconds to wait for an ingest (%(default)s)"
    )
    chosen = parser.parse_args(arguments)
    state = maintain(chosen.data, chosen.keep, chosen.wait, return_state=True)
    if not state.is_completed():
        sys.stderr.write(f"error: {state.message}\n")
        return 1
    result = state.result()
    assert isinstance(result, dict)
    sys.stdout.write(summary(result) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
