"""Where settings come from: defaults, then a file, then the environment, then what a caller gives.

The file is ``dedupe.toml``, else ``[tool.dedupe]`` of ``pyproject.toml``, in the working directory.
The environment has ``DEDUPE_`` and the field's name in capitals: ``DEDUPE_THRESHOLD=0.6``.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedupe.errors import SettingsError
from dedupe.settings import Settings

PREFIX = "DEDUPE_"

_FILES = (("dedupe.toml", ()), ("pyproject.toml", ("tool", "dedupe")))
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings, and for each field where its value came from."""

    settings: Settings
    origins: Mapping[str, str]


def load(
    given: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    caller: str = "command line",
) -> Configuration:
    """Settings from all sources, the later over the earlier.

    Args:
        given: what the caller gives; None values count as not given.
        folder: where the files are looked for; the working directory by default.
        environment: the process's own by default.
        caller: how to name ``given`` as an origin.

    Raises:
        SettingsError: a source has an unknown name or a value out of bounds; the message names
            the field and the source.
    """
    values: dict[str, Any] = {}
    origins = {field.name: "default" for field in dataclasses.fields(Settings)}
    sources = [
        *_of_files(folder or Path()),
        *_of_environment(os.environ if environment is None else environment),
        *((name, value, caller) for name, value in (given or {}).items() if value is not None),
    ]
    for name, value, origin in sources:
        if name not in origins:
            known = ", ".join(origins)
            raise SettingsError(f"{name} ({origin}): no such setting; there are {known}")
        try:
            # Each value is validated by itself, so that the message can name its source.
            Settings.from_mapping({name: value})
        except (SettingsError, TypeError, ValueError) as error:
            raise SettingsError(f"{error} ({origin})") from error
        values[name] = value
        origins[name] = origin
    return Configuration(Settings.from_mapping(values), origins)


def _of_files(folder: Path) -> list[tuple[str, Any, str]]:
    for name, keys in _FILES:
        path = folder / name
        if not path.is_file():
            continue
        try:
            table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path}: not readable as TOML ({error})") from error
        for key in keys:
            table = table.get(key, {})
        if table:
            return [(field, value, str(path)) for field, value in table.items()]
    return []


def _of_environment(environment: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    kinds = {field.name: field.default for field in dataclasses.fields(Settings)}
    found: list[tuple[str, Any, str]] = []
    for variable, text in sorted(environment.items()):
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name in kinds:
            found.append((name, _parsed(kinds[name], text, variable), variable))
    return found


def _parsed(default: object, text: str, variable: str) -> object:
    """The text of a variable as a value of the field's type."""
    try:
        if isinstance(default, bool):
            return _TRUTH[text.strip().lower()]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return float(text)
    except (ValueError, KeyError):
        kind = {bool: "true or false", int: "a whole number", float: "a number"}[type(default)]
        raise SettingsError(f"{variable}: {text!r} is not {kind}") from None
    return text
