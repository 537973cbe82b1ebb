"""An address asked for: redirects by hand, each step checked, tries again where that may help."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote

import httpx

from dedupe.acquire.fetch.answers import Answer, Body, Failure, FetchError, NotModified, Request
from dedupe.acquire.fetch.body import check_readable, is_page, media_type_of, spool
from dedupe.acquire.fetch.pace import LONGEST_REST, LONGEST_WAIT, TRIES, Pace
from dedupe.acquire.fetch.robots import Robots
from dedupe.acquire.fetch.wire import Wire, parse, redirect_of
from dedupe.acquire.urls import masked
from dedupe.rejects import Reason

log = logging.getLogger("dedupe")

MOST_REDIRECTS = 10

_OK = {200, 203}
_NOT_MODIFIED = 304
_BUSY = {429, 500, 502, 503, 504}
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes that a body may have, on the wire and unpacked: of a page, and of all else."""

    page: int
    file: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """Hosts that want to be left alone beyond a run: seconds still to go, and more to note."""

    left: Callable[[str], float]
    note: Callable[[str, float], None]


class Client:
    """Asks for addresses, politely, and puts bodies into files of a folder."""

    def __init__(
        self,
        wire: Wire,
        pace: Pace,
        robots: Robots | None,
        *,
        folder: Path,
        limits: Limits,
        resting: Resting,
        readable: Callable[[str, str], bool],
    ) -> None:
        """``robots`` None: not obeyed; ``readable``: whether a name and media type has a reader."""
        self._wire = wire
        self._pace = pace
        self._robots = robots
        self._folder = folder
        self._limits = limits
        self._resting = resting
        self._readable = readable
        self._files = 0

    async def get(self, request: Request) -> Answer:
        """Ask for an address until there is an answer, or no sense in asking on."""
        try:
            url = parse(request.url)
        except FetchError as error:
            return error.as_failure()
        tried = 0
        while True:
            try:
                answer = await self._follow(url, request)
            except FetchError as error:
                tried += 1
                if error.again and tried < TRIES:
                    log.info("%s: %s; trying again", masked(request.url), error.detail)
                    self._pace.rest(url.host, tried, error.wait)
                    continue
                if error.again:
                    self._pace.failed(url.host)
                return error.as_failure()
            except Exception as error:  # one address must not end the run
                log.exception("%s: an error of ours", masked(request.url))
                detail = f"{type(error).__name__}: {error}"
                return Failure(reason=Reason.FAILED, detail=detail, lasting=False)
            self._pace.answered(url.host)
            return answer

    async def _follow(self, url: httpx.URL, request: Request) -> Body | NotModified:
        origin = (url.scheme, url.netloc)
        auth = httpx.BasicAuth(url.username, url.password) if url.userinfo else None
        met: set[str] = set()
        while True:
            # Credentials are for whom they were given, and stand in no log of any library.
            url = url.copy_with(userinfo=b"")
            if str(url) in met:
                raise FetchError(Reason.FETCH_FAILED, "redirects in a circle", lasting=True)
            met.add(str(url))
            if len(met) > MOST_REDIRECTS + 1:
                detail = f"more than {MOST_REDIRECTS} redirects"
                raise FetchError(Reason.FETCH_FAILED, detail, lasting=True)
            mine = auth if (url.scheme, url.netloc) == origin else None
            answer = await self._ask(url, request, mine)
            if not isinstance(answer, httpx.URL):
                return answer
            url = answer

    async def _ask(
        self, url: httpx.URL, request: Request, auth: httpx.BasicAuth | None
    ) -> Body | NotModified | httpx.URL:
        """One step of the way: the answer, or where it leads."""
        if (left := self._resting.left(url.host)) > 0:
            detail = f"not asked: {url.host} wants to be left alone for {left:.0f} s more"
            raise FetchError(Reason.HTTP_STATUS, detail)
        if self._robots is not None and url.scheme in {"http", "https"}:
            self._pace.slow_down(url.host, await self._robots.check(url))
        headers = _conditions(url, request)
        async with self._pace.turn(url.host), self._wire.open(url, headers, auth) as response:
            if response.status_code == _NOT_MODIFIED and headers:
                return NotModified()
            further = redirect_of(response, url)
            return further or await self._body(url, response)

    async def _body(self, url: httpx.URL, response: httpx.Response) -> Body:
        if response.status_code not in _OK:
            raise self._refused(url.host, response)
        media_type, charset = media_type_of(response)
        name = unquote(url.path.rpartition("/")[2])
        check_readable(media_type, lambda kind: self._readable(name, kind))
        limit = self._limits.page if is_page(media_type) else self._limits.file
        in_time = self._wire.in_time(asyncio.get_running_loop().time)
        path = self._file(name)
        try:
            size = await spool(response, path, limit, in_time)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Body(
            path=path,
            url=str(url),
            bytes=size,
            media_type=media_type,
            charset=charset,
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
        )

    def _refused(self, host: str, response: httpx.Response) -> FetchError:
        status = response.status_code
        if status not in _BUSY:
            return FetchError(Reason.HTTP_STATUS, f"answered {status}", lasting=True)
        wait = _seconds(response.headers.get("retry-after"))
        if wait is not None and wait > LONGEST_WAIT:
            wait = min(wait, LONGEST_REST)
            self._resting.note(host, wait)
            self._pace.close(host, f"wants to be left alone for {wait:.0f} s")
            detail = f"answered {status}, to be asked again after {wait:.0f} s"
            return FetchError(Reason.HTTP_STATUS, detail)
        return FetchError(Reason.HTTP_STATUS, f"answered {status}", again=True, wait=wait)

    def _file(self, name: str) -> Path:
        """A new file, named as the address ends: the suffix helps to tell the form."""
        self._files += 1
        return self._folder / f"{self._files:06d}-{_NOT_IN_A_NAME.sub('-', name)[-80:]}"


def _conditions(url: httpx.URL, request: Request) -> dict[str, str]:
    """The headers that ask for a body only if it is another than we had."""
    if request.validated != str(url):
        return {}
    validators = {"if-none-match": request.etag, "if-modified-since": request.last_modified}
    return {name: value for name, value in validators.items() if value}


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds from now: a number, or a date."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        when = parsedate_to_datetime(retry_after)
        when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
        return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
