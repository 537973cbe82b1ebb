"""Asks as a run does, with a clock of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dedupe.acquire.fetch.answers import Answer, Body, Failure, Request
from dedupe.acquire.fetch.assembly import Assembled
from dedupe.acquire.fetch.pace import Clock
from dedupe.acquire.fetch.state import State
from dedupe.rejects import Reason
from dedupe.settings import Settings
from tests.fetch.press import Reply

OK = Reply(200, b"<p>fine</p>", {"content-type": "text/html"})


class Asker:
    """Asks with the settings given, and waits for nobody: ``waits`` has what it would sleep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waits: list[float] = []
        self.time = 0.0
        self.settings = {"allow_hosts": "127.0.0.1", "fetch_timeout": 5.0, "fetch_delay": 0.0}

    def __call__(self, *asked: str | Request, **settings: object) -> list[Answer]:
        requests = [Request(url=one) if isinstance(one, str) else one for one in asked]
        return asyncio.run(self._all(requests, Settings(**{**self.settings, **settings})))  # type: ignore[arg-type]

    def one(self, asked: str | Request, **settings: object) -> Answer:
        return self(asked, **settings)[0]

    def failure(self, url: str, **settings: object) -> tuple[Reason, str]:
        answer = self.one(url, **settings)
        assert isinstance(answer, Failure), answer
        assert not list((self.folder / "bodies").iterdir())
        return answer.reason, answer.detail

    def body(self, asked: str | Request, **settings: object) -> Body:
        answer = self.one(asked, **settings)
        assert isinstance(answer, Body), answer
        return answer

    async def _all(self, requests: list[Request], settings: Settings) -> list[Answer]:
        async def sleep(seconds: float) -> None:
            self.waits.append(round(seconds, 3))
            self.time += seconds

        path = self.folder / "state.sqlite"
        with State(path, run="now", now=1e9, published=lambda: {"now"}) as state:
            clock = Clock(now=lambda: self.time, sleep=sleep)
            getter = Assembled(settings, state, self.folder / "bodies", clock=clock)
            try:
                return await asyncio.gather(*map(getter.get, requests))
            finally:
                await getter.aclose()
