"""A mutating fuzzer without coverage: for machines without atheris, and for short runs in tests."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from tests.fuzz.seeds import SEEDS, WORDS

_LONGEST = 20_000


def inputs(target: str, seed: int) -> Iterator[bytes]:
    """Inputs without end, the same for the same seed."""
    choose = random.Random(f"{target} {seed}")
    pool = [*SEEDS[target]]
    yield from pool
    while True:
        data = bytearray(choose.choice(pool))
        for _ in range(choose.choice((1, 1, 2, 4, 16))):
            _change(data, choose, pool)
        made = bytes(data[:_LONGEST])
        if choose.random() < 0.02:
            pool.append(made)
            pool[:] = pool[-500:]
        yield made


def until(target: str, seed: int, seconds: float) -> Iterator[bytes]:
    """Inputs for that long."""
    end = time.monotonic() + seconds
    for data in inputs(target, seed):
        if time.monotonic() > end:
            return
        yield data


def _change(data: bytearray, choose: random.Random, pool: list[bytes]) -> None:
    at = choose.randrange(len(data) + 1)
    end = min(len(data), at + choose.choice((1, 2, 8, 64)))
    match choose.randrange(7):
        case 0:
            del data[at:end]
        case 1:
            data[at:at] = choose.choice(WORDS).encode()
        case 2:
            data[at:at] = bytes(choose.randrange(256) for _ in range(choose.choice((1, 3))))
        case 3:
            data[at:at] = data[at:end] * choose.choice((1, 2, 50))
        case 4:
            other = choose.choice(pool)
            start = choose.randrange(len(other) + 1)
            data[at:end] = other[start : start + choose.choice((4, 40, 400))]
        case 5 if data:
            data[at % len(data)] ^= 1 << choose.randrange(8)
        case _:
            data[at:at] = chr(choose.choice((0x301, 0x202E, 0xFFFE, 0x1F600, 0x130, 0x85))).encode()
