"""Politeness: one request at a time to a host, a pause between two, and no asking in vain.

A host that fails several times in a row, or says that it wants to be left alone for longer than a
run waits, is not asked again in this run.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from dedupe.acquire.fetch.answers import FetchError
from dedupe.rejects import Reason

TRIES = 3
"""Requests for one address before it is given up."""

LONGEST_WAIT = 60.0
"""Seconds for which a run waits at a host's wish (Retry-After); beyond, the host is left alone."""

LONGEST_REST = 86_400.0
"""Seconds for which a host is left alone by later runs at most, whatever it asks for."""

LONGEST_DELAY = 30.0
"""Seconds between two requests at most, whatever robots.txt asks for."""

FAILURES = 5
"""Addresses of a host that fail in a row before the others are not asked for."""

_BACK_OFF = (1.0, 5.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and waiting, so that tests need neither."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    delay: float = 0.0
    failures: int = 0
    closed: str = ""


class Pace:
    """Who may be asked when."""

    def __init__(self, delay: float, concurrency: int, clock: Clock) -> None:
        """Pause ``delay`` seconds between requests to a host; ask ``concurrency`` at once."""
        self._delay = delay
        self._clock = clock
        self._slots = asyncio.Semaphore(concurrency)
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for our turn at ``host``, and hold it.

        Raises:
            FetchError: the host is not asked again in this run.
        """
        state = self._hosts[host]
        async with state.turn:
            if state.closed:
                raise FetchError(Reason.FETCH_FAILED, f"not asked: {host} {state.closed}")
            wait = state.free_at - self._clock.now()
            if wait > 0:
                await self._clock.sleep(wait)
            async with self._slots:
                try:
                    yield
                finally:
                    pause = max(self._delay, state.delay)
                    state.free_at = max(state.free_at, self._clock.now() + pause)

    def slow_down(self, host: str, delay: float) -> None:
        """Pause at least ``delay`` seconds between requests to ``host``, within bounds."""
        self._hosts[host].delay = min(delay, LONGEST_DELAY)

    def rest(self, host: str, tried: int, wait: float | None) -> None:
        """Leave ``host`` alone before the next try: as long as it asks for, else ever longer."""
        if wait is None:
            wait = _BACK_OFF[min(tried, len(_BACK_OFF) - 1)] * random.uniform(0.5, 1.5)
        self._hosts[host].free_at = self._clock.now() + wait

    def close(self, host: str, why: str) -> None:
        """Ask ``host`` for nothing more."""
        self._hosts[host].closed = why

    def answered(self, host: str) -> None:
        """Note that ``host`` is well."""
        self._hosts[host].failures = 0

    def failed(self, host: str) -> None:
        """Note that an address of ``host`` was given up."""
        state = self._hosts[host]
        state.failures += 1
        if state.failures >= FAILURES:
            state.closed = f"failed {FAILURES} times in a row"
