"""The bytes of a WARC file on their way to the library, so that damage does not pass in silence.

FastWARC ends without a word where a file is cut off, and for good at the first byte that it cannot
decompress. A record is a gzip member, a zstd frame, or begins a line, so what lies behind the
damage can be found again. For that, what was handed out since the last record's start is kept.
"""

from __future__ import annotations

import zlib
from typing import IO

_READ_BYTES = 65_536
_KEPT_BYTES = 8_000_000
_BEGINNING = b"WARC/"
_GZIP, _ZSTD, _PLAIN = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"WARC/1."
# Enough of a member to see how its content begins.
_LOOK_BYTES = 4_096


class WarcStream:
    """Hands out ``stream``, and can go on at the next record that begins."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._from = 0
        self._given = 0
        self.broken: OSError | None = None
        """What the system said, where it was the reading that failed and not the content."""
        self._begins = self._beginning()

    def read(self, size: int = _READ_BYTES) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        start = self._given - self._from
        if start >= len(self._kept) and not self._more(size):
            return b""
        start = self._given - self._from
        piece = bytes(self._kept[start : start + size])
        self._given += len(piece)
        return piece

    def tell(self) -> int:
        """Return the offset of the next byte, from the start of the file."""
        return self._given

    def forget(self, before: int) -> None:
        """Nothing before this offset will be asked for again."""
        count = min(max(0, before - self._from), len(self._kept))
        del self._kept[:count]
        self._from += count

    def begins_at(self, offset: int) -> bool:
        """Whether a record of its own begins at ``offset``, which then serves to find it again."""
        start = offset - self._from
        return start >= 0 and self._kept[start : start + len(self._begins)] == self._begins

    def ends_whole(self, offset: int) -> bool:
        """Whether the gzip members from ``offset`` to the end are complete; true where unknown."""
        start = offset - self._from
        if self._begins != _GZIP or not self.begins_at(offset):
            return True
        rest = bytes(self._kept[start:])
        while rest:
            member = zlib.decompressobj(wbits=31)
            try:
                while not member.eof and rest:
                    member.decompress(rest, _READ_BYTES)
                    rest = member.unconsumed_tail or member.unused_data
            except zlib.error:
                return not rest.strip(b"\0")  # padding after the last member is no damage
            if not member.eof:
                return False
        return True

    def go_on_after(self, offset: int) -> int | None:
        """Stand at the next record that begins after ``offset``; None if there is none."""
        at = max(offset + 1, self._from)
        while True:
            found = self._kept.find(self._begins, at - self._from)
            if found < 0:
                at = max(at, self._from + len(self._kept) - len(self._begins) + 1)
                self.forget(at - 1)
                if not self._more(_READ_BYTES):
                    return None
                continue
            at = self._from + found
            while len(self._kept) < found + _LOOK_BYTES and self._more(_READ_BYTES):
                found = at - self._from
            if self._is_record(at - self._from):
                self.forget(at)
                self._given = at
                return at
            at += 1

    def _is_record(self, start: int) -> bool:
        look = bytes(self._kept[start : start + _LOOK_BYTES])
        if self._begins == _PLAIN:
            return start > 0 and self._kept[start - 1 : start] == b"\n"
        if self._begins == _ZSTD:
            return True
        try:
            content = zlib.decompressobj(wbits=31).decompress(look, len(_BEGINNING))
        except zlib.error:
            return False
        return content == _BEGINNING

    def _beginning(self) -> bytes:
        self._more(_READ_BYTES)
        return next((mark for mark in (_GZIP, _ZSTD) if self._kept.startswith(mark)), _PLAIN)

    def _more(self, size: int) -> bool:
        try:
            piece = self._stream.read(size)
        except OSError as error:
            self.broken = error
            raise
        self._kept += piece
        if len(self._kept) > _KEPT_BYTES:  # a record that large is not looked at twice
            drop = len(self._kept) // 2
            del self._kept[:drop]
            self._from += drop
        return bool(piece)
