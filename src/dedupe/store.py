"""Reading a data folder from Python."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa

from dedupe import configuration
from dedupe.errors import InputError, StoreError
from dedupe.objects import Bucket, is_address
from dedupe.publish import Snapshot
from dedupe.publish.lease import Lease
from dedupe.publish.snapshot import CURRENT
from dedupe.remote import RemoteSnapshot
from dedupe.remote.ledgers import ledger_of
from dedupe.report import explain

if TYPE_CHECKING:
    import pyarrow.dataset as ds
    from datasketch import LeanMinHash

    from dedupe.downstream import Export


class Store:
    """One snapshot of a data folder, resolved once: what it reads never changes underneath.

    The snapshot is kept from being pruned until the store is closed, by ``close()`` or the end of
    a ``with`` block, or is let go of. So keep the store as long as its datasets are read. In object
    storage nothing tells who reads: there a snapshot stays for as long as the setting ``grace``
    says after it was replaced.
    """

    def __init__(self, data_dir: str | Path) -> None:
        """Resolve ``current``.

        Raises:
            StoreError: nothing was published in ``data_dir`` yet, or it is damaged.
        """
        self._data_dir = data_dir
        self._snapshot: Snapshot
        self._lease: Lease | None = None
        if is_address(data_dir):
            self._snapshot = _there(str(data_dir))
        else:
            self._snapshot, self._lease = _leased(Path(data_dir))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the snapshot go: it may be pruned from now on. A second call does nothing."""
        if self._lease is not None:
            self._lease.close()

    @property
    def snapshot(self) -> int:
        """The number of the snapshot."""
        return self._snapshot.number

    @property
    def path(self) -> Path:
        """The snapshot's folder.

        Raises:
            StoreError: it lies in object storage; ``address`` says where.
        """
        if isinstance(self._snapshot, RemoteSnapshot):
            raise StoreError(f"{self.address}: in object storage, so no path leads to it")
        return self._snapshot.folder

    @property
    def address(self) -> str:
        """Where the snapshot lies: its folder's path, or its address in object storage."""
        here = self._snapshot
        return here.address if isinstance(here, RemoteSnapshot) else str(here.folder)

    @property
    def tables(self) -> Snapshot:
        """The snapshot itself, for those who read files rather than datasets."""
        return self._snapshot

    @property
    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        return dict(self._snapshot.counts)

    def articles(self) -> ds.Dataset:
        """Canonical articles."""
        return self._snapshot.dataset("articles")

    def duplicates(self) -> ds.Dataset:
        """Documents filed under a canonical article, with the figures of the comparison."""
        return self._snapshot.dataset("duplicates")

    def removals(self) -> ds.Dataset:
        """Passages that were cut, each with its rule."""
        return self._snapshot.dataset("removals")

    def rejects(self) -> ds.Dataset:
        """Inputs that did not become articles, each with its reason."""
        return self._snapshot.dataset("rejects")

    def signatures(self) -> ds.Dataset:
        """MinHash signatures of the canonical articles."""
        return self._snapshot.dataset("signatures")

    def comparisons(self) -> ds.Dataset:
        """Pairs that were compared on their texts: the accepted and the nearly accepted ones."""
        return self._snapshot.dataset("comparisons")

    def runs(self) -> ds.Dataset:
        """One row for each run."""
        return self._snapshot.dataset("runs")

    def minhash(self, identity: str) -> LeanMinHash:
        """The signature of a canonical article as datasketch's object: ``a.jaccard(b)`` estimates.

        Raises:
            InputError: no canonical article has this id.
        """
        from dedupe.detect.signature import lean

        row = self._snapshot.rows("signatures", [identity], ["signature"])
        if not row.num_rows:
            raise InputError(f"{identity}: no canonical article has this id")
        seed = self._snapshot.manifest.settings["seed"]
        return lean(np.array(row["signature"][0].as_py(), np.uint32), seed)

    def explain(self, query: str) -> dict[str, Any]:
        """The whole story of one document; see ``dedupe.report.explain``.

        Raises:
            InputError: no document, or more than one, answers to ``query``.
        """
        return explain(self._snapshot, query)

    def changes(self, since: int) -> pa.RecordBatchReader:
        """What became of every article since snapshot ``since``, which may be a later one, too.

        Gives a stream of rows with the columns of ``dedupe.schemas.CHANGES``: for 0 every article
        as ``added``. See ``data/README.md`` for what each change means.

        Raises:
            StoreError: there is no such snapshot, or it was pruned.
        """
        from dedupe.downstream import changes

        return changes(self._data_dir, since, self.snapshot)

    def export(
        self,
        path: str | Path,
        to: str | None = None,
        *,
        table: str = "articles",
        since: int | None = None,
        full: bool = False,
        catalog: str | None = None,
    ) -> Export:
        """Bring a file or a table of another format to this snapshot.

        The first export is whole; a later one brings what changed since the snapshot that the
        target reflects. One that reflects this snapshot already is left as it is.

        Args:
            path: a file; the folder of a Delta Lake table or of an Iceberg warehouse.
            to: ``jsonl``, ``parquet``, ``delta`` or ``iceberg``; by default as the name ends.
            table: ``articles`` or ``duplicates``.
            since: the snapshot from which to count changes, where the target does not say.
            full: write all rows, in place of whatever is there.
            catalog: a catalog of pyiceberg's configuration; ``path`` is then a table's name in it.

        Raises:
            SettingsError: the arguments do not go together.
            StoreError: the target cannot be brought to this snapshot; it is as it was.
            DedupeError: the format needs a package that is not installed.
        """
        from dedupe.downstream import export_snapshot

        return export_snapshot(
            self.snapshot,
            self._data_dir,
            path,
            to=to,
            table=table,
            since=since,
            full=full,
            catalog=catalog,
        )


def export(
    path: str | Path,
    data_dir: str | Path = "data",
    to: str | None = None,
    **options: Any,  # noqa: ANN401 - of several types
) -> Export:
    """Bring ``path`` to the current snapshot of ``data_dir``; options as for ``Store.export``."""
    with Store(data_dir) as store:
        return store.export(path, to, **options)


def open(data_dir: str | Path = "data") -> Store:  # noqa: A001 - `dedupe.open` is the contract
    """Open a data folder, a path or an address such as ``s3://bucket/prefix``, for reading.

    Raises:
        StoreError: nothing was published there yet, or it is damaged.
    """
    return Store(data_dir)


def _there(address: str) -> Snapshot:
    """The current snapshot of a data folder in object storage."""
    ledger = ledger_of(Bucket(address), configuration.load().settings.ledger)
    snapshot = RemoteSnapshot.current_at(address, ledger)
    if snapshot is None:
        raise StoreError(
            f"{address}: nothing is published here yet; run `dedupe ingest` into it first"
        )
    return snapshot


def _leased(data_dir: Path) -> tuple[Snapshot, Lease]:
    """The current snapshot, and the lease that keeps it."""
    while True:
        snapshot = Snapshot.current(data_dir)
        if snapshot is None:
            raise StoreError(
                f"{data_dir}: nothing is published here yet; run `dedupe ingest` into it first"
            )
        try:
            lease = Lease(snapshot.folder)
        except FileNotFoundError:
            continue  # replaced and pruned between the two lines above
        # Pruning spares the current snapshot. So if this one is still current now that it is held,
        # no pruning can have passed by its lease.
        if data_dir.joinpath(CURRENT).resolve() == snapshot.folder:
            return snapshot, lease
        lease.close()
