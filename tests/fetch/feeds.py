"""Feeds and their pages on the server of the tests."""

from __future__ import annotations

from typing import Any

from tests.fetch.press import Press
from tests.newsroom import story

FRIENDLY: dict[str, Any] = {"allow_hosts": "127.0.0.1", "fetch_delay": 0.0, "fetch_timeout": 10.0}


def entry(press: Press, number: int, updated: str = "", *, full: bool = False) -> str:
    """An entry of a feed, with its page on the server."""
    told = story(number)
    press.put(f"/{number}.html", told.page())
    body = f"<description>{told.title}</description>"
    if full:
        paragraphs = "".join(f"&lt;p&gt;{text}&lt;/p&gt;" for text in told.paragraphs)
        space = "http://purl.org/rss/1.0/modules/content/"
        body = f'<content:encoded xmlns:content="{space}">{paragraphs}</content:encoded>'
    change = f'<updated xmlns="http://www.w3.org/2005/Atom">{updated}</updated>' if updated else ""
    link = f"<link>{press.url(f'/{number}.html')}</link>"
    return f"<item><title>{told.title}</title>{link}{body}{change}</item>"


def feed(press: Press, *entries: str) -> str:
    """Put a feed on the server; gives its address."""
    text = f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(entries)}</channel></rss>'
    press.put("/feed.xml", text, "application/rss+xml; charset=utf-8")
    return press.url("/feed.xml")


def statuses(press: Press, path: str) -> list[bool]:
    """For each request for ``path`` whether it was conditional."""
    return ["if-none-match" in asked.headers for asked in press.asked if asked.path == path]
