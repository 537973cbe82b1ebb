"""Who runs end to end, each as a command of its own: raw input in, Parquet out."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.inputs import Corpus, sample
from benchmarks.measuring.figures import Figures, System
from benchmarks.measuring.watched import Ran, watch
from benchmarks.peers import environments

FEW = 16
"""Documents of a run that shows what a peer takes to start."""

PEERS = Path(__file__).parent / "peers"


def ingest(
    inputs: Path,
    data: Path,
    timeout: float,
    *,
    cores: int | None = None,
    options: tuple[str, ...] = (),
) -> Ran:
    """Our command, on the inputs, into the data folder as it is."""
    command = [sys.executable, "-m", "dedupe", "ingest", inputs, "--data", data, "--json", *options]
    workers = {"DEDUPE_WORKERS": str(cores)} if cores else {}
    return watch(command, timeout=timeout, cores=cores, environment=workers)


def told(ran: Ran) -> dict[str, Any]:
    """What our command says of its run."""
    found: dict[str, Any] = json.loads(ran.output)
    return found


def ours(corpus: Corpus, data: Path, rounds: int = 3, cores: int | None = None) -> System:
    """Our pipeline, first run into an empty data folder."""

    def run(timeout: float) -> Ran:
        shutil.rmtree(data, ignore_errors=True)
        return ingest(corpus.articles, data, timeout, cores=cores)

    kept = data / "current" / "articles"
    return System("ours", corpus.documents, run, rounds, judge=lambda: judged(corpus, kept))


def peer(name: str, corpus: Corpus, work: Path, rounds: int, *, html: bool, note: str) -> System:
    """A peer's pipeline: ``naive``, ``datatrove`` or ``text-dedup``."""
    script = PEERS / ("naive.py" if name == "naive" else f"{name.replace('-', '_')}_pipeline.py")
    more = ["--html"] if html and name == "datatrove" else []
    out = work / f"{name}-{corpus.folder.name}"
    first = sample(corpus, FEW)

    def run(timeout: float, corpus: Corpus = corpus, out: Path = out) -> Ran:
        reason = environments.missing(name)
        if reason:
            return Ran(seconds=0, cpu_seconds=0, peak_mb=0, output="", fault=reason)
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        command = [
            environments.python(name),
            script,
            corpus.articles.resolve(),
            out.resolve(),
            *more,
        ]
        return watch(command, timeout=timeout, environment=environments.OFFLINE)

    return System(
        name,
        corpus.documents,
        run,
        rounds,
        note,
        start=lambda timeout: run(timeout, first, work / f"{name}-start"),
        judge=lambda: judged(corpus, out / "kept"),
    )


def judged(corpus: Corpus, kept: Path) -> Figures:
    """What was kept and, where copies were planted, what that is worth.

    A story of which nothing is left was lost by a wrong merge; what is left of a story beyond one
    article is a copy that was not found.
    """
    import duckdb

    # None of what lies there carries a table of another shape: every file has its address.
    files = f"read_parquet('{kept}/**/*.parquet', union_by_name = true)"
    with duckdb.connect() as connection:
        rows = connection.execute(f"select count(*) from {files}").fetchone()
        found: Figures = {"kept": rows[0] if rows else 0}
        if corpus.truth:
            query = f"""
                with kept as (select distinct url from {files}), stories as (
                    select story, count(kept.url) as left_of
                    from '{corpus.truth}' as truth left join kept using (url) group by story)
                select count(*), count(*) filter (left_of = 0),
                    coalesce(sum(greatest(left_of - 1, 0)), 0) from stories"""
            row = connection.execute(query).fetchone()
            assert row
            found |= {"stories": row[0], "stories_lost": row[1], "copies_left": int(row[2])}
        return found
