"""One exchange with a server, and the names of what can go wrong in it."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache

import httpcore
import httpx

from dedupe.acquire.fetch.answers import FetchError
from dedupe.acquire.fetch.guard import BlockedError, Guard
from dedupe.acquire.fetch.transport import GuardedBackend, GuardedTransport, Resolve, resolve
from dedupe.rejects import Reason

SLOWEST = 10_000
"""Bytes a second that a body must keep to once it takes longer than the timeout."""

_LONGEST = 8_192
"""Characters of an address; servers stop at fewer."""
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_PORTS = range(1, 65_536)
_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS = {
    "accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,"
    "application/feed+json,application/xml;q=0.9,*/*;q=0.8",
    # What is unpacked with a limit; nothing else is asked for.
    "accept-encoding": "gzip, deflate",
}


class Wire:
    """Requests without cookies, proxies and redirects, over guarded connections."""

    def __init__(
        self,
        *,
        guard: Guard,
        user_agent: str,
        timeout: float,
        connections: int,
        resolve: Resolve = resolve,
    ) -> None:
        """``timeout`` in seconds bounds the answer's head, and each wait for more of its body."""
        self.timeout = timeout
        self._guard = guard
        # Authorities from the environment count; proxies from there do not: a proxy would look
        # names up where no guard sees it.
        verify = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        # No client of httpx around it: that would log addresses as they are, and keep cookies.
        self._transport = GuardedTransport(GuardedBackend(guard, resolve), verify, connections)
        self._headers = {"user-agent": user_agent, **_HEADERS}
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    @asynccontextmanager
    async def open(
        self,
        url: httpx.URL,
        headers: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Ask for ``url`` and give the response, its body unread.

        Raises:
            FetchError: for whatever happens until the response is closed.
        """
        try:
            self._guard.check_port(url.scheme, url.host, url.port)
            asked = {**self._headers, **(headers or {})}
            request = httpx.Request("GET", url, headers=asked, extensions=self._extensions)
            if auth is not None:
                request = next(auth.auth_flow(request))
            # Looking up, connecting, TLS and the answer's head together: none may drip.
            async with asyncio.timeout(self.timeout):
                response = await self._transport.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        except BlockedError as error:
            raise FetchError(Reason.BLOCKED_ADDRESS, str(error), lasting=True) from None
        except (TimeoutError, httpcore.TimeoutException):
            detail = f"no answer within {self.timeout:g} s"
            raise FetchError(Reason.FETCH_FAILED, detail, again=True) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            # Certificates are not mended within a run; all else may be.
            broken_tls = "SSL" in str(error) or "certificate" in str(error)
            detail = str(error) or type(error).__name__
            raise FetchError(Reason.FETCH_FAILED, detail, again=not broken_tls) from None
        except (httpx.InvalidURL, httpx.HTTPError, httpcore.UnsupportedProtocol) as error:
            raise FetchError(Reason.FETCH_FAILED, str(error), lasting=True) from None

    def in_time(self, now: Callable[[], float]) -> Callable[[int], None]:
        """Gives a check, to be called with the bytes read so far: a body may be large, not slow."""
        begun = now()

        def check(read: int) -> None:
            if now() - begun > self.timeout + read / SLOWEST:
                detail = f"slower than {SLOWEST} bytes/s; given up after {read} bytes"
                raise FetchError(Reason.FETCH_FAILED, detail, again=True)

        return check


@cache
def _trust(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Whom to trust, read once: the authorities in ``file`` or ``folder``, else certifi's."""
    del file, folder  # httpx reads them itself
    return httpx.create_ssl_context(trust_env=True)


def redirect_of(response: httpx.Response, url: httpx.URL) -> httpx.URL | None:
    """Where ``response`` to a request for ``url`` redirects to; None where it does not.

    Raises:
        FetchError: to what is no address.
    """
    if response.status_code not in _REDIRECTS or "location" not in response.headers:
        return None
    return parse(response.headers["location"], url)


def parse(address: str, base: httpx.URL | None = None) -> httpx.URL:
    """Read an address, relative to ``base`` where there is one.

    Raises:
        FetchError: it is none.
    """
    if len(address) > _LONGEST:
        detail = f"an address of {len(address)} characters"
        raise FetchError(Reason.FETCH_FAILED, detail, lasting=True)
    try:
        url = base.join(address.strip()) if base else httpx.URL(address.strip())
        if url.host and not _HOST.fullmatch(url.raw_host.decode("ascii")):
            raise ValueError(f"host {url.host!r}")
        if url.port is not None and url.port not in _PORTS:
            raise ValueError(f"port {url.port}")
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(Reason.FETCH_FAILED, f"not an address: {error}", lasting=True) from None
    if not url.host and url.scheme in {"http", "https"}:
        raise FetchError(Reason.FETCH_FAILED, "an address without a host", lasting=True)
    return url.copy_with(fragment=None)
