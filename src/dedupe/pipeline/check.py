"""Check a data folder: the current snapshot's tables, and the index against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dedupe.detect import Index, pack_ids, unpack_ids
from dedupe.errors import StoreError
from dedupe.objects import is_address
from dedupe.pipeline.place import STATE, remote_of, require, viewed
from dedupe.pipeline.rebuild import known, seen
from dedupe.pipeline.template_state import TEMPLATES, path_of, read
from dedupe.pipeline.witness import signed_otherwise
from dedupe.publish import Snapshot
from dedupe.publish.check import check_snapshot, damage, whole_snapshots
from dedupe.remote.history import problems as stored_problems
from dedupe.remote.tables import read_manifest
from dedupe.schemas import TABLES
from dedupe.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ``check`` found. ``notes`` are things that mend themselves; they are no problem."""

    snapshot: int
    counts: dict[str, int]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    """Where the current snapshot is damaged: the others of which every file is as written."""


def check(data_dir: str | Path) -> Report:
    """Verify every table, digest, reference and count of the current snapshot, and the index.

    A sample of the signatures is made again by datasketch.

    Raises:
        StoreError: nothing is published in ``data_dir``, or the manifest cannot be read.
    """
    require(data_dir)
    if is_address(data_dir):
        report = _as_stored(str(data_dir))
        if report.problems:
            return report  # nothing to be brought here
    with viewed(data_dir) as folder:
        return _as_here(folder)


def _as_stored(address: str) -> Report:
    """The files of the current snapshot in object storage, each read there."""
    mirror, ledger = remote_of(address)
    state, _ = ledger.read()
    manifest = read_manifest(mirror.bucket, state.snapshot)
    counts = {table: manifest.rows(table) for table in TABLES}
    problems = list(stored_problems(mirror.bucket, manifest))
    if manifest.stamp != state.stamp:
        problems.append(f"snapshot {state.snapshot}: not the manifest that was published")
    return Report(snapshot=state.snapshot, counts=counts, problems=problems)


def _as_here(folder: Path) -> Report:
    snapshot = Snapshot.current(folder)
    assert snapshot is not None
    problems = list(check_snapshot(snapshot))
    notes: list[str] = []
    if not problems:
        settings = Settings.from_mapping(dict(snapshot.manifest.settings))
        problems += signed_otherwise(snapshot, settings)
        try:
            index = Index.open(folder / STATE / "index", snapshot.stamp, settings)
        except StoreError as error:
            notes.append(f"index: {error}; the next run rebuilds it, as does `dedupe rebuild`")
        else:
            try:
                problems += _index(snapshot, index)
            except StoreError as error:  # so damaged that it cannot be asked
                problems.append(f"index: {error}; run `dedupe rebuild`")
        if settings.templates:
            try:
                read(path_of(folder / STATE / TEMPLATES, snapshot.stamp))
            except StoreError as error:
                notes.append(f"templates: {error}; the next run learns them again from the tables")
    whole = whole_snapshots(folder) if problems and damage(snapshot) else []
    return Report(
        snapshot=snapshot.number,
        counts=snapshot.counts,
        problems=problems,
        notes=notes,
        whole=whole,
    )


def _index(snapshot: Snapshot, index: Index) -> Iterator[str]:
    """Documents that the tables hold and the index does not know."""
    advice = "run `dedupe rebuild`"
    for table in ("articles", "duplicates"):
        for part in snapshot.batches(table, ["document_id", "raw_hash"]):
            ids, raw = part["document_id"].to_pylist(), part["raw_hash"].to_pylist()
            missing = [
                i for i, flag in zip(ids, known(index, pack_ids(ids)), strict=True) if not flag
            ]
            missing += [i for i, flag in zip(ids, seen(index, ids, raw), strict=True) if not flag]
            for identity in sorted(set(missing)):
                yield f"index: document {identity} of {table} is missing from it; {advice}"
    canonicals = [
        identity
        for part in snapshot.batches("articles", ["id"])
        for identity in part["id"].to_pylist()
    ]
    for identity in sorted(set(canonicals) - set(index.ordinals_of(canonicals))):
        yield f"index: canonical {identity} is missing from it; {advice}"
    listed = {i for segment in index.segments for i in unpack_ids(segment.ids())}
    for identity in sorted(index.ordinals_of(sorted(listed - set(canonicals)))):
        yield f"index: {identity} stands as a canonical in it, but is none; {advice}"
    for problem in index.problems():
        yield f"index: {problem}; {advice}"
