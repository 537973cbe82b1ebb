"""What was acknowledged, kept beside the data folder by those who were told so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def append(path: Path, record: Any) -> None:
    """Add a line of JSON, on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        handle.write(json.dumps(record) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def acknowledged(folder: Path) -> set[str]:
    """The sources that some operation has acknowledged."""
    lines = [line for path in (folder / "ledger").glob("*.jsonl") for line in path.open()]
    return {source for line in lines if line.endswith("\n") for source in json.loads(line)}
