"""The workers of a Dask scheduler against the processes of one run, on the same cores.

    python -m benchmarks engines

A scheduler and two workers run on this machine (extra ``dask``), so that what differs is how work
is given out. The tables of both are compared, but for the columns that tell one run from another.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.contestants import ingest
from benchmarks.end_to_end import warm
from benchmarks.inputs import Corpus, corpora_of
from benchmarks.measuring.command import OnePart
from benchmarks.measuring.figures import Budget, Figures, System, in_turn
from benchmarks.measuring.results import Plan
from benchmarks.measuring.watched import Ran

SECONDS = 360
WORKERS = 2
RUNS_OWN = {"run_id", "first_seen_at", "updated_at"}


def measured(plan: Plan, budget: Budget) -> Figures:
    """Both engines on pages and on texts; whether their tables are equal."""
    warm(plan)
    found: Figures = {}
    for name, corpus in corpora_of(plan).items():
        with _scheduler() as address:
            here, there = plan.work / f"{name}-local", plan.work / f"{name}-dask"
            systems = [
                _system("local", corpus, here),
                _system("Dask", corpus, there, "--scheduler", address),
            ]
            entries = in_turn(systems, budget)
        rates = [each.get("per_second") for each in entries]
        share = round(rates[1] / rates[0], 2) if all(rates) else None
        # A run that was broken off at the end of the time has published nothing to compare.
        whole = all((data / "current").exists() for data in (here, there))
        equal = _tables(here) == _tables(there) if whole else None
        found[name] = {"systems": entries, "share": share, "tables_equal": equal}
    return found


def _system(name: str, corpus: Corpus, data: Path, *options: str) -> System:
    def run(timeout: float) -> Ran:
        shutil.rmtree(data, ignore_errors=True)
        return ingest(corpus.articles, data, timeout, options=options)

    return System(name, corpus.documents, run)


@contextlib.contextmanager
def _scheduler() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def _tables(data: Path) -> dict[str, pa.Table]:
    """Every file's rows as they lie, without what tells one run from another."""
    root = data / "current"
    found = {}
    for path in sorted(root.rglob("*.parquet")):
        name = path.relative_to(root).as_posix()
        if not name.startswith("runs/"):
            rows = pq.read_table(path, partitioning=None)
            found[name] = rows.drop_columns(sorted(RUNS_OWN & set(rows.column_names)))
    return found


_PART = OnePart("engines", SECONDS, measured)
measure, options, main = _PART.measure, _PART.options, _PART.main
