"""What is asked for, and what became of it: every request ends in exactly one answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dedupe.rejects import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An address to ask for, with what we know of an earlier answer.

    The validators hold for ``validated``, the address that gave them, which a redirect may have led
    to.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    validated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body, fetched whole and unpacked into ``path``; ``url`` is where it lay in the end."""

    path: Path
    url: str
    bytes: int
    media_type: str | None
    charset: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the body is the one we had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no body. ``lasting``: asking again soon would only get the same answer."""

    reason: Reason
    detail: str
    lasting: bool
    bytes: int = 0


Answer = Body | NotModified | Failure


_TOO_MANY, _SERVER = 429, 500


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host answered for its robots.txt: the status, and the text where there is one."""

    status: int
    text: str = ""

    @property
    def known(self) -> bool:
        """Whether this tells what is allowed."""
        return self.status < _SERVER and self.status != _TOO_MANY


class FetchError(Exception):
    """A failure on its way up. ``again``: the next try may succeed, after ``wait`` seconds."""

    def __init__(
        self,
        reason: Reason,
        detail: str,
        *,
        lasting: bool = False,
        again: bool = False,
        wait: float | None = None,
        size: int = 0,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.lasting = lasting
        self.again = again
        self.wait = wait
        self.size = size

    def as_failure(self) -> Failure:
        """The same as an answer."""
        return Failure(
            reason=self.reason, detail=self.detail, lasting=self.lasting, bytes=self.size
        )
