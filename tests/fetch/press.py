"""A web server on loopback that does as it is told, well or badly, and notes what it was asked."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Raw = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers and body; ``raw`` writes its own instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Raw | None = None


Handler = Callable[[Asked], Reply]


class Press:
    """Serves ``pages`` by path; what has no page is 404. ``asked`` has all requests in order."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, Handler] = {}
        self.asked: list[Asked] = []
        self.together = 0
        self.most_together = 0
        self._tls = tls
        self._host = host

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def url(self, path: str, host: str | None = None) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self._host}:{self.port}{path}"

    def put(self, path: str, body: str | bytes, kind: str = "text/html", **headers: str) -> None:
        """Serve ``body`` with an ETag, and 304 to whoever has it."""
        raw = body.encode() if isinstance(body, str) else body
        etag = f'"{hashlib.md5(raw).hexdigest()}"'

        def handle(asked: Asked) -> Reply:
            if asked.headers.get("if-none-match") == etag:
                return Reply(304, headers={"etag": etag})
            more = {name.replace("_", "-"): value for name, value in headers.items()}
            return Reply(200, raw, {"content-type": kind, "etag": etag, **more})

        self.pages[path] = handle

    def answer(self, path: str, *replies: Reply) -> None:
        """Serve these answers one after the other, the last for ever."""
        left = list(replies)
        self.pages[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *rest = head.decode("latin-1").strip().split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (entry.partition(":") for entry in rest)
                }
                asked = Asked(line.split(" ")[1], headers)
                self.asked.append(asked)
                self.together += 1
                self.most_together = max(self.most_together, self.together)
                await asyncio.sleep(0)
                handle = self.pages.get(asked.path.partition("?")[0])
                reply = handle(asked) if handle else Reply(404)
                try:
                    await self._write(writer, reply)
                finally:
                    self.together -= 1
                if reply.raw:
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, reply: Reply) -> None:
        if reply.raw:
            await reply.raw(writer)
        else:
            headers = {"content-length": str(len(reply.body)), **reply.headers}
            lines = [f"HTTP/1.1 {reply.status} X", *(f"{k}: {v}" for k, v in headers.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)
        await writer.drain()


def gzipped(body: bytes, kind: str = "text/html") -> Reply:
    """A body packed for the way."""
    return Reply(200, gzip.compress(body), {"content-type": kind, "content-encoding": "gzip"})


def to(place: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status, headers={"location": place})
