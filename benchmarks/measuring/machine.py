"""What a figure was measured on: machine, load, versions."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("dedupe-ingest", "numpy", "numba", "pyarrow", "lxml", "selectolax", "datasketch")


def describe() -> dict[str, Any]:
    """The machine as it is now."""
    return {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),
        "processor": _after("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(_after("/proc/meminfo", "MemTotal").split()[0]) / 1e6, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
        "commit": _commit(),
        "versions": {name: metadata.version(name) for name in PACKAGES},
    }


def _after(path: str, key: str) -> str:
    """What stands behind a key in a file of ``/proc``."""
    lines = Path(path).read_text("utf-8").splitlines() if Path(path).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "0")


def _commit() -> str | None:
    root = Path(__file__).resolve().parents[2]
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
