"""A Delta Lake table as a target: one commit an export, by MERGE on the id.

The table's own transaction identifiers (``txn`` actions, which checkpoints keep) say which snapshot
it reflects, in the commit that makes it so. ``dedupe.snapshot`` in the commit's metadata tells
people.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from dedupe.downstream.feed import Feed
from dedupe.downstream.target import Mark, all_added, whole
from dedupe.errors import SettingsError, StoreError
from dedupe.publish import Snapshot
from dedupe.schemas import TABLES

_LEFT_BEHIND = re.compile(r"_delta_log|part-\d{5}-[0-9a-f-]{36}-c\d{3}(\.\w+)?\.parquet(#\d+)?")
"""What a first export that died leaves: data files, whole or not (``#1``), that no log names."""


class Delta:
    """The Delta Lake table in a folder."""

    is_file = False
    whole_only = False

    def __init__(self, path: Path, table: str) -> None:
        """Name the table.

        Raises:
            SettingsError: the library would take part of the path for an escape.
        """
        if unquote(str(path.resolve())) != str(path.resolve()):
            raise SettingsError(
                f"{path}: its name looks percent-encoded, which Delta Lake would decode; choose "
                "another folder"
            )
        self._path = path
        self._names = TABLES[table].names
        self._apps = f"dedupe.{table}.snapshot", f"dedupe.{table}.stamp", f"dedupe.{table}.rows"

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Of two writers at once, Delta Lake refuses the second."""
        return contextlib.nullcontext()

    def exists(self) -> bool:
        """Whether there is a table, or something else that is not ours."""
        if DeltaTable.is_deltatable(self._path):
            return True
        return self._path.exists() and any(
            not _LEFT_BEHIND.fullmatch(path.name) for path in self._path.iterdir()
        )

    def mark(self) -> Mark | None:
        """What the table's log says."""
        if not DeltaTable.is_deltatable(self._path):
            return None
        table = DeltaTable(self._path)
        number, stamp, rows = (table.transaction_version(app) for app in self._apps)
        if number is None or stamp is None:
            return None
        found = table.get_add_actions().column("num_records").to_pylist()
        if None not in found and sum(found) != rows:
            raise StoreError(
                f"{self._path}: holds {sum(found)} rows where the export left {rows}; others have "
                "changed it. `--full` exports anew"
            )
        return Mark(number, f"{number:06d}-{stamp.to_bytes(8, 'big', signed=True).hex()}")

    def replace(self, after: Snapshot, table: str) -> dict[str, int]:
        """Write all rows in one commit; earlier versions of the table stay to be read."""
        if self.exists() and not DeltaTable.is_deltatable(self._path):
            raise StoreError(f"{self._path}: holds something else; export to a folder of its own")
        with self._alone():
            write_deltalake(
                self._path,
                whole(after, table),
                mode="overwrite",
                schema_mode="overwrite",
                commit_properties=self._commit(after, table),
            )
        return all_added(after, table)

    def apply(self, feed: Feed, after: Snapshot) -> dict[str, int]:
        """Merge the changes in one commit."""
        here = DeltaTable(self._path)
        columns = {name: f"s.{name}" for name in self._names}
        commit = self._commit(after, feed.difference.table)
        with self._alone():
            (
                here.merge(
                    feed.reader(),
                    "t.id = s.id",
                    source_alias="s",
                    target_alias="t",
                    commit_properties=commit,
                )
                .when_matched_delete("s.change = 'removed'")
                .when_matched_update(columns)
                .when_not_matched_insert(columns, predicate="s.change <> 'removed'")
                .execute()
            )
            if DeltaTable(self._path).transaction_version(self._apps[0]) != after.number:
                # An empty merge commits nothing.
                here = DeltaTable(self._path)
                here.create_write_transaction([], "append", here.schema(), commit_properties=commit)
        return dict(feed.counts)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            yield
        except CommitFailedError as error:
            raise StoreError(
                f"{self._path}: another writer changed it meanwhile ({error}); export again"
            ) from error
        except DeltaError as error:
            raise StoreError(f"{self._path}: cannot be written ({error})") from error

    def _commit(self, after: Snapshot, table: str) -> CommitProperties:
        # The digest in a snapshot's name has the 64 bits that a transaction's version has.
        digest = int.from_bytes(bytes.fromhex(after.stamp.partition("-")[2]), "big", signed=True)
        values = after.number, digest, after.counts[table]
        return CommitProperties(
            custom_metadata={"dedupe.snapshot": str(after.number), "dedupe.stamp": after.stamp},
            app_transactions=[
                Transaction(app, value) for app, value in zip(self._apps, values, strict=True)
            ],
        )
