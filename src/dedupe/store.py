"""Reading a data folder from Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from dedupe.errors import StoreError
from dedupe.publish import Snapshot
from dedupe.report import explain


class Store:
    """One snapshot of a data folder, resolved once: what it reads never changes underneath."""

    def __init__(self, data_dir: str | Path) -> None:
        """Resolve ``current``.

        Raises:
            StoreError: nothing was published in ``data_dir`` yet, or it is damaged.
        """
        snapshot = Snapshot.current(Path(data_dir))
        if snapshot is None:
            raise StoreError(
                f"{data_dir}: nothing is published here yet; run `dedupe ingest` into it first"
            )
        self._snapshot = snapshot

    @property
    def snapshot(self) -> int:
        """The number of the snapshot."""
        return self._snapshot.number

    @property
    def path(self) -> Path:
        """The snapshot's folder."""
        return self._snapshot.folder

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
