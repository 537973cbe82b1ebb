"""Bodies that a run which was killed had fetched, taken over by the next: each is asked for once.

Beside each body lies a record of the request and of what the server said. It counts for an hour,
for the same request under the same settings, if the run that made it was never published and the
body has its digest. A run that ends by itself leaves none.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import time
from collections.abc import Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dedupe.acquire.fetch.answers import Answer, Body, Request
from dedupe.acquire.fetch.fetcher import Getter

log = logging.getLogger("dedupe")

KEPT = "kept"
"""The folder of bodies and records, in a run's staging folder."""

RECORD = ".json"

BELIEVED = 3600.0
"""Seconds for which a body is taken over: documents are no older than that to their run."""

MOST = 2**30
"""Bytes of bodies that a run keeps; what comes after is fetched again."""


class Keeping:
    """A ``Getter`` that keeps what another gets, and asks it for nothing that was kept."""

    def __init__(
        self,
        getter: Getter,
        folder: Path,
        abandoned: Path,
        published: Collection[str],
        conditions: str,
    ) -> None:
        """Take over what dead runs left.

        Args:
            getter: asks the servers.
            folder: where this run keeps bodies.
            abandoned: has the staging folders of dead runs, by their ids.
            published: the runs that are no dead ones.
            conditions: the settings on which an answer depends.
        """
        self._getter = getter
        self._folder = folder
        self._conditions = conditions
        self._bytes = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._found = dict(self._taken_over(abandoned, published))
        if self._found:
            log.info("fetch: %d bodies were fetched by a run that died", len(self._found))

    async def get(self, request: Request) -> Answer:
        """Give what was kept of the request; else ask, and keep the body."""
        key = _key(request)
        if (kept := self._found.pop(key, None)) is not None:
            body = await asyncio.to_thread(_whole, *kept)
            if body is not None:
                return body
        answer = await self._getter.get(request)
        if isinstance(answer, Body):
            self._bytes += answer.bytes
            if self._bytes <= MOST:
                with contextlib.suppress(OSError):  # it is fetched again, then
                    await asyncio.to_thread(self._keep, key, answer)
        return answer

    async def aclose(self) -> None:
        """Close what asks."""
        await self._getter.aclose()

    def _keep(self, key: str, body: Body) -> None:
        # A second name: whoever reads the body deletes the first one.
        path = self._folder / f"{key}-{body.path.name}"
        os.link(body.path, path)
        told = {
            "key": key,
            "at": time.time(),
            "conditions": self._conditions,
            "digest": _digest(path),
            "body": {**asdict(body), "path": path.name},
        }
        path.with_name(path.name + RECORD).write_text(json.dumps(told))

    def _taken_over(
        self, abandoned: Path, published: Collection[str]
    ) -> list[tuple[str, tuple[dict[str, Any], Path]]]:
        """Move what may be believed here, so that the death of this run costs nothing of it."""
        found = []
        for record in sorted(abandoned.glob(f"*/{KEPT}/*{RECORD}")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads(record.read_text())
                age = time.time() - told["at"]
                dead = record.parents[1].name not in published
                if dead and 0 <= age < BELIEVED and told["conditions"] == self._conditions:
                    path = self._folder / told["body"]["path"]
                    record.with_name(path.name).rename(path)
                    record.rename(self._folder / record.name)
                    found.append((str(told["key"]), (told, path)))
                    self._bytes += path.stat().st_size
        return found


def _whole(told: dict[str, Any], path: Path) -> Body | None:
    """The body as it was fetched, under a name of its own; None where it is not whole."""
    try:
        if _digest(path) != told["digest"]:
            return None
        given = path.parent.with_name(path.name)
        os.link(path, given)
        return replace(Body(**told["body"]), path=given)
    except (OSError, TypeError):
        return None


def _key(request: Request) -> str:
    # Addresses may hold passwords, and these have no business in a file.
    return hashlib.blake2b(request.url.encode(), digest_size=16).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "blake2b").hexdigest()
