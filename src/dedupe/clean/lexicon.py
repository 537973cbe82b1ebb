"""The plain word lists of ``rules/words.toml``, loaded once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    source = files("dedupe.clean.rules").joinpath("words.toml").read_bytes()
    return tomllib.loads(source.decode())


def section(name: str) -> dict[str, list[str]]:
    """Return all lists of a section by name."""
    return _tables()[name]


def words(name: str, key: str) -> tuple[str, ...]:
    """Return one list, in its order."""
    return tuple(_tables()[name][key])
