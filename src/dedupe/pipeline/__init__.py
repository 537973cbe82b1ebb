"""The pipeline: acquire, clean, detect, elect, publish, in a row over one data folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dedupe.errors import DedupeError, StoreError
from dedupe.pipeline.acquire import acquire
from dedupe.pipeline.clean import clean
from dedupe.pipeline.detect import detect
from dedupe.pipeline.elect import elect
from dedupe.pipeline.publish import publish
from dedupe.pipeline.run import Progress, Run
from dedupe.settings import Settings

__all__ = ["Result", "Run", "acquire", "clean", "detect", "elect", "ingest", "publish", "result_of"]

OUTCOMES = ("articles", "revisions", "duplicates", "rejects", "unchanged")
"""Where a document can end; a run's ``documents`` is the sum of these counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run did.

    ``counts`` has ``documents`` and each of ``OUTCOMES``, with ``promotions``, ``removals`` and
    ``candidates`` besides, and ``left``, the files that are still being written and the links
    beyond ``fetch_limit``; ``relations`` counts verdicts of filed and revised documents.
    ``rebuilt`` is how often the index did not fit the tables and was made anew from them.
    """

    run_id: str
    snapshot: int
    counts: dict[str, int]
    relations: dict[str, int]
    seconds: float
    data_dir: str
    dry_run: bool = False
    rebuilt: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The fields with JSON-ready values."""
        return asdict(self)


def ingest(
    inputs: Sequence[str | Path] | str | Path,
    data_dir: str | Path = "data",
    settings: Settings | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    started_at: dt.datetime | None = None,
) -> Result:
    """Run the whole pipeline on ``inputs`` and publish a snapshot in ``data_dir``.

    Args:
        inputs: files, folders, globs or web addresses; one or several.
        data_dir: the data folder, a path or an address (``s3://bucket/prefix``); made where it does
            not exist.
        settings: defaults to ``Settings()``.
        dry_run: count what would happen, write nothing.
        progress: called with a stage's name, the units done and, where known, the units in all.
        started_at: the run's clock, for reproducible tables; defaults to now.

    Raises:
        InputError: an input does not exist.
        LockedError: another run holds ``data_dir``.
        StoreError: ``data_dir`` cannot be written or is damaged.
    """
    paths = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    run = Run(
        paths,
        data_dir,
        settings or Settings(),
        dry_run=dry_run,
        progress=progress,
        started_at=started_at,
    )
    try:
        with run.opened():
            cleaned = clean(run, acquire(run))
            detect(run, cleaned)
            elect(run)
            return result_of(run, publish(run))
    except DedupeError:
        raise
    except (MemoryError, BrokenProcessPool) as error:  # the kernel kills the largest process
        raise StoreError(
            f"{data_dir}: the run was broken off, probably for lack of memory "
            f"({type(error).__name__}); what was published before is whole, so give it more, or "
            "lower the settings workers, shard_bytes or max_bytes, and run again"
        ) from error
    except OSError as error:  # a full disk, a quota, a share that went away
        raise StoreError(
            f"{data_dir}: the run was broken off ({error}); what was published before is whole, "
            "so make room or mend the disk, and run again"
        ) from error


def result_of(run: Run, snapshot: int) -> Result:
    """The result of a run whose stages are done."""
    names = ("documents", *OUTCOMES, "promotions", "removals", "candidates", "left")
    return Result(
        run_id=run.run_id,
        snapshot=snapshot,
        counts={name: run.counts[name] for name in names},
        relations=dict(sorted(run.relations.items())),
        seconds=round(run.seconds, 3),
        data_dir=str(run.place),
        dry_run=run.dry_run,
        rebuilt=run.rebuilt,
    )
