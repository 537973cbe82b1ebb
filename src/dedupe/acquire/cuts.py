"""Large files of JSON Lines, in parts that can be read side by side.

A line belongs to the part in which it begins. Its number is known because the line feeds before
each part are counted first, at the speed of memory.
"""

from __future__ import annotations

import itertools
import stat
from pathlib import Path

from dedupe.acquire.inputs import Input, Part
from dedupe.acquire.json_lines import wide_encoding
from dedupe.media_types import sniff_media_type

CUT_BYTES = 8_000_000
"""Size of a part; from half of it on a file is one. No setting: what is read must not depend on
how."""

_HEAD_BYTES = 65_536
_CHUNK_BYTES = 1 << 20

Span = tuple[int, int]


def spans(target: Input) -> list[Span]:
    """The bytes of the parts of ``target``; none where it is read in one go."""
    if target.open is not None or target.part is not None:
        return []
    try:
        status = target.path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size < CUT_BYTES // 2:
            return []
        with target.path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return []  # for its reader to say why
    media_type = sniff_media_type(target.path.name, head, target.media_type)
    if media_type != "application/x-ndjson" or wide_encoding(head):
        return []
    bounds = [*range(0, status.st_size - CUT_BYTES // 2, CUT_BYTES), status.st_size]
    return list(itertools.pairwise(bounds))


def count_lines(path: Path, begin: int, end: int) -> tuple[int, bool]:
    """How many line feeds there are from one byte to before another, and whether all is blank."""
    found, blank = 0, True
    with path.open("rb") as stream:
        stream.seek(begin)
        while begin < end and (chunk := stream.read(min(_CHUNK_BYTES, end - begin))):
            begin += len(chunk)
            found += chunk.count(b"\n")
            blank = blank and chunk.isspace()
    return found, blank


def parts(cut: list[Span], counted: list[tuple[int, bool]]) -> list[Part]:
    """The parts of a file whose spans were counted; none where nothing is in it.

    Every span was counted from the byte before it, save the first, to the byte before its end: a
    line begins after a line feed.
    """
    if all(blank for _, blank in counted):
        return []
    numbers = itertools.accumulate((found for found, _ in counted), initial=0)
    return [
        Part(begin, end, line + (1 if begin == 0 else 2))
        for (begin, end), line in zip(cut, numbers, strict=False)
    ]
