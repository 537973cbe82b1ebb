"""When the compiled path is worth its start: loading it takes half a second, compiling it ten.

As one rents skis until the rent paid equals their price (Karlin et al., "Competitive snoopy
caching", 1988), texts take the plain path until the time spent on it equals what the compiled one
costs to start. Five documents never wait for a compiler, and no run takes more than twice its best.
What a text's sketch is does not depend on it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

FEW = 100_000
"""Characters of a process up to which datasketch itself signs the texts."""

LOADING = 3_000_000
"""Characters that the plain path sketches in the time it takes to load the compiled one."""

COMPILING = 60_000_000
"""Characters that the plain path sketches in the time it takes to compile the other."""

_KERNEL = "dedupe.detect.kernel"


class Meter:
    """Counts what the plain path has done in this process."""

    def __init__(self) -> None:
        self.characters = 0
        self.unusable = False

    @property
    def few(self) -> bool:
        """Whether the plain path has done little so far."""
        return self.characters <= FEW

    def kernel(self, characters: int) -> ModuleType | None:
        """The compiled path if it should sketch the next ``characters``, else None."""
        if _KERNEL in sys.modules:
            return sys.modules[_KERNEL]
        if self.unusable or not _installed():
            return None
        price = LOADING if _cached() else COMPILING
        if self.characters + characters < price:
            self.characters += characters
            return None
        try:
            return load()
        except (ImportError, RuntimeError):
            # Numba without LLVM, or with no folder that it may cache machine code in.
            self.unusable = True
            return None


def loaded() -> ModuleType | None:
    """The compiled path if this process has it already."""
    return sys.modules.get(_KERNEL)


def load() -> ModuleType:
    """The compiled path, now.

    Raises:
        ImportError: Numba is not installed.
    """
    from dedupe.unasked import load_numba

    load_numba()
    return importlib.import_module(_KERNEL)


METER = Meter()


@cache
def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None


def _cached() -> bool:
    """Whether Numba has left machine code of the kernel on disk."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return any(Path(chosen).glob("*/kernel.sketch_all*.nbi"))
    return any((Path(__file__).parent / "__pycache__").glob("kernel.sketch_all*.nbi"))
