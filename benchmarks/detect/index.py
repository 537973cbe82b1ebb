"""The index at size: bytes, look-up, update and memory, on random sketches.

    python -m benchmarks detect index --count 10000000 [--folder DIR] [--direct BYTES] [--cold]

With ``--folder`` the index is made once and found again; ``--direct`` sets from which size on a
space is read bucket by bucket and not through the memory map (0: always; a huge number: never);
``--cold`` drops its files from the page cache before each look-up.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.detect.corpus import SETTINGS, timed
from dedupe.detect import Index, segment
from dedupe.detect.candidates import with_index
from dedupe.detect.sketch import Sketches

BUILT = "built"
"""The stamp of the index that is looked into."""

ROUNDS = 5
PART = 4000


def random_sketches(random: np.random.Generator, number: int) -> Sketches:
    """Sketches that share nothing but by chance, of twelve anchors each."""
    return Sketches(
        random.integers(1, 2**63, number).astype(np.uint64),
        np.full(number, 400, np.uint32),
        random.integers(0, 2**32, (number, 128), dtype=np.uint32),
        random.integers(0, 2**64, number * 12, dtype=np.uint64),
        np.arange(number + 1) * 12,
    )


def fill(update: Any, random: np.random.Generator, number: int) -> None:  # noqa: ANN401
    """Add ``number`` canonicals, with an address and what was seen of each."""
    ids = [row.tobytes().hex() for row in random.integers(0, 2**64, (number, 2), dtype=np.uint64)]
    update.add_sketches(ids, random_sketches(random, number))
    update.put_ids("url", random.integers(0, 2**64, number, dtype=np.uint64), ids)
    update.put("seen", *random.integers(0, 2**64, (2, number), dtype=np.uint64))


def build(folder: Path, count: int) -> None:
    """An index of ``count`` canonicals in ``folder``, where there is none."""
    if (folder / f"manifest-{BUILT}.json").exists():
        return
    random = np.random.default_rng(1)
    update = Index.create(folder, SETTINGS).draft(BUILT)
    for _ in range(0, count, PART):
        fill(update, random, PART)
    update.write()


def index(
    count: int, folder: Path | None = None, direct: int | None = None, *, cold: bool = False
) -> dict[str, Any]:
    """Figures on an index of ``count`` canonicals."""
    if direct is not None:
        segment.DIRECT = direct
    with tempfile.TemporaryDirectory() as name:
        place = folder or Path(name)
        build(place, count)
        opened = Index.open(place, BUILT, SETTINGS)
        random = np.random.default_rng(2)
        asked = [random_sketches(random, 1000) for _ in range(ROUNDS)]
        everyone = np.ones(1000, dtype=bool)
        cpu: list[float] = []
        clock: list[float] = []
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for each in asked:
            if cold:
                forget(place)
                opened = Index.open(place, BUILT, SETTINGS)
            begun = time.perf_counter()
            cpu.append(timed(lambda each=each, into=opened: with_index(each, into, everyone))[0])
            clock.append(time.perf_counter() - begun)
        # Beside what is there, so that the folder can be used again.
        update = opened.draft("later")
        seconds, _ = timed(lambda: (fill(update, random, 1000), update.write()))
        figures = {
            "canonicals": count,
            "bytes_each": round(opened.bytes / count, 1),
            "lookup_1000_ms": {
                "cpu": _ms(min(cpu)),
                "clock": _ms(min(clock)),
                "first": _ms(clock[0]),
            },
            "update_1000_ms": _ms(seconds),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "peak_mb_before": before // 1024,
        }
        Index.prune(place, BUILT)
        return figures


def forget(folder: Path) -> None:
    """Drop the files from the page cache."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
