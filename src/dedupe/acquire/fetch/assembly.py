"""The parts of a fetch put together from the settings."""

from __future__ import annotations

from pathlib import Path

from dedupe.acquire.fetch import conditions, user_agent
from dedupe.acquire.fetch.answers import Answer, Request
from dedupe.acquire.fetch.client import Client, Limits, Resting
from dedupe.acquire.fetch.fetcher import Fetcher, Getter
from dedupe.acquire.fetch.guard import Guard
from dedupe.acquire.fetch.kept import KEPT, Keeping
from dedupe.acquire.fetch.pace import Clock, Pace
from dedupe.acquire.fetch.robots import Robots
from dedupe.acquire.fetch.state import State
from dedupe.acquire.fetch.transport import Resolve, resolve
from dedupe.acquire.fetch.wire import Wire
from dedupe.acquire.plugins import form_for
from dedupe.settings import Settings


class Assembled:
    """A client with its wire: a ``Getter``."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        folder: Path,
        *,
        resolve: Resolve = resolve,
        clock: Clock | None = None,
    ) -> None:
        """Assemble, in the thread of the loop that will run it."""
        folder.mkdir(parents=True, exist_ok=True)
        agent = user_agent(settings)
        self._wire = Wire(
            guard=Guard(settings.allow_hosts),
            user_agent=agent,
            timeout=settings.fetch_timeout,
            connections=settings.fetch_concurrency,
            resolve=resolve,
        )
        pace = Pace(settings.fetch_delay, settings.fetch_concurrency, clock or Clock())
        robots = Robots(agent, self._wire, pace, state.rules, state.note_rules)
        self._client = Client(
            self._wire,
            pace,
            robots if settings.fetch_robots else None,
            folder=folder,
            limits=Limits(page=settings.max_bytes, file=settings.fetch_bytes),
            resting=Resting(left=state.rest_left, note=state.note_rest),
            readable=lambda name, kind: form_for(name, kind) is not None,
        )

    async def get(self, request: Request) -> Answer:
        """Ask for an address."""
        return await self._client.get(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._wire.aclose()


def assembled(
    settings: Settings, state: State, folder: Path, abandoned: Path | None = None
) -> Fetcher:
    """Make a fetcher as the settings want it.

    Args:
        settings: those of the run.
        state: what earlier runs learnt.
        folder: where bodies lie until they are read.
        abandoned: has the staging folders of runs that were killed, whose bodies are taken over;
            None: nothing is, and nothing is kept for others.
    """

    def make() -> Getter:
        getter = Assembled(settings, state, folder)
        if abandoned is None:
            return getter
        kept = folder.with_name(KEPT)
        return Keeping(getter, kept, abandoned, state.published, conditions(settings))

    return Fetcher(make)
