"""The processes of many machines, by a Dask scheduler: the same tasks as on one.

Workers need this package in the same version, and the data folder under the same path: what tasks
read and make are files, and nothing but paths, settings and counts goes through the scheduler.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from dedupe.errors import EngineError, SettingsError
from dedupe.pipeline.engine import AHEAD, ALONE, POOL_BYTES, DiedError

Result = TypeVar("Result")

CONNECT = "30s"
"""How long a scheduler is waited for."""


class Dask:
    """The workers of a Dask scheduler, asked at the first work that is worth it."""

    def __init__(self, scheduler: str) -> None:
        """Use the scheduler at this address, as ``tcp://10.0.0.1:8786``."""
        self._address = scheduler
        self._client: Any = None  # distributed has no types

    def map(
        self, task: Callable[..., Result], items: Sequence[tuple[Any, ...]], size: int
    ) -> Iterator[Result | DiedError]:
        """See ``Engine``. A worker that dies costs its tasks a new try elsewhere.

        Raises:
            EngineError: the scheduler cannot be reached, or is lost.
        """
        if size < POOL_BYTES and size != ALONE:
            for item in items:
                yield task(*item)
            return
        from distributed import KilledWorker

        waiting = deque(tuple(map(_absolute, item)) for item in items)
        running: deque[Any] = deque()
        try:
            while waiting or running:
                ahead = AHEAD * max(1, self._threads())
                while waiting and len(running) < ahead:
                    running.append(self._connected().submit(task, *waiting.popleft(), pure=False))
                future = running.popleft()
                try:
                    result = self._result(future)
                except KilledWorker as error:
                    yield DiedError(str(error).partition("\n")[0])
                else:
                    yield result
        finally:
            for future in running:
                future.release()

    def _result(self, future: Any) -> Any:  # noqa: ANN401 - whatever the task gives
        from distributed import CancelledError
        from distributed.comm.core import CommClosedError

        try:
            return future.result()
        except (CancelledError, CommClosedError) as error:
            raise self._lost(error) from error
        except OSError as error:
            if self._client is None or self._client.status != "running":
                raise self._lost(error) from error
            raise  # the task's own

    def _threads(self) -> int:
        """How many tasks the workers do at a time, as far as workers are there."""
        client = self._connected()
        try:
            return sum(client.nthreads().values())
        except OSError as error:
            raise self._lost(error) from error

    def _connected(self) -> Any:  # noqa: ANN401
        if self._client is None:
            try:
                from distributed import Client
            except ImportError as error:
                raise SettingsError(
                    "scheduler: Dask is not installed; pip install 'dedupe-ingest[dask]'"
                ) from error
            try:
                client: Any = Client
                self._client = client(self._address, timeout=CONNECT, set_as_default=False)
            except (OSError, ValueError) as error:
                raise self._lost(error) from error
        if self._client.status not in {"running", "connecting"}:
            raise self._lost(f"the connection is {self._client.status}")
        return self._client

    def _lost(self, why: object) -> EngineError:
        return EngineError(
            f"{self._address}: the Dask scheduler cannot be reached ({why}); nothing was "
            "published, so start it and run again, or run without the setting scheduler"
        )

    def close(self) -> None:
        """Leave the scheduler; its workers stay."""
        if self._client is not None:
            client, self._client = self._client, None
            client.close(timeout=2)


def _absolute(argument: object) -> object:
    return argument.absolute() if isinstance(argument, Path) else argument
