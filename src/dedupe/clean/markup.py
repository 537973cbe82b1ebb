"""What an element's tag, attributes and names say about it, before anything is read in it."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from dedupe.clean.blocks import Cut, Stage

# The words of a name, parted by punctuation or by camel case.
_WORDS = re.compile(r"[A-Z]++[a-z0-9]*+|[a-z0-9]++")
_PARTS = re.compile(r"[^a-z0-9]+")
_HIDDEN_STYLE = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE
)
_LONGEST = 400
_CERTAIN = 3

CHROME_TAGS = {
    "nav": Cut("navigation", Stage.CHROME),
    "footer": Cut("footer", Stage.CHROME),
    "aside": Cut("side-column", Stage.CHROME),
    "button": Cut("button", Stage.CHROME),
    "menu": Cut("navigation", Stage.CHROME),
    "search": Cut("search", Stage.CHROME),
    "figcaption": Cut("caption", Stage.CHROME),
    "label": Cut("form", Stage.CHROME),
    "option": Cut("form", Stage.CHROME),
    "time": Cut("date", Stage.FIELD),
}
ROLES = {
    "navigation": Cut("navigation", Stage.CHROME),
    "menu": Cut("navigation", Stage.CHROME),
    "menubar": Cut("navigation", Stage.CHROME),
    "search": Cut("search", Stage.CHROME),
    "contentinfo": Cut("footer", Stage.CHROME),
    "complementary": Cut("side-column", Stage.CHROME),
    "dialog": Cut("dialog", Stage.PROMPT),
    "alertdialog": Cut("dialog", Stage.PROMPT),
    "alert": Cut("dialog", Stage.PROMPT),
    "tablist": Cut("navigation", Stage.CHROME),
    "toolbar": Cut("share-bar", Stage.CHROME),
    "banner": Cut("site-header", Stage.CHROME),
}


@cache
def _names() -> tuple[dict[str, tuple[Cut, bool]], dict[str, int]]:
    source = files("dedupe.clean.rules").joinpath("markup.toml").read_bytes()
    table = tomllib.loads(source.decode())
    cuts: dict[str, tuple[Cut, bool]] = {}
    for rule in table["rule"]:
        for name in rule["names"]:
            key = _PARTS.sub("-", name)
            cuts.setdefault(key, (Cut(rule["name"], Stage(rule["stage"])), rule["how"] == "always"))
    bodies = {
        _PARTS.sub("-", name): rule["strength"]
        for rule in table["article"]
        for name in rule["names"]
    }
    return cuts, bodies


_MOST_NAMES = 30


@cache
def _beginnings() -> tuple[frozenset[str], frozenset[str]]:
    """The first words of all names, and of names of two or more.

    A name without any of them holds no such name.
    """
    cuts, bodies = _names()
    names = (*cuts, *bodies)
    return (
        frozenset(name.split("-")[0] for name in names),
        frozenset(name.split("-")[0] for name in names if "-" in name),
    )


@lru_cache(maxsize=50_000)
def read_names(identity: str, classes: str) -> tuple[Cut | None, bool, int]:
    """Return what an id and class names say, taken together.

    A cut, whether it holds even against most of the page's text, and how clearly they say "body".
    """
    cut: Cut | None = None
    always, body = False, 0
    if identity:
        cut, always, body = _read_id(identity)
    if classes:
        for name in classes.split(None, _MOST_NAMES)[:_MOST_NAMES]:
            own_cut, own_always, own_body = _read_name(name)
            body = max(body, own_body)
            if own_cut is not None and (cut is None or (own_always and not always)):
                cut, always = own_cut, own_always
    if cut is not None and not always and body >= _CERTAIN:
        cut = None
    return cut, always, body


def _read_id(identity: str) -> tuple[Cut | None, bool, int]:
    special = _IDS.get(identity)
    return (*special, 0) if special else _read_name(identity)


@lru_cache(maxsize=50_000)
def _read_name(raw: str) -> tuple[Cut | None, bool, int]:
    """Return what one name says. Pure: the cache only saves time."""
    parts = [word.lower() for word in _WORDS.findall(raw[:_LONGEST])]
    beginnings, of_several = _beginnings()
    if beginnings.isdisjoint(parts):
        return None, False, 0
    cuts, bodies = _names()
    name = "-".join(parts)
    body = bodies.get(name, 0)
    if of_several.isdisjoint(parts):
        # Only a single word can say something, at either end.
        found = cuts.get(name) or (
            _find(name, parts, cuts) if parts[0] in cuts or parts[-1] in cuts else None
        )
        return (*found, body) if found else (None, False, body)
    if body < _CERTAIN:
        for at in range(len(parts) - 1):
            body = max(body, bodies.get("-".join(parts[at : at + 2]), 0))
    found = _find(name, parts, cuts)
    return (*found, body) if found else (None, False, body)


def _find(
    name: str, parts: list[str], cuts: dict[str, tuple[Cut, bool]]
) -> tuple[Cut, bool] | None:
    """Return the rule for a name: the name itself, or the one it begins or ends with."""
    found = cuts.get(name)
    if found:
        return found
    if len(parts) == 1:
        return None
    # A long name is a sentence (ids made from headings), a page builder's "widget" holds anything.
    least = 2 if len(parts) > _MOST_PARTS or parts[0] in _BUILDERS else 1
    for size in (3, 2, 1):
        if size < least or (size >= len(parts) and size > 1):
            continue
        # State and layout classes ("has-sidebar", "tag-cookies") are about something elsewhere.
        if parts[0] in _ABOUT_ELSEWHERE:
            return None
        for at in range(len(parts) - size + 1):
            found = cuts.get("-".join(parts[at : at + size]))
            if found and (size > 1 or at in {0, len(parts) - 1}):
                return found
    return None


# Ids whose words are too common to be trusted as parts of class names.
_IDS = {"cc-main": (Cut("consent-platform", Stage.CONSENT), True)}
_BUILDERS = frozenset(
    [
        "elementor",
        "wp",
        "so",
        "siteorigin",
        "et",
        "fl",
        "vc",
        "sqs",
        "brxe",
        "kt",
        "uagb",
        "gb",
        "kadence",
        "w",
    ]
)
_MOST_PARTS = 5
_ABOUT_ELSEWHERE = frozenset(
    [
        "has",
        "no",
        "with",
        "without",
        "tag",
        "category",
        "cat",
        "postid",
        "page",
        "is",
        "not",
        "hide",
        "show",
        "js",
        "theme",
        "body",
        "post",
        "hentry",
        "type",
        "format",
        "status",
        "template",
        "enable",
        "disable",
        "enabled",
        "single",
        "logged",
        "wp",
        "td",
        "col",
        "row",
        "grid",
    ]
)


def hidden(attributes: dict[str, str | None]) -> bool:
    """Whether an element says of itself that it is not shown."""
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if attributes.get("aria-hidden") == "true" and not attributes.get("class", ""):
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style[:_LONGEST]))
