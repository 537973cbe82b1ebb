"""Reading a data folder from Python."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow.dataset as ds

from dedupe.errors import StoreError
from dedupe.publish import Snapshot
from dedupe.publish.lease import Lease
from dedupe.publish.snapshot import CURRENT
from dedupe.report import explain


class Store:
    """One snapshot of a data folder, resolved once: what it reads never changes underneath.

    The snapshot is kept from being pruned until the store is closed, by ``close()`` or the end of
    a ``with`` block, or is let go of. So keep the store as long as its datasets are read.
    """

    def __init__(self, data_dir: str | Path) -> None:
        """Resolve ``current``.

        Raises:
            StoreError: nothing was published in ``data_dir`` yet, or it is damaged.
        """
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
        self._lease.close()

    @property
    def snapshot(self) -> int:
        """The number of the snapshot."""
        return self._snapshot.number

    @property
    def path(self) -> Path:
        """The snapshot's folder."""
        return self._snapshot.folder

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

    def explain(self, query: str) -> dict[str, Any]:
        """The whole story of one document; see ``dedupe.report.explain``.

        Raises:
            InputError: no document, or more than one, answers to ``query``.
        """
        return explain(self._snapshot, query)


def open(data_dir: str | Path = "data") -> Store:  # noqa: A001 - `dedupe.open` is the contract
    """Open a data folder for reading.

    Raises:
        StoreError: nothing was published there yet, or it is damaged.
    """
    return Store(data_dir)


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
