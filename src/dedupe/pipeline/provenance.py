"""What made a run's output: the versions of the code and of the libraries that it depends on."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from pathlib import Path

import dedupe
from dedupe.acquire.urls import RULES

_PACKAGES = (
    *("dedupe-ingest", "datasketch", "pyarrow", "numpy"),
    *("beautifulsoup4", "selectolax", "lxml", "w3lib"),
)


def versions() -> dict[str, str]:
    """The versions of what a run's output depends on."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found, "url rules": str(RULES)}


@functools.cache
def code() -> str:
    """A digest of this package's own files: its version does not tell a checkout's edits."""
    root = Path(dedupe.__file__).parent
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml"}:
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
