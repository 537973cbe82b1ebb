"""Fetch: addresses to documents, politely, guarded, and knowing what was fetched before.

======================= ==================================================================
``follow``              rounds of addresses, links and lists; what is asked for again, and when
``fetcher``             many at once, in a thread; answers in the order of the asking
``client``              one address: redirects, tries, limits, what is refused
``robots``, ``pace``    who may be asked for what, and how often
``wire``, ``transport`` one exchange; connections to checked addresses only (``guard``)
``body``                unpacking with a limit
``kept``                bodies of a run that was killed
``state``               what earlier, published runs learnt
======================= ==================================================================

The libraries for it are loaded when there is something to fetch.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Collection
from pathlib import Path

from dedupe.acquire.fetch.fetcher import Fetcher
from dedupe.acquire.fetch.follow import Follower
from dedupe.acquire.fetch.guard import Guard
from dedupe.acquire.fetch.state import State
from dedupe.settings import Settings

__all__ = ["Follower", "conditions", "follower", "user_agent"]


def follower(  # noqa: PLR0913 - each by its name
    settings: Settings,
    *,
    state: Path,
    folder: Path,
    run: str,
    now: float,
    published: Callable[[], Collection[str]],
    abandoned: Path | None = None,
    keep: bool = True,
) -> Follower:
    """Make what follows addresses and links; nothing is opened or written before the first.

    Args:
        settings: those that begin with ``fetch``, ``allow_hosts``, ``user_agent``, ``contact``.
        state: the file of what earlier runs learnt (SQLite).
        folder: where bodies lie until they are read.
        run: the id of this run.
        now: its start, in seconds since 1970.
        published: gives the ids of the runs that the present snapshot knows; what others noted
            does not count.
        abandoned: where the staging folders of runs that were killed lie, whose bodies are taken
            over; None: they are not.
        keep: False: nothing is noted (a dry run).

    Raises:
        SettingsError: ``allow_hosts`` has an entry that is no host.
    """
    Guard(settings.allow_hosts)  # a bad entry is told before anything is asked

    def open_state() -> State:
        return State(
            state,
            run=run,
            now=now,
            published=published,
            conditions=conditions(settings),
            keep=keep,
        )

    def make_fetcher(opened: State) -> Fetcher:
        from dedupe.acquire.fetch.assembly import assembled

        return assembled(settings, opened, folder, abandoned)

    return Follower(settings, open_state, make_fetcher)


def user_agent(settings: Settings) -> str:
    """What servers are told: the program and its version, and whom to write to."""
    name = settings.user_agent or f"dedupe-ingest/{importlib.metadata.version('dedupe-ingest')}"
    return f"{name} (+{settings.contact})" if settings.contact else name


def conditions(settings: Settings) -> str:
    """The settings under which a refusal, or a list that was dealt with, would be another."""
    return repr(
        (
            settings.allow_hosts,
            settings.fetch,
            settings.fetch_robots,
            settings.fetch_bytes,
            settings.max_bytes,
            user_agent(settings),
        )
    )
