"""Clean texts by id, wherever they lie: in the batch's staged shards or in the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from dedupe.pipeline import staging
from dedupe.pipeline.versions import Entry
from dedupe.publish import Snapshot


class Texts:
    """The texts that detect and elect compare."""

    def __init__(self, shards: Sequence[Path], snapshot: Snapshot | None) -> None:
        """Map the shards; no text is read yet."""
        self.shards: list[pa.Table] = [staging.read(shard) for shard in shards]
        self._snapshot = snapshot
        self._batch: dict[str, Entry] = {}
        self._history: dict[str, str] = {}

    def register(self, entries: Sequence[Entry]) -> None:
        """Make the texts of ``entries`` known by their ids."""
        self._batch.update((entry.id, entry) for entry in entries)

    def remember(self, texts: dict[str, str]) -> None:
        """Make texts that were read elsewhere known by id."""
        self._history.update(texts)

    def of(self, entry: Entry) -> str:
        """The text of one entry of the batch."""
        return str(self.shards[entry.shard].column("text")[entry.row].as_py())

    def fetch(self, ids: Sequence[str]) -> dict[str, str]:
        """Texts by id; the batch goes before the snapshot, which is read once for each id."""
        found = {
            identity: self.of(self._batch[identity]) for identity in ids if identity in self._batch
        }
        missing = [i for i in ids if i not in found and i not in self._history]
        if missing and self._snapshot is not None:
            rows = self._snapshot.rows("articles", missing, ["id", "text"])
            self._history.update(zip(rows["id"].to_pylist(), rows["text"].to_pylist(), strict=True))
        found.update((i, self._history[i]) for i in ids if i in self._history and i not in found)
        return found
