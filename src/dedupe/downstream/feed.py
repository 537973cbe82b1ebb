"""The change feed: what became of every article between two snapshots.

``added``     a new canonical article
``promoted``  a better copy took over the cluster of ``previous_id``: it stands in its place
``revised``   the same article, its row changed; ``changed`` names the columns. A new version of the
              document has ``version`` among them; else only its figures did (``copies``, ``sites``)
``removed``   no article any more: it is filed under ``canonical_id``, or in no table at all (null),
              as after a rollback

Each id has one row at most. Whoever deletes the ids that were ``removed`` and replaces, by id, the
rows of the others has the articles of the later snapshot: a promotion has its own row for the new
canonical and a ``removed`` one for the old, where that is no article any more.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedupe import configuration
from dedupe.downstream.difference import Altered, Difference, files_apart
from dedupe.errors import StoreError
from dedupe.objects import Bucket, is_address
from dedupe.publish import Snapshot
from dedupe.publish.history import published
from dedupe.publish.lease import Lease
from dedupe.remote import RemoteSnapshot
from dedupe.remote.ledgers import ledger_of
from dedupe.schemas import CHANGES, TABLES


class Change(StrEnum):
    """What became of an article; see the module's text."""

    ADDED = "added"
    PROMOTED = "promoted"
    REVISED = "revised"
    REMOVED = "removed"


KEYED = ("articles", "duplicates")
"""Tables whose rows have an id of their own, by which changes can be told and applied."""

_ANY = ("change", "snapshot", "since", "id", "previous_version", "changed")


def feed_schema(table: str) -> pa.Schema:
    """``CHANGES``; for another table the same without what only articles have."""
    if table == "articles":
        return CHANGES
    own = [field.with_nullable(True) for field in TABLES[table] if field.name not in _ANY]  # noqa: FBT003
    return pa.schema([*(CHANGES.field(name) for name in _ANY), *own])


class Feed:
    """The changes of a table from ``before`` (None: from nothing) to ``after``.

    ``counts`` is complete once ``tables`` was read to its end.
    """

    def __init__(self, before: Snapshot | None, after: Snapshot, table: str = "articles") -> None:
        """Compare the manifests; of the files that differ, read ids, clusters and versions."""
        self._before, self._after = before, after
        self.schema = feed_schema(table)
        self.difference = Difference(before, after, table)
        self.since = before.number if before else 0
        self.snapshot = after.number
        self.counts: Counter[str] = Counter({kind.value: 0 for kind in Change})
        told = [name for name in ("id", "version", "cluster_id") if name in TABLES[table].names]
        self._stood = {row["id"]: row for row in self.difference.stood(told)}
        self._holders = {
            row["cluster_id"]: row["id"] for row in self._stood.values() if "cluster_id" in row
        }

    def tables(self) -> Iterator[pa.Table]:
        """Rows of ``schema`` in bounded tables: first what was removed, then the rest.

        The same two snapshots give the same rows in the same order.
        """
        self.counts = Counter({kind.value: 0 for kind in Change})
        if gone := self.difference.gone():
            yield self._removed(gone)
        for altered in self.difference.altered():
            yield self._altered(altered)

    def reader(self) -> pa.RecordBatchReader:
        """``tables`` as a stream that Arrow, pandas, Polars and DuckDB read."""
        batches = (batch for table in self.tables() for batch in table.to_batches())
        return pa.RecordBatchReader.from_batches(self.schema, batches)

    def _removed(self, gone: list[str]) -> pa.Table:
        canonicals = _filed(self._before, self._after, gone) if self._holders else {}
        self.counts[Change.REMOVED] += len(gone)
        rows = [
            {
                **self._envelope(Change.REMOVED, identity, identity),
                "id": identity,
                "cluster_id": self._stood[identity].get("cluster_id"),
                "canonical_id": canonicals.get(identity),
                "changed": [],
            }
            for identity in gone
        ]
        return pa.Table.from_pylist(rows, schema=self.schema)

    def _altered(self, altered: Altered) -> pa.Table:
        ids = altered.rows["id"].to_pylist()
        names = altered.rows.schema.names
        clusters = altered.rows["cluster_id"].to_pylist() if "cluster_id" in names else ids
        told = []
        for identity, cluster, changed in zip(ids, clusters, altered.columns, strict=True):
            holder = self._holders.get(cluster)
            if holder is not None and holder != identity:
                kind, previous = Change.PROMOTED, holder
            elif identity in self._stood:
                kind, previous = Change.REVISED, identity
            else:
                kind, previous = Change.ADDED, None
            self.counts[kind] += 1
            told.append({**self._envelope(kind, identity, previous), "changed": changed})
        columns = [
            altered.rows[field.name]
            if field.name in names
            else pa.array([row[field.name] for row in told], field.type)
            for field in self.schema
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _envelope(self, kind: Change, identity: str, previous: str | None) -> dict[str, Any]:
        stood = self._stood.get(previous) if previous else None
        return {
            "change": kind.value,
            "snapshot": self.snapshot,
            "since": self.since,
            "canonical_id": identity,
            "previous_id": previous,
            "previous_version": stood["version"] if stood else None,
        }


def _filed(before: Snapshot | None, after: Snapshot, ids: list[str]) -> dict[str, str]:
    """Under which canonical former articles are filed now.

    They stood in no file of ``duplicates`` before, so only files that are new can name them.
    """
    wanted = pa.array(ids, pa.string())
    found: dict[str, str] = {}
    for file in files_apart(after, before, "duplicates"):
        rows = after.read(file, ["id", "canonical_id"])
        rows = rows.filter(pc.is_in(rows["id"], value_set=wanted))
        found.update(zip(rows["id"].to_pylist(), rows["canonical_id"].to_pylist(), strict=True))
    return found


def changes(data_dir: str | Path, since: int, until: int) -> pa.RecordBatchReader:
    """The feed from snapshot ``since`` (0: from nothing) to ``until``, which may be the earlier.

    Both are kept from being pruned until the stream was read to its end or is let go of.

    Raises:
        StoreError: one of them was never published, was pruned, or is damaged.
    """
    with contextlib.ExitStack() as stack:
        feed = stack.enter_context(between(data_dir, since, until))
        kept = stack.pop_all()

    def batches() -> Iterator[pa.RecordBatch]:
        with kept:
            for table in feed.tables():
                yield from table.to_batches()

    return pa.RecordBatchReader.from_batches(feed.schema, batches())


@contextlib.contextmanager
def between(data_dir: str | Path, since: int, until: int) -> Iterator[Feed]:
    """The feed of the articles between two snapshots, which are kept meanwhile; see ``changes``."""
    with contextlib.ExitStack() as stack:
        before = leased(data_dir, since, stack) if since else None
        yield Feed(before, leased(data_dir, until, stack))


def leased(
    data_dir: str | Path, number: int, stack: contextlib.ExitStack, advice: str = ""
) -> Snapshot:
    """A published snapshot, kept from being pruned until ``stack`` lets go of it.

    Raises:
        StoreError: as ``published``; ``advice`` ends the message.
    """
    try:
        if is_address(data_dir):
            return _there(str(data_dir), number)
        snapshot = published(Path(data_dir), number)
    except StoreError as error:
        raise StoreError(f"{error}{advice}") from error
    stack.callback(Lease(snapshot.folder).close)
    return snapshot


def _there(address: str, number: int) -> Snapshot:
    """A published snapshot in object storage, where nothing can hold it."""
    bucket = Bucket(address)
    state, _ = ledger_of(bucket, configuration.load().settings.ledger).read()
    if number not in state.published:
        raise StoreError(
            f"snapshot {number}: not in {address}, or pruned; `dedupe snapshots` lists what is"
        )
    return RemoteSnapshot(bucket, number)
