"""Verify a snapshot: every file, every digest, every reference, every count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dedupe.errors import StoreError
from dedupe.publish.commit import folder_name
from dedupe.publish.durable import digest
from dedupe.publish.history import snapshots
from dedupe.publish.snapshot import SNAPSHOTS, Snapshot
from dedupe.schemas import TABLES


def check_snapshot(snapshot: Snapshot) -> Iterator[str]:
    """Everything that is wrong with a snapshot, a sentence each; nothing where it is whole."""
    damaged = list(_files(snapshot))
    yield from damaged
    if damaged:
        return  # the tables cannot be trusted to be read
    yield from _references(snapshot)
    yield from _counts(snapshot)


def _files(snapshot: Snapshot) -> Iterator[str]:
    listed = {file.path for file in snapshot.manifest.files}
    for table in TABLES:
        found = {
            path.relative_to(snapshot.folder).as_posix()
            for path in (snapshot.folder / table).rglob("*")
            if path.is_file()
        }
        for stray in sorted(found - listed):
            yield f"{stray}: lies in the snapshot but not in its manifest; delete it"
    for file in snapshot.manifest.files:
        path = snapshot.path(file)
        if not path.is_file():
            yield f"{file.path}: listed in the manifest but not there"
        elif path.stat().st_size != file.bytes:
            yield f"{file.path}: {path.stat().st_size} bytes, the manifest says {file.bytes}"
        elif digest(path) != file.sha256:
            yield f"{file.path}: its digest is not the one in the manifest"
        else:
            yield from _schema(snapshot, file.path, file.table, file.rows)


def whole_snapshots(data_dir: Path) -> list[int]:
    """The numbers of the published snapshots of which every file is as it was written.

    Snapshots share the files that did not change between them (hard links), so damage to one file
    damages every snapshot that has it; each is judged by its own files.
    """
    return [
        entry.number
        for entry in snapshots(data_dir)
        if not entry.damage
        and not any(_files(Snapshot(data_dir / SNAPSHOTS / folder_name(entry.number))))
    ]


def damage(snapshot: Snapshot) -> list[str]:
    """What is wrong with the files of a snapshot, a sentence each."""
    return list(_files(snapshot))


def refuse_damaged(data_dir: Path, number: int) -> None:
    """Read all of a snapshot before anybody goes back to it; one that is not there passes.

    Raises:
        StoreError: a file of it is damaged; the message names the snapshots that are whole.
    """
    folder = data_dir / SNAPSHOTS / folder_name(number)
    if folder.is_dir() and (found := damage(Snapshot(folder))):
        whole = ", ".join(map(str, whole_snapshots(data_dir))) or "none: restore a backup"
        raise StoreError(f"snapshot {number}: {found[0]}; whole are {whole}")


def _schema(snapshot: Snapshot, name: str, table: str, rows: int) -> Iterator[str]:
    try:
        metadata = pq.read_metadata(snapshot.folder / name)
    except (pa.ArrowException, OSError) as error:
        yield f"{name}: not a readable Parquet file ({error})"
        return
    if metadata.num_rows != rows:
        yield f"{name}: {metadata.num_rows} rows, the manifest says {rows}"
    present = metadata.schema.to_arrow_schema()
    for field in present:
        if field.name not in TABLES[table].names:
            yield f"{name}: column {field.name} is not in the schema of {table}"
        elif field.type != TABLES[table].field(field.name).type:
            yield f"{name}: column {field.name} is {field.type}, not as in the schema"


def _column(snapshot: Snapshot, table: str, column: str) -> list[str]:
    return [
        value for part in snapshot.batches(table, [column]) for value in part[column].to_pylist()
    ]


def _references(snapshot: Snapshot) -> Iterator[str]:
    articles = _column(snapshot, "articles", "id")
    duplicates = _column(snapshot, "duplicates", "id")
    for identity, times in Counter([*articles, *duplicates]).items():
        if times > 1:
            yield f"document {identity} stands {times} times in articles and duplicates"
    known, canonicals = {*articles, *duplicates}, set(articles)
    for canonical in sorted(set(_column(snapshot, "duplicates", "canonical_id")) - canonicals):
        yield f"canonical {canonical} of some duplicates is not in articles"
    for identity in sorted(set(_column(snapshot, "removals", "article_id")) - known):
        yield f"removals name document {identity}, which is in no table"
    signed = _column(snapshot, "signatures", "id")
    for identity in sorted(set(signed) ^ canonicals):
        yield f"article {identity} and the table of signatures do not agree"


def _counts(snapshot: Snapshot) -> Iterator[str]:
    copies: Counter[str] = Counter()
    for part in snapshot.batches("duplicates", ["canonical_id", "relation"]):
        for canonical, relation in zip(
            part["canonical_id"].to_pylist(), part["relation"].to_pylist(), strict=True
        ):
            copies[canonical] += relation != "revision"
    for part in snapshot.batches("articles", ["id", "copies"]):
        for identity, said in zip(part["id"].to_pylist(), part["copies"].to_pylist(), strict=True):
            if copies[identity] != said:
                yield f"article {identity} says {said} copies, duplicates has {copies[identity]}"
    runs = [
        row
        for part in snapshot.batches("runs", list(TABLES["runs"].names))
        for row in part.to_pylist()
    ]
    for row in runs:
        outcomes = ("unchanged", "articles", "revisions", "duplicates", "rejects")
        total = sum(row[name] for name in outcomes)
        if row["documents"] != total:
            yield f"run {row['run_id']}: {row['documents']} documents, its outcomes make {total}"
    kept = snapshot.counts["articles"] + snapshot.counts["duplicates"]
    taken = sum(row["articles"] + row["revisions"] + row["duplicates"] for row in runs)
    if kept != taken:
        yield f"articles and duplicates hold {kept} rows, the runs took in {taken} documents"
    refused = sum(row["rejects"] for row in runs)
    if snapshot.counts["rejects"] != refused:
        yield f"rejects holds {snapshot.counts['rejects']} rows, the runs rejected {refused}"
