"""When the compiled path is worth its start: loading it takes half a second, compiling it ten.

As one rents skis until the rent paid equals their price (Karlin et al., "Competitive snoopy
caching", 1988), work takes the plain path until the time spent on it equals what the compiled one
costs to start. Five documents never wait for a compiler, and no run takes more than twice its best.
No sketch and no verdict depends on it.
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


class Meter:
    """Counts what the plain path of one kind of work has done in this process."""

    def __init__(self, module: str, entry: str, loading: int, compiling: int) -> None:
        """A meter that reads nothing yet.

        Args:
            module: the compiled path.
            entry: one of its functions, whose machine code is on disk if that of all is.
            loading: what the plain path does in the time that it takes to load the other.
            compiling: what it does in the time that it takes to compile it.
        """
        self._module = f"{__package__}.{module}"
        self._code = f"{module}.{entry}*.nbi"
        self._loading = loading
        self._compiling = compiling
        self.done = 0
        self.unusable = False

    @property
    def few(self) -> bool:
        """Whether the plain path has read few characters so far."""
        return self.done <= FEW

    def kernel(self, work: int) -> ModuleType | None:
        """The compiled path if it should do the work that comes next, else None."""
        if self._module in sys.modules:
            return sys.modules[self._module]
        if self.unusable or not _installed():
            return None
        price = self._loading if self._cached() else self._compiling
        if self.done + work < price:
            self.done += work
            return None
        try:
            return self.load()
        except (ImportError, RuntimeError):
            # Numba without LLVM, or with no folder that it may cache machine code in.
            self.unusable = True
            return None

    def loaded(self) -> ModuleType | None:
        """The compiled path if this process has it already."""
        return sys.modules.get(self._module)

    def load(self) -> ModuleType:
        """The compiled path, now.

        Raises:
            ImportError: Numba is not installed.
        """
        from dedupe.unasked import load_numba

        load_numba()
        return importlib.import_module(self._module)

    def _cached(self) -> bool:
        """Whether Numba has left machine code of the compiled path on disk."""
        chosen = os.environ.get("NUMBA_CACHE_DIR")
        if chosen:
            return any(Path(chosen).glob(f"*/{self._code}"))
        return any((Path(__file__).parent / "__pycache__").glob(self._code))


METER = Meter("kernel", "sketch_all", loading=3_000_000, compiling=60_000_000)
"""Characters of texts read and sketched."""

PAIRS = Meter("pair_kernel", "own_share", loading=1_500_000, compiling=10_000_000)
"""Words of pairs verified."""


def load() -> ModuleType:
    """The compiled path of reading and sketching, now.

    Raises:
        ImportError: Numba is not installed.
    """
    return METER.load()


@cache
def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None
