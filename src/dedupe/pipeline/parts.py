"""Large files of a run, read part by part on every core."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dedupe.acquire import Input
from dedupe.acquire import acquire as acquire_inputs
from dedupe.acquire.arrival import Stamp, Visits, stamp_of, why_unfinished
from dedupe.acquire.cuts import Span, count_lines, parts, spans
from dedupe.article import Document
from dedupe.detect import I64, Index, IndexDamageError
from dedupe.errors import StoreError
from dedupe.pipeline import staging
from dedupe.pipeline.batch import packed
from dedupe.pipeline.engine import DiedError
from dedupe.pipeline.rebuild import seen
from dedupe.pipeline.run import Run
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings


@dataclass(frozen=True, slots=True)
class Cut:
    """A large file: its state before it was read, and its parts."""

    stamp: Stamp
    parts: list[Input]


def large_files(run: Run, visits: Visits) -> dict[Input, Cut]:
    """The inputs that are read part by part; one that is being written has no parts."""
    stamps: dict[Input, Stamp] = {}
    cut: dict[Input, list[Span]] = {}
    found: dict[Input, Cut] = {}
    for target in run.found:
        stamp = stamp_of(target) if target.address is None else None
        if stamp is None or not (of_file := spans(target)):
            continue
        if why := why_unfinished(target, stamp, run.settings.settle):
            visits.leave(target, why)
            found[target] = Cut(stamp, [])
        else:
            stamps[target], cut[target] = stamp, of_file
    tasks = [
        (target.path, max(begin - 1, 0), end - 1)
        for target, of_file in cut.items()
        for begin, end in of_file
    ]
    size = sum(end - begin for _, begin, end in tasks)
    # To its end: left before it, the map would end the processes that read the parts next.
    counted = iter([*run.engine.map(count_lines, tasks, size)])
    for target, of_file in cut.items():
        lines = [_counted(next(counted)) for _ in of_file]
        if made := parts(of_file, lines):
            again = [
                dataclasses.replace(target, path=target.path.absolute(), part=part, awaited=False)
                for part in made
            ]
            found[target] = Cut(stamps[target], again)
    return found


def _counted(found: tuple[int, bool] | DiedError) -> tuple[int, bool]:
    if isinstance(found, DiedError):
        raise found
    return found


def read_parts(run: Run, cut: Mapping[Input, Cut], visits: Visits) -> None:
    """Read the parts into shards of their own. What stands twice in the run counts once.

    Of several documents that are the same, the first stays: in a file that is read in one go, else
    in the first part.
    """
    known = bool(run.index.segments)
    index = (run.index.folder.absolute(), run.index.manifest.stamp) if known else None
    every = [part for each in cut.values() for part in each.parts]
    tasks = [
        (target, run.settings, run.staging, f"part-{at:05d}.arrow", index)
        for at, target in enumerate(every)
    ]
    size = sum(target.part.end - target.part.begin for target in every if target.part)
    results = zip(tasks, run.engine.map(read_part, tasks, size), strict=True)
    for target, of_file in cut.items():
        readable = True
        for part in of_file.parts:
            task, read = next(results)
            counts = _died(task, read) if isinstance(read, DiedError) else read
            readable = readable and not isinstance(read, DiedError) and not _unreadable(task)
            if part is of_file.parts[-1]:
                after = stamp_of(target)
                if target.awaited and after != of_file.stamp:
                    # Its last line may not be whole. The next run finds the others unchanged.
                    visits.leave(target, "it changed while it was read")
                    _unlink(task)
                    continue
                if readable and after == of_file.stamp:
                    visits.finished.append((target, of_file.stamp))
            run.counts["documents"] += sum(counts)
            run.counts["rejects"] += counts[1]
            run.counts["unchanged"] += counts[2]
            run.progress("acquire", run.counts["documents"], None)
    next(results, None)  # to the map's end, so that its processes go on to clean
    if tasks:
        _drop_twins(run)


def _unreadable(task: tuple[Any, ...]) -> bool:
    reasons = staging.read(task[2] / f"rejects-read-{task[3]}")["reason"].to_pylist()
    return Reason.UNREADABLE.value in reasons


def _unlink(task: tuple[Any, ...]) -> None:
    for kind in ("documents", "rejects-read"):
        (task[2] / f"{kind}-{task[3]}").unlink()


def read_part(
    target: Input, settings: Settings, folder: Path, name: str, index: tuple[Path, str] | None
) -> tuple[int, int, int]:
    """Read one part into ``documents-`` and ``rejects-read-`` files of this name.

    Args:
        target: the file and its part.
        settings: the run's.
        folder: where the staged files go.
        name: what they are called behind their kind.
        index: folder and stamp of what knows the documents of earlier runs; None if nothing does.

    Returns:
        How many documents, rejects and unchanged documents there are.

    Raises:
        IndexDamageError: the index is not any more as the run found it.
    """
    before = _opened(*index, settings) if index else None

    def ingested(pairs: Sequence[tuple[str, str]]) -> list[bool]:
        if before is None:
            return [False] * len(pairs)
        return seen(before, [pair[0] for pair in pairs], [pair[1] for pair in pairs])

    documents: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    unchanged = 0
    for item in acquire_inputs([target], settings, ingested):
        match item:
            case Document():
                documents.append(staging.document_row(item))
            case Reject():
                rejects.append(staging.reject_row(item))
            case Unchanged():
                unchanged += 1
    staging.write(folder / f"rejects-read-{name}", staging.REFUSED, rejects)
    staging.write(folder / f"documents-{name}", staging.DOCUMENTS, documents)
    return len(documents), len(rejects), unchanged


def _opened(folder: Path, stamp: str, settings: Settings) -> Index:
    """The index that the run has open: what is wrong with it now came since, and can heal."""
    try:
        return Index.open(folder, stamp, settings)
    except StoreError as error:
        raise IndexDamageError(str(error)) from error


def _died(task: tuple[Any, ...], error: DiedError) -> tuple[int, int, int]:
    """One reject for all that a part holds."""
    target, _, folder, name, _ = task
    size = target.part.end - target.part.begin
    reject = Reject.of_input(
        f"{target.source}#{target.part.line}",
        Reason.FAILED,
        f"the process that read {size} bytes from this line on died: {error}",
        size=size,
    )
    staging.write(folder / f"rejects-read-{name}", staging.REFUSED, [staging.reject_row(reject)])
    staging.write(folder / f"documents-{name}", staging.DOCUMENTS, [])
    return 0, 1, 0


def _drop_twins(run: Run) -> None:
    """Take out of the shards what came up before in the run, with the same content."""
    paths = [*run.shards("documents"), *run.shards("rejects")]
    tables = [staging.read(path).select(["id", "raw_hash"]) for path in paths]
    halves = np.concatenate([_identities(table) for table in tables])
    order = np.lexsort((np.arange(len(halves)), halves[:, 1], halves[:, 0]))
    ranked = halves[order]
    twin = np.zeros(len(halves), np.bool_)
    twin[order[1:]] = (ranked[1:] == ranked[:-1]).all(axis=1)
    start = 0
    for path, table in zip(paths, tables, strict=True):
        here = twin[start : start + table.num_rows]
        start += table.num_rows
        if here.any():
            rest = staging.read(path).filter(pa.array(~here))
            staging.write_table(path, rest)
            run.counts["unchanged"] += int(here.sum())
            if path.name.startswith("rejects-"):
                run.counts["rejects"] -= int(here.sum())


def _identities(table: pa.Table) -> I64:
    """A number of 128 bits for identity and content of each row, in two halves."""
    one, other = (packed(table[name]).view(">u8").astype(np.uint64) for name in table.column_names)
    mixed = (one + np.uint64(3) * other).reshape(-1, 2)
    return mixed.view(np.int64)
