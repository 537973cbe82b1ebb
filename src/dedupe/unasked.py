"""What libraries load unasked, kept out of the processes that are this program's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

import pyarrow as pa


class _NoPandas:
    """Finds no module, and of pandas that there is none."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """See ``importlib.abc.MetaPathFinder``."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def keep_pandas_out() -> None:
    """Have Arrow take pandas for absent until somebody converts to it or from it.

    Where pandas is installed, Arrow imports it at the first list that becomes a column, only to see
    whether the list is one of its series: 0.4 s and 55 MB in every process. ``to_pandas`` and
    ``from_pandas`` look again and find it.

    For processes that do nothing else: in one of somebody's own, where pandas is in use, a series
    that ``pyarrow.array`` is given would no longer be known for one.
    """
    if "pandas" in sys.modules:
        return
    nothing = _NoPandas()
    sys.meta_path.insert(0, nothing)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(nothing)
