"""What libraries load unasked, kept out of the processes that are this program's own.

Arrow imports pandas, where it is installed, at the first list that becomes a column, only to see
whether the list is one of its series. Numba imports SciPy's linear algebra, only to see whether it
is there. ``python -m benchmarks startup`` has what that costs every process.

In a process of somebody else's they may be in use: there nothing is kept out.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType


class _Absent:
    """Finds no module, and of one package that there is none."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """See ``importlib.abc.MetaPathFinder``."""
        del path, target
        if name == self._package:
            raise ModuleNotFoundError(f"{name} is kept out for a moment", name=name)


class _Process:
    """This process."""

    own = False


def own_process() -> None:
    """State that this process does nothing but run this program; Arrow takes pandas for absent.

    ``to_pandas`` and ``from_pandas`` look again and find it.
    """
    _Process.own = True
    import pyarrow as pa

    with _without("pandas"):
        pa.array([])


def load_numba() -> None:
    """Import what Numba imports at its first call; in a process of our own, without SciPy.

    Raises:
        ImportError: Numba is not installed, or cannot be loaded.
    """
    with _without("scipy") if _Process.own else contextlib.nullcontext():
        importlib.import_module("numba.np.arraymath")


@contextlib.contextmanager
def _without(package: str) -> Iterator[None]:
    """Have the package be absent for those who ask within, unless it is loaded."""
    if package in sys.modules:
        yield
        return
    finder = _Absent(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
