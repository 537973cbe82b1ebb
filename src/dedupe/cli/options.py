"""Options and output that the commands share."""

from __future__ import annotations

import codecs
import dataclasses
import json
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import click

from dedupe.foreign import escaped
from dedupe.objects import is_address
from dedupe.settings import Settings


class _Place(click.Path):
    """A folder, or an address in object storage, which stays the text that it is."""

    name = "folder"

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as in click
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        return value if is_address(value) else super().convert(value, param, ctx)


DATA = click.option(
    "--data",
    "data_dir",
    type=_Place(),
    default="data",
    show_default=True,
    help="The data folder: a path, or an address such as s3://bucket/prefix.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each field of ``Settings``, under the field's own name."""
    names = [each.name for each in dataclasses.fields(Settings) if not each.metadata["served"]]
    return options_of(names, command)


def options_of(
    names: Collection[str], command: Callable[..., None], *, default: str | None = None
) -> Callable[..., None]:
    """An option for each of the named fields of ``Settings``; ``default`` where it is no value."""
    for field in reversed(dataclasses.fields(Settings)):
        if field.name not in names:
            continue
        name = field.name.replace("_", "-")
        if isinstance(field.default, bool):
            declaration, kind = f"--{name}/--no-{name}", None
        else:
            declaration = f"--{name}"
            kind = str if isinstance(field.default, tuple) else type(field.default)
        shown = field.default
        if isinstance(shown, tuple):
            shown = ",".join(shown) or "none"
        command = click.option(
            declaration,
            field.name,
            type=kind,
            default=None,
            help=f"{field.metadata['help'].capitalize()}.  [default: {default or shown}]",
        )(command)
    return command


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print for machines; what the terminal's encoding lacks is escaped."""
    everything = codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
    written = json.dumps(value, ensure_ascii=not everything, indent=2, default=str)
    click.echo(escaped(written))
