"""An Iceberg table as a target: one transaction an export, which replaces rows by id.

The table's properties say which snapshot it reflects, in the transaction that makes it so; the
summary of the Iceberg snapshot tells it, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.expressions import In, Reference
from pyiceberg.table import Table, Transaction

from dedupe.downstream.feed import Change, Feed
from dedupe.downstream.target import Mark, all_added, whole
from dedupe.errors import SettingsError, StoreError
from dedupe.publish import Snapshot
from dedupe.schemas import TABLES

CATALOG = "catalog.db"
"""The catalog that a folder of tables has in it, where none is named: SQLite, by SQLAlchemy."""

NAMESPACE = "dedupe"
_SNAPSHOT, _STAMP = "dedupe.snapshot", "dedupe.stamp"


class Iceberg:
    """A table of a catalog: of a named one, else of the one in a folder, which it makes."""

    is_file = False
    whole_only = False

    def __init__(self, path: str, table: str, catalog: str | None) -> None:
        """Name the table.

        Args:
            path: a folder; with ``catalog``, a table's name with its namespace.
            table: the table that it holds.
            catalog: a name in pyiceberg's own configuration.
        """
        self._place = path
        self._catalog_name = catalog
        self._schema = TABLES[table]
        self._name = path if catalog else f"{NAMESPACE}.{table}"

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Of two writers at once, the catalog refuses the second."""
        return contextlib.nullcontext()

    def exists(self) -> bool:
        """Whether the catalog has the table."""
        if self._catalog_name is None and not Path(self._place).exists():
            return False
        return self._catalog.table_exists(self._name)

    def mark(self) -> Mark | None:
        """What the table's properties say."""
        try:
            table = self._catalog.load_table(self._name)
        except NoSuchTableError:
            return None
        number, stamp = table.properties.get(_SNAPSHOT), table.properties.get(_STAMP)
        rows = table.properties.get("dedupe.rows")
        if number is None or stamp is None:
            return None
        now = table.current_snapshot()
        held = now.summary["total-records"] if now and now.summary else "0"
        if held != rows:
            raise StoreError(
                f"{self._place}: holds {held} rows where the export left {rows}; others have "
                "changed it. `--full` exports anew"
            )
        return Mark(int(number), stamp)

    def replace(self, after: Snapshot, table: str) -> dict[str, int]:
        """Write all rows in one transaction; earlier snapshots of the table stay to be read."""
        with self._alone():
            if self.exists():
                change = self._table().transaction()
                self._adapt(change)
                noted = self._note(change, after, table)
                change.overwrite(whole(after, table), snapshot_properties=noted)
            else:
                self._catalog.create_namespace_if_not_exists(self._name.rpartition(".")[0])
                change = self._catalog.create_table_transaction(self._name, self._schema)
                noted = self._note(change, after, table)
                change.append(whole(after, table), snapshot_properties=noted)
            change.commit_transaction()
        return all_added(after, table)

    def apply(self, feed: Feed, after: Snapshot) -> dict[str, int]:
        """Delete by id what changed and write it as it is now, in one transaction."""
        with self._alone():
            change = self._table().transaction()
            self._adapt(change)
            properties = self._note(change, after, feed.difference.table)
            replaced: set[str] = set()
            for part in feed.tables():
                replaced.update(part["id"].to_pylist())
            counts = dict(feed.counts)
            known = counts[Change.REVISED] + counts[Change.REMOVED]
            if replaced and not known:
                change.append(self._rows(feed), snapshot_properties=properties)
            elif replaced:
                present = In(term=Reference("id"), values=replaced)  # type: ignore[arg-type]
                if counts[Change.REMOVED] == len(replaced):
                    change.delete(present, snapshot_properties=properties)
                else:
                    change.overwrite(self._rows(feed), present, snapshot_properties=properties)
            change.commit_transaction()
        return counts

    def _rows(self, feed: Feed) -> pa.RecordBatchReader:
        """The rows of the later snapshot in the feed."""
        parts = (part.rows.select(self._schema.names) for part in feed.difference.altered())
        batches = (batch for part in parts for batch in part.cast(self._schema).to_batches())
        return pa.RecordBatchReader.from_batches(self._schema, batches)

    def _table(self) -> Table:
        return self._catalog.load_table(self._name)

    def _adapt(self, change: Transaction) -> None:
        """Columns that were added to the tables since the target was made."""
        there = {field.name for field in change.table_metadata.schema().fields}
        if missing := [field for field in self._schema if field.name not in there]:
            with change.update_schema() as update:
                update.union_by_name(pa.schema(field.with_nullable(True) for field in missing))  # noqa: FBT003

    @staticmethod
    def _note(change: Transaction, after: Snapshot, table: str) -> dict[str, str]:
        properties = {_SNAPSHOT: str(after.number), _STAMP: after.stamp}
        change.set_properties({**properties, "dedupe.rows": str(after.counts[table])})
        return properties

    @cached_property
    def _catalog(self) -> Catalog:
        if self._catalog_name is not None:
            try:
                return load_catalog(self._catalog_name)
            except ValueError as error:
                raise SettingsError(f"catalog: {self._catalog_name}: {error}") from error
        folder = Path(self._place).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return load_catalog(
            NAMESPACE, type="sql", uri=f"sqlite:///{folder / CATALOG}", warehouse=folder.as_uri()
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            yield
        except (CommitFailedException, TableAlreadyExistsError) as error:
            raise StoreError(
                f"{self._place}: another writer changed it meanwhile ({error}); export again"
            ) from error
