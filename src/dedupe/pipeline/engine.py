"""Where the shards of a run are worked on: here, or in processes on every core.

A task is a function of a module, its arguments are paths, numbers and settings, and what it makes
are files beside what it read. So nothing of size passes between processes, and a task that is run
again gives the same files.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from loky import ProcessPoolExecutor
from loky.backend import get_context
from loky.process_executor import BrokenProcessPool

Result = TypeVar("Result")

POOL_BYTES = 8_000_000
"""Bytes of work from which more processes pay for their start."""

ALONE = -1
"""In place of a size: run in another process, whatever the work."""

AHEAD = 2
"""Tasks given out for each worker: one that it does, and one that waits for it."""


class DiedError(Exception):
    """A task whose process died, of memory or of a fault in a library, when it ran by itself."""


class Engine(Protocol):
    """Runs tasks."""

    def map(
        self, task: Callable[..., Result], items: Sequence[tuple[Any, ...]], size: int
    ) -> Iterator[Result | DiedError]:
        """The results of ``task(*item)`` for each item, in order.

        Args:
            task: a function that other processes can import.
            items: its arguments.
            size: bytes of work in all.

        What a task raises is raised. A task that kills its process gives a ``DiedError``.
        """
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class Local:
    """The processes of one machine, started at the first work that is worth it."""

    def __init__(self, workers: int = 0) -> None:
        """Use so many processes; 0 is one for each core."""
        self.workers = workers or os.cpu_count() or 1
        self._pool: _Pool | None = None

    def map(
        self, task: Callable[..., Result], items: Sequence[tuple[Any, ...]], size: int
    ) -> Iterator[Result | DiedError]:
        """See ``Engine``. Small work, and the work of one worker, is done in this process."""
        here = min(self.workers, len(items)) <= 1 or size < POOL_BYTES
        if here and size != ALONE:
            for item in items:
                yield task(*item)
            return
        try:
            yield from self._in_pool(task, items)
        except BaseException:
            self.close()
            raise

    def _in_pool(
        self, task: Callable[..., Result], items: Sequence[tuple[Any, ...]]
    ) -> Iterator[Result | DiedError]:
        waiting = deque(items)
        running: deque[tuple[tuple[Any, ...], Future[Result]]] = deque()
        while waiting or running:
            while waiting and len(running) < AHEAD * self.workers:
                item = waiting.popleft()
                running.append((item, self._started().submit(task, *item)))
            item, future = running.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                # Any task that ran may have done it: those that ran are done again, one by one.
                self.close()
                again = [item, *(each for each, _ in running)]
                running.clear()
                for each in again:
                    yield self._alone(task, each)

    def _alone(self, task: Callable[..., Result], item: tuple[Any, ...]) -> Result | DiedError:
        try:
            return self._started().submit(task, *item).result()
        except BrokenProcessPool as error:
            self.close()
            return DiedError(str(error).partition("\n")[0])

    def _started(self) -> _Pool:
        if self._pool is None:
            self._pool = _Pool(self.workers)
        return self._pool

    def close(self) -> None:
        """End the processes at once."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.close()


class _Pool:
    """A pool of processes that end when this one does."""

    def __init__(self, workers: int) -> None:
        # Not fork: a forked child of a threaded Prefect process can inherit a held lock. Not
        # spawn: it imports the caller's script again, which need not be written for that.
        context = get_context("loky")
        self._line, self._held = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(
            workers, context=context, initializer=_begin, initargs=(self._line,)
        )

    def submit(self, task: Callable[..., Result], *arguments: object) -> Future[Result]:
        future: Future[Result] = self._executor.submit(task, *arguments)
        return future

    def close(self) -> None:
        self._held.close()
        self._executor.shutdown(kill_workers=True)
        self._line.close()


def _begin(line: Connection) -> None:
    """In a worker: before its first task."""
    _end_with_the_line(line)
    from dedupe.unasked import own_process

    own_process()


def _end_with_the_line(line: Connection) -> None:
    """In a worker: end at once when the run's end of the line closes.

    It closes when the run is cancelled and when it is killed; without this, workers would finish
    their shards first, or wait for ever for a process that is not there any more.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            line.recv()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
