"""What runs leave in a data folder, by kind of file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring.figures import Figures

LEAST_MB = 0.05
"""Kinds of which a run neither writes nor keeps so much are not told."""


@dataclass(slots=True)
class Growth:
    """Bytes on disk that runs write and that stay; what several snapshots share counts once."""

    folder: Path
    written: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    _before: dict[tuple[int, int], tuple[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Look at the folder before the first run."""
        self._before = self._listed()

    def ran(self) -> None:
        """Look at it after a run."""
        after = self._listed()
        for each in after.keys() - self._before.keys():
            kind, size = after[each]
            self.written[kind] += size
            self.kept[kind] += size
        for each in self._before.keys() - after.keys():
            kind, size = self._before[each]
            self.kept[kind] -= size
        self._before = after
        self.runs += 1

    def figures(self) -> Figures:
        """MB a run: in all, and for each kind those written and those of them that stay."""
        mb = 1e6 * max(self.runs, 1)
        kinds = {
            kind: {"written_mb": round(size / mb, 2), "kept_mb": round(self.kept[kind] / mb, 2)}
            for kind, size in self.written.most_common()
            if max(size, self.kept[kind]) / mb >= LEAST_MB
        }
        return {
            "written_mb_a_run": round(self.written.total() / mb, 2),
            "added_mb_a_run": round(self.kept.total() / mb, 2),
            "kinds": kinds,
        }

    def _listed(self) -> dict[tuple[int, int], tuple[str, int]]:
        """Kind and bytes of each file, by what stays itself only as long as it is not rewritten."""
        found = {}
        for path in self.folder.rglob("*"):
            status = path.lstat()
            where = path.relative_to(self.folder).parts
            if path.is_dir() and not path.is_symlink():
                kind = "folders"
            elif where[0] == "snapshots":
                kind = where[2]
            else:
                kind = "/".join(where[:2])
            found[status.st_ino, status.st_mtime_ns] = kind, status.st_blocks * 512
        return found
