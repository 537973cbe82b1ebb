"""Many addresses asked for at once, and their answers given in the order of the asking.

The event loop has a thread of its own: whoever reads a document does not keep a server waiting,
and a caller that runs a loop already (a notebook) can fetch too. Answers wait for their turn as
files, a window of them at most; so output does not depend on who answered first, and memory not on
how many there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from types import TracebackType
from typing import Protocol, Self

from dedupe.acquire.fetch.answers import Answer, Request

WINDOW = 256
"""Answers, or requests on their way, that wait for those before them."""


class Getter(Protocol):
    """Asks for one address at a time, and closes what it holds."""

    async def get(self, request: Request) -> Answer:
        """Ask for an address; never raises for what a server does."""

    async def aclose(self) -> None:
        """Close all connections."""


class Fetcher:
    """A ``Getter`` in a thread of its own; made and closed in that thread."""

    def __init__(self, make: Callable[[], Getter]) -> None:
        """``make`` is called in the loop's thread, when the first request comes."""
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._getter: Getter | None = None

    def __enter__(self) -> Self:
        """Nothing is started before there is something to fetch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up what is on its way, and end the thread."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def fetch(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Give the answers to ``requests``, in their order."""
        loop = self._started()
        waiting: deque[Future[Answer]] = deque()
        try:
            for request in requests:
                waiting.append(asyncio.run_coroutine_threadsafe(self._get(request), loop))
                if len(waiting) >= WINDOW:
                    yield _awaited(waiting.popleft())
            while waiting:
                yield _awaited(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._loop.run_forever, name="dedupe-fetch", daemon=True
            )
            self._thread.start()
        return self._loop

    async def _get(self, request: Request) -> Answer:
        if self._getter is None:
            self._getter = self._make()
        return await self._getter.get(request)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._getter is not None:
            with contextlib.suppress(Exception):
                await self._getter.aclose()


def _awaited(future: Future[Answer]) -> Answer:
    """The answer; whoever cancels a run from another thread is heard while it waits."""
    while not future.done():
        wait([future], timeout=0.5)
    return future.result()
