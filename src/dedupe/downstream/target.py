"""What an export writes to: it knows which snapshot it reflects, and takes the next in one step."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from dedupe.downstream.feed import Feed
from dedupe.downstream.ordered import ordered
from dedupe.publish import Snapshot
from dedupe.schemas import TABLES


@dataclass(frozen=True, slots=True)
class Mark:
    """Which snapshot a target reflects, by number and by the name of its content.

    ``since`` is the snapshot from which a file of changes counts; 0 where the target is whole.
    ``clean`` is False where an export that died left something behind.
    """

    snapshot: int
    stamp: str
    since: int = 0
    clean: bool = True

    @classmethod
    def of(cls, snapshot: Snapshot, since: int = 0) -> Mark:
        """The mark of what reflects ``snapshot``."""
        return cls(snapshot.number, snapshot.stamp, since)

    def is_of(self, snapshot: Snapshot) -> bool:
        """Whether it stands for this very snapshot, and not for one of its number elsewhere."""
        return (self.snapshot, self.stamp) == (snapshot.number, snapshot.stamp)


class Target(Protocol):
    """A file or table that holds one table of a data folder."""

    is_file: bool
    """Whether it is one file, which holds a whole table or the changes since a snapshot."""

    whole_only: bool
    """Whether it can only be written anew: nothing can be added to it."""

    def held(self) -> contextlib.AbstractContextManager[object]:
        """Keep other exports away, where the format does not do so itself."""
        ...

    def exists(self) -> bool:
        """Whether something is there."""
        ...

    def mark(self) -> Mark | None:
        """What it reflects; None where it does not say.

        Raises:
            StoreError: others have changed what is there.
        """
        ...

    def replace(self, after: Snapshot, table: str) -> dict[str, int]:
        """Write all rows, in place of whatever is there; gives the changes from nothing."""
        ...

    def apply(self, feed: Feed, after: Snapshot) -> dict[str, int]:
        """Bring what is there to ``after``; gives how many changes of each kind that took."""
        ...


def whole(after: Snapshot, table: str) -> pa.RecordBatchReader:
    """All rows of a table as a stream, in one order whatever files they lie in."""
    batches = (batch for part in ordered(after, table) for batch in part.to_batches())
    return pa.RecordBatchReader.from_batches(TABLES[table], batches)


def all_added(after: Snapshot, table: str) -> dict[str, int]:
    """The counts of a whole export."""
    return {"added": after.counts[table], "promoted": 0, "revised": 0, "removed": 0}
