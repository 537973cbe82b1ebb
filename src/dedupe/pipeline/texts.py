"""Clean texts by id, wherever they lie: in the batch's staged shards or in the snapshot."""

from __future__ import annotations

from collections.abc import Sequence

from dedupe.pipeline.batch import Live
from dedupe.publish import Snapshot


class Texts:
    """The texts that detect and elect compare."""

    def __init__(self, live: Live, snapshot: Snapshot | None) -> None:
        """Of these documents and this snapshot; no text is read yet."""
        self._live = live
        self._snapshot = snapshot
        self._history: dict[str, str] = {}

    def remember(self, texts: dict[str, str]) -> None:
        """Make texts that were read elsewhere known by id."""
        self._history.update(texts)

    def fetch(self, ids: Sequence[str]) -> dict[str, str]:
        """Texts by id; the batch goes before the snapshot, which is read once for each id."""
        found = {
            identity: self._live.text(position)
            for identity, position in zip(ids, self._live.positions(ids).tolist(), strict=True)
            if position >= 0
        }
        missing = [i for i in ids if i not in found and i not in self._history]
        if missing and self._snapshot is not None:
            rows = self._snapshot.rows("articles", missing, ["id", "text"])
            self._history.update(zip(rows["id"].to_pylist(), rows["text"].to_pylist(), strict=True))
        found.update((i, self._history[i]) for i in ids if i in self._history and i not in found)
        return found
