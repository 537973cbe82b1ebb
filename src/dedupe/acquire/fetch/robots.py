"""robots.txt, as RFC 9309 has it: asked for once a run and host, kept for a day.

An answer of 4xx means that there are no rules; one of 5xx, or 429, that we are to stay away until
it can be read. ``Crawl-delay`` and ``Request-rate`` are not in the RFC, but publishers use them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
from protego import Protego

from dedupe.acquire.fetch.answers import FetchError, Rules
from dedupe.acquire.fetch.pace import TRIES, Pace
from dedupe.acquire.fetch.wire import Wire, redirect_of
from dedupe.rejects import Reason

MOST_BYTES = 500_000
"""Of a robots.txt as much as this is read (RFC 9309, section 2.5)."""

_HOPS = 6
_MISSING = 404


class Robots:
    """The rules of all hosts that were asked."""

    def __init__(
        self,
        user_agent: str,
        wire: Wire,
        pace: Pace,
        remembered: Callable[[str], Rules | None],
        remember: Callable[[str, Rules], None],
    ) -> None:
        """Obey the group of ``user_agent``'s product; what is ``remembered`` is not asked for."""
        self._product = user_agent.partition("/")[0].strip() or user_agent
        self._wire = wire
        self._pace = pace
        self._remembered = remembered
        self._remember = remember
        self._asked: dict[str, asyncio.Future[tuple[Rules, Protego]]] = {}

    async def check(self, url: httpx.URL) -> float:
        """Hold that ``url`` may be fetched; gives the delay that the host asks for, in seconds.

        Raises:
            FetchError: it is disallowed, or nobody can tell for now.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._rules(origin))
        # Whoever waits may be cancelled; the others still want to know.
        rules, parsed = await asyncio.shield(self._asked[origin])
        if not rules.known:
            detail = f"robots.txt answered {rules.status}; nothing is fetched until it can be read"
            raise FetchError(Reason.ROBOTS, detail)
        if not parsed.can_fetch(str(url), self._product):
            raise FetchError(Reason.ROBOTS, "robots.txt disallows it", lasting=True)
        rate = parsed.request_rate(self._product)
        return max(
            parsed.crawl_delay(self._product) or 0.0,
            rate.seconds / rate.requests if rate and rate.requests else 0.0,
        )

    async def _rules(self, origin: str) -> tuple[Rules, Protego]:
        rules = self._remembered(origin)
        if rules is None:
            rules = await self._fetch(httpx.URL(f"{origin}/robots.txt"))
            if rules.known:
                self._remember(origin, rules)
        return rules, Protego.parse(rules.text)

    async def _fetch(self, url: httpx.URL) -> Rules:
        tried = 0
        while True:
            try:
                return await self._follow(url)
            except FetchError as error:
                tried += 1
                if not error.again or tried == TRIES:
                    detail = f"robots.txt: {error.detail}"
                    raise FetchError(error.reason, detail, lasting=error.lasting) from None
                self._pace.rest(url.host, tried, error.wait)

    async def _follow(self, url: httpx.URL) -> Rules:
        for _ in range(_HOPS):
            async with self._pace.turn(url.host), self._wire.open(url) as response:
                further = redirect_of(response, url)
                if further is None:
                    if not response.is_success:
                        return Rules(response.status_code)
                    return Rules(200, await self._text(response))
            url = further
        return Rules(_MISSING)

    async def _text(self, response: httpx.Response) -> str:
        check, read = self._wire.in_time(asyncio.get_running_loop().time), bytearray()
        try:
            async for piece in response.aiter_bytes(65_536):
                read += piece
                check(len(read))
                if len(read) >= MOST_BYTES:
                    break
        except httpx.DecodingError as error:
            raise FetchError(Reason.FETCH_FAILED, f"robots.txt: {error}", again=True) from None
        return bytes(read[:MOST_BYTES]).decode("utf-8", "replace").removeprefix("\ufeff")
