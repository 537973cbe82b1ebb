"""Connections of which each end was checked: one look-up, one verdict, one address.

httpx would look a name up when it connects, after whatever check was made before, and a name
server can answer differently each time. Here the look-up is part of connecting, and the socket is
opened to the address that was checked; TLS still asks for a certificate of the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import httpcore
import httpx

from dedupe.acquire.fetch.answers import FetchError
from dedupe.acquire.fetch.guard import BlockedError, Guard
from dedupe.rejects import Reason

_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a host, best first; raises ``OSError``."""


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system, which also reads the odd spellings of an address: 0x7f.1, 2130706433."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens sockets to checked addresses only."""

    def __init__(
        self,
        guard: Guard,
        resolve: Resolve = resolve,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """Check by ``guard`` what ``resolve`` gives, and connect by ``dial``."""
        self._guard = guard
        self._resolve = resolve
        self._dial = dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first checked address of ``host`` that answers.

        Raises:
            BlockedError: none of its addresses may be asked.
            FetchError: there is no host of that name.
            httpcore.ConnectError: the name server is not well, or no address answers.
        """
        try:
            addresses = await self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            if isinstance(error, UnicodeError) or error.errno in _NO_SUCH_NAME:
                raise FetchError(
                    Reason.FETCH_FAILED, f"no such host: {host}", lasting=True
                ) from None
            raise httpcore.ConnectError(f"{host} cannot be looked up ({error})") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                self._guard.check_address(host, address)
                return await self._dial.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (BlockedError, httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Sleep, as httpcore asks between its own retries; it makes none here."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over ``GuardedBackend``: no proxies, no HTTP/2, no retries."""

    def __init__(self, backend: GuardedBackend, verify: ssl.SSLContext, connections: int) -> None:
        """Keep up to ``connections`` open, and trust the authorities of ``verify``."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; errors are httpcore's own."""
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response.stream)
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    """A body as httpcore gives it."""

    def __init__(self, stream: typing.Any) -> None:  # noqa: ANN401 - httpcore types it loosely
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
