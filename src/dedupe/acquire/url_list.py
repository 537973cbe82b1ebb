"""Lists of addresses: one to a line, ``#`` begins a comment (``text/uri-list``, RFC 2483).

A sitemap in plain text is the same thing.
"""

from __future__ import annotations

import re

from dedupe.decoding import decode

_WEB = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)


def parse_url_list(raw: bytes, *, charset: str | None = None) -> tuple[str, ...]:
    """Return the http(s) addresses in ``raw``, in order; lines that are none are left out.

    Raises:
        InputError: not a text; the message begins with ``binary`` or ``encoding``, and a colon.
    """
    lines = decode(raw, charset, "text/plain")[0].splitlines()
    return tuple(url for line in lines if (url := web_address(line)))


def web_address(line: str) -> str | None:
    """Return the absolute http(s) address that ``line`` is, white space aside; None if none."""
    address = line.strip(" \t\r\n\f\v\ufeff\0")
    return address if _WEB.fullmatch(address) else None


def is_comment(line: str) -> bool:
    """Whether ``line`` says nothing: blank, or a comment."""
    bare = line.strip(" \t\r\n\f\v\ufeff")
    return not bare or bare.startswith("#")
