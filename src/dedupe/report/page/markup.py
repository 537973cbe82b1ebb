"""HTML as values: what is not ``Html`` is text, and text is escaped.

``Html`` is only made here, from parts that are ``Html`` already or were escaped on their way in, so
no string of a document can become markup wherever it ends up in the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import urlsplit

Child: TypeAlias = "Html | str | int | Iterable[Child] | None"
Attribute: TypeAlias = "str | int | float | bool | None"

_VOID = frozenset({"meta", "input", "br"})
_SHAPES = frozenset({"line", "rect", "polyline"})
"""Without content too, but in SVG, where an element that is not closed swallows the next."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML does not allow, even escaped."""

_OVERRIDES = {"\u202d": "[U+202D]", "\u202e": "[U+202E]"}
"""Characters that make text read as something else (``txt.exe``); no honest headline has one."""


class Html:
    """Markup that may stand in the page as it is."""

    __slots__ = ("markup",)

    def __init__(self, markup: str) -> None:
        """Vouch for ``markup``; outside of this module, only for constants."""
        self.markup = markup

    def __str__(self) -> str:
        return self.markup


def text(value: str) -> str:
    """``value`` escaped for content and for quoted attributes alike."""
    return html.escape(_UNFIT.sub("\ufffd", value), quote=True)


def el(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element. ``class_`` is class, ``aria_label`` is aria-label; None and False are left out.

    Attribute names come from this package's own code, never from a document.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        parts.append(f" {label}" if value is True else f' {label}="{text(shown)}"')
    if name in _VOID:
        parts.append(">")
    elif name in _SHAPES:
        parts.append("/>")
    else:
        parts += [">", *_flat(children), f"</{name}>"]
    return Html("".join(parts))


def join(*children: Child) -> Html:
    """Children one after the other, without an element around them."""
    return Html("".join(_flat(children)))


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            yield child.markup
        elif isinstance(child, str):
            yield text(child)
        elif isinstance(child, int):
            yield f"{child:,}"
        else:
            yield from _flat(child)


def visible(value: str) -> str:
    """Text of a document with direction overrides made visible."""
    for char, name in _OVERRIDES.items():
        value = value.replace(char, name)
    return value


def foreign(value: str | None, limit: int = 300) -> Html:
    """Text of a document: bounded, of its own writing direction, unable to disturb what follows."""
    if value is None or not value.strip():
        return el("span", "none stated", class_="none")
    return el("bdi", shorten(visible(value), limit))


def shorten(value: str, limit: int) -> str:
    """White space to single spaces, and an ellipsis where it is longer than ``limit``."""
    flat = " ".join(value[: 4 * limit].split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def link(url: str | None, limit: int = 120) -> Html | None:
    """An address as a link where it is a plain http or https one, else as text; None for none."""
    if not url:
        return None
    shown = foreign(url, limit)
    try:
        parts = urlsplit(url)
        safe = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        safe = False
    if not safe or _UNFIT.search(url) or any(char.isspace() for char in url):
        return shown
    return el("a", shown, href=url, rel="noopener noreferrer")
