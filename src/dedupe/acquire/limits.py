"""How far one input may expand: bytes, ratio, members, depth.

A megabyte can hold a gigabyte of zeros, and an archive a million names. What goes beyond a limit is
one reject, and what was read before it stays.
"""

from __future__ import annotations

from dedupe.acquire.opened import CannotReadError
from dedupe.rejects import Reason
from dedupe.settings import Settings


class Budget:
    """What one input has used of its limits so far, over all its layers and members."""

    def __init__(self, settings: Settings, source: str, size: int) -> None:
        """A budget of its own for the input ``source`` of ``size`` stored bytes."""
        self._settings = settings
        self._source = source
        self._size = size
        self._expanded = 0
        self._members = 0

    def expand(self, produced: int) -> None:
        """Count bytes that came out of a decompressor.

        Raises:
            CannotReadError: the input as a whole is over a limit.
        """
        self._expanded += produced
        if self._expanded > self._settings.max_expanded:
            raise self._over(f"max_expanded = {self._settings.max_expanded} bytes")
        self.hold_ratio(self._source, self._size, self._expanded)

    def hold_ratio(self, source: str, stored: int, produced: int) -> None:
        """Refuse what expands too far; it may hold one large document before it is judged.

        Raises:
            CannotReadError: ``source`` is over the ratio.
        """
        ratio, floor = self._settings.max_ratio, self._settings.max_bytes
        if produced > floor and produced > ratio * stored:
            raise CannotReadError(
                Reason.BOMB,
                f"{stored} bytes expand to {produced} and more, over max_ratio = {ratio}",
                source,
            )

    def add_member(self) -> None:
        """Count a member of an archive.

        Raises:
            CannotReadError: there are too many.
        """
        self._members += 1
        self.hold_members(0)

    def hold_members(self, more: int) -> None:
        """Refuse to begin on so many members more.

        Raises:
            CannotReadError: there would be too many.
        """
        if self._members + more > self._settings.max_members:
            raise self._over(f"max_members = {self._settings.max_members}")

    def go_down(self, depth: int, source: str) -> None:
        """Step into the layer at this depth; a plain file's is 0.

        Raises:
            CannotReadError: it lies too deep.
        """
        if depth > self._settings.max_depth:
            detail = f"nested deeper than max_depth = {self._settings.max_depth}"
            raise CannotReadError(Reason.BOMB, detail, source)

    def _over(self, limit: str) -> CannotReadError:
        return CannotReadError(Reason.BOMB, f"over {limit}; the rest was not read", self._source)
