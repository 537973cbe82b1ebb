"""Following: the addresses that a user names, and the links of the lists found there.

Work goes in rounds: what was named, then the links that it gave, then the links of those (an index
of sitemaps, a sitemap, its pages). Within a round hosts take turns, so that none is waited for
while others could be asked; the order is made from the inputs and not from the answers.

A page is fetched once, and again when the link to it states a later change; what is named, and a
list, is asked for in every run, with the validators of the last answer.

The validators of a list are kept only when every link in it was dealt with. If one failed in a way
that may pass, or was left for the next run, the next run must read the list again and not be told
that it is unchanged.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dedupe.acquire.fetch.answers import Answer, Body, Failure, NotModified, Request
from dedupe.acquire.fetch.fetcher import Fetcher
from dedupe.acquire.fetch.state import Known, State
from dedupe.acquire.identity import hash_bytes
from dedupe.acquire.inputs import Input
from dedupe.acquire.link import Link
from dedupe.acquire.readers import read
from dedupe.acquire.urls import masked, normalise_url
from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings

log = logging.getLogger("dedupe")

DEEPEST = 4
"""Lists within lists that are followed: an index of sitemaps, its sitemaps, and two to spare."""

AGAIN = 86_400.0
"""Seconds for which a link that led nowhere is not asked for again."""

_OURS = frozenset((Reason.UNREADABLE, Reason.READER_FAILED))
"""Reasons that lie with the disk or a reader: the same body may be read another time."""

Outcome = Document | Reject | Unchanged


@dataclass(slots=True, kw_only=True)
class _Asked:
    """An address on its way. ``whole``: nothing that it led to was left open."""

    url: str
    address: str
    stated: str | None = None
    known: Known | None = None
    parent: _Asked | None = None
    depth: int = 0
    whole: bool = True
    validators: Known | None = None

    @property
    def source(self) -> str:
        return masked(self.url)

    def leave_open(self) -> None:
        """Something must be done again: then the lists that led here must be read again, too."""
        asked: _Asked | None = self
        while asked is not None:
            asked.whole = False
            asked = asked.parent


class Follower:
    """Gives the outcomes of addresses: documents, rejects, or unchanged."""

    def __init__(
        self,
        settings: Settings,
        open_state: Callable[[], State],
        make_fetcher: Callable[[State], Fetcher],
    ) -> None:
        """``open_state`` and ``make_fetcher`` are called when there is something to fetch."""
        self._settings = settings
        self._open_state = open_state
        self._make_fetcher = make_fetcher
        self._held = ExitStack()
        self._state: State | None = None
        self._fetcher: Fetcher | None = None
        self._round: list[_Asked] = []
        self._lists: list[_Asked] = []
        self._files: dict[str, _Asked] = {}
        self._met: set[bytes] = set()
        self._links = 0
        self.left = 0
        """Links that wait for the next run."""

    def __enter__(self) -> Self:
        """Open nothing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened; what was noted is kept unless there is an error."""
        self._held.__exit__(kind, error, trace)

    @property
    def state(self) -> State:
        """What earlier runs learnt."""
        if self._state is None:
            self._state = self._held.enter_context(self._open_state())
            self._fetcher = self._held.enter_context(self._make_fetcher(self._state))
        return self._state

    def name(self, url: str) -> Outcome | None:
        """Take up an address that the user names; an outcome only where there is nothing to ask."""
        address = normalise_url(url)
        if address is None or self._again(address):
            return self._no_address(url) if address is None else _unchanged(url, address)
        self._round.append(_Asked(url=url, address=address, known=self.state.known(address)))
        return None

    def link(self, link: Link, parent: _Asked | str) -> Outcome | None:
        """Take up a link found in a list; an outcome only where there is nothing to ask.

        ``parent`` is the list: one that was fetched, or the source of a file.
        """
        if isinstance(parent, str):
            parent = self._files.setdefault(parent, _Asked(url=parent, address=""))
        address = normalise_url(link.url)
        if address is None:
            return self._no_address(link.url)
        if self._again(address):
            return _unchanged(link.url, address)
        asked = _Asked(
            url=link.url,
            address=address,
            stated=link.changed.isoformat() if link.changed else None,
            known=self.state.known(address),
            parent=parent,
            depth=parent.depth + 1,
        )
        if self._settled(asked, link):
            return _unchanged(link.url, address)
        if asked.depth > DEEPEST:
            detail = f"more than {DEEPEST} lists within one another"
            return Reject.of_input(asked.source, Reason.NOT_FETCHED, detail, size=0)
        if self._links >= self._settings.fetch_limit:
            self.left += 1
            asked.leave_open()
            return None
        self._links += 1
        self._round.append(asked)
        return None

    @property
    def left_open(self) -> set[str]:
        """The sources of files with links that the next run must look at again."""
        return {source for source, file in self._files.items() if not file.whole}

    def outcomes(self) -> Iterator[Outcome]:
        """Fetch what was taken up, and what that leads to."""
        while self._round:
            asked, self._round = list(_in_turns(self._round)), []
            assert self._fetcher is not None  # opened with the state, which every address asks
            answers = self._fetcher.fetch(map(_request, asked))
            for one, answer in zip(asked, answers, strict=True):
                yield from self._outcome(one, answer)
        for one in self._lists:
            if one.whole and one.validators is not None:
                self.state.note(one.address, one.validators, conditional=True)
        self._lists = []
        if self.left:
            limit = self._settings.fetch_limit
            log.warning("%d links wait for the next run (fetch_limit = %d)", self.left, limit)

    def _outcome(self, asked: _Asked, answer: Answer) -> Iterator[Outcome]:
        match answer:
            case NotModified():
                known = asked.known or Known()
                if asked.stated != known.stated:
                    self._note(asked, known.etag, known.last_modified, known.validated)
                yield _unchanged(asked.url, asked.address)
            case Failure():
                yield self._failed(asked, answer)
            case Body():
                try:
                    yield from self._read(asked, answer)
                finally:
                    answer.path.unlink(missing_ok=True)

    def _failed(self, asked: _Asked, failure: Failure) -> Reject:
        log.warning("%s: %s (%s)", asked.source, failure.detail, failure.reason)
        if failure.lasting:
            known = Known(failure=failure.reason, stated=asked.stated)
            self.state.note(asked.address, known, conditional=True)
        else:
            asked.leave_open()
        return Reject.of_input(asked.source, failure.reason, failure.detail, size=failure.bytes)

    def _read(self, asked: _Asked, body: Body) -> Iterator[Outcome]:
        links = False
        target = Input(
            asked.source,
            body.path,
            url=body.url,
            media_type=body.media_type,
            charset=body.charset,
        )
        for item in read(target, self._settings):
            if isinstance(item, Link):
                links = True
                if (outcome := self.link(item, asked)) is not None:
                    yield outcome
            else:
                if isinstance(item, Reject) and item.reason in _OURS:
                    asked.leave_open()
                yield item
        if not asked.whole and not links:
            return  # to be fetched again, and not to be told that it is unchanged
        if links:
            asked.validators = _known(asked, body.etag, body.last_modified, body.url)
            self._lists.append(asked)
        else:
            self._note(asked, body.etag, body.last_modified, body.url)

    def _note(
        self, asked: _Asked, etag: str | None, last_modified: str | None, url: str | None
    ) -> None:
        self.state.note(asked.address, _known(asked, etag, last_modified, url))

    def _again(self, address: str) -> bool:
        """Whether this run has met the address before; 16 bytes each are held."""
        key = bytes.fromhex(hash_bytes(address.encode()))
        known = key in self._met
        self._met.add(key)
        return known

    def _settled(self, asked: _Asked, link: Link) -> bool:
        known = asked.known
        if known is None:
            return False
        if known.failure is not None:
            return self.state.now - known.at < AGAIN and asked.stated == known.stated
        if link.kind == "sitemap":
            return asked.stated is not None and asked.stated == known.stated
        return asked.stated is None or asked.stated == known.stated

    def _no_address(self, url: str) -> Reject:
        return Reject.of_input(masked(url), Reason.FETCH_FAILED, "not a web address", size=0)


def _known(
    asked: _Asked, etag: str | None, last_modified: str | None, validated: str | None
) -> Known:
    return Known(etag=etag, last_modified=last_modified, validated=validated, stated=asked.stated)


def _request(asked: _Asked) -> Request:
    known = asked.known or Known()
    return Request(
        url=asked.url,
        etag=known.etag,
        last_modified=known.last_modified,
        validated=known.validated,
    )


def _unchanged(url: str, address: str) -> Unchanged:
    return Unchanged(source=masked(url), id=hash_bytes(address.encode()))


def _in_turns(asked: Iterable[_Asked]) -> Iterator[_Asked]:
    """The first of each host, then the second of each, in the order of their coming."""
    hosts: dict[str, deque[_Asked]] = defaultdict(deque)
    for one in asked:
        hosts[one.address.split("/", 3)[2]].append(one)
    while hosts:
        for host in list(hosts):
            yield hosts[host].popleft()
            if not hosts[host]:
                del hosts[host]
