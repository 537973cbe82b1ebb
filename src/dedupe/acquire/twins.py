"""Twins: the addresses under which a site shows the same article to phones and to AMP readers.

Each rule needs the article's own name in the address, or a host made for nothing else, because
``amp`` and ``m`` are words too: ``/tag/amp`` is about amplifiers. What is merged wrongly would make
two articles versions of one; what is not merged is still found as a copy by its text.
"""

from __future__ import annotations

import re

# Caches that spell out whose page they hold: /c/s/host/path (s: https), /amp/s/host/path.
_CACHES = (
    (re.compile(r"[a-z0-9-]+\.cdn\.ampproject\.org|www\.bing-amp\.com"), re.compile(r"/[cv]/")),
    (re.compile(r"www\.google\.[a-z]{2,3}(?:\.[a-z]{2})?"), re.compile(r"/amp/")),
)
_CACHED = re.compile(r"(s/)?((?:[a-z0-9-]+\.)+[a-z0-9-]{2,}(?:/.*)?)", re.IGNORECASE | re.DOTALL)
_TWIN_HOST = re.compile(r"(?:amp|m|mobile|touch)\.(?=[^.]+\.[^.]+)")
_MIDDLE = re.compile(r"(?<=\.)m\.(?=[^.]+\.[^.]+$)")
# The last part of an article's path: with a number, or of several words.
_SLUG = re.compile(r"\d|-[^/-]+-")
_AMP_SUFFIX = re.compile(r"\.amp(?=\.html?$|$)", re.IGNORECASE)
_AMP_PAIR = re.compile(
    r"(?:_?amp=(?:1|true)?|output(?:type)?=amp|amp_gsa=.*|usqp=mq.*)", re.IGNORECASE
)


def cached_address(host: str, path: str, query: str) -> str | None:
    """Return the address of the page that an AMP cache holds at this one; None for all others."""
    for hosts, start in _CACHES:
        prefix = start.match(path)
        if prefix and hosts.fullmatch(host) and (inner := _CACHED.fullmatch(path, prefix.end())):
            scheme = "https" if inner[1] else "http"
            return f"{scheme}://{inner[2]}" + (f"?{query}" if query else "")
    return None


def desktop_host(host: str) -> str:
    """``m.example.org``, ``amp.example.org``: ``www.example.org``; ``en.m.x.org``: ``en.x.org``.

    Where the site has no ``www.`` nothing is lost: the name stands for the twins alone.
    """
    host = _MIDDLE.sub("", host)
    while found := _TWIN_HOST.match(host):
        rest = host[found.end() :]
        host = rest if rest.startswith("www.") or _TWIN_HOST.match(rest) else f"www.{rest}"
    return host


def desktop_path(path: str) -> str:
    """The path of an article without the ``amp`` in front of, behind or inside its name."""
    parts = path.split("/")
    while parts[-1].lower() == "amp" and _SLUG.search(parts[-2]):
        parts.pop()
    if _SLUG.search(parts[-1]):
        parts = [part for part in parts if part.lower() != "amp"]
        name = parts[-1]
        while (shorter := _AMP_SUFFIX.sub("", name)) != name and _SLUG.search(shorter):
            parts[-1] = name = shorter
    return "/".join(parts)


def is_twin_parameter(pair: str) -> bool:
    """Whether a parameter, ``name=value``, only asks for the AMP form of a page."""
    return _AMP_PAIR.fullmatch(pair) is not None
