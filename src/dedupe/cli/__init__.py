"""The command line: thin over the Python API, which it mirrors name by name."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from dedupe.cli import documents, downstream, folder
from dedupe.errors import DedupeError, SettingsError
from dedupe.foreign import harmless, without_secrets


class _Commands(click.Group):
    """Ends every command that fails on purpose with one line and exit code 1 (2: bad settings)."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as in click
        try:
            return super().invoke(ctx)
        except DedupeError as error:
            click.echo(f"error: {without_secrets(harmless(str(error)))}", err=True)
            ctx.exit(2 if isinstance(error, SettingsError) else 1)
        except MemoryError:
            click.echo("error: out of memory; give the process more", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dedupe-ingest", prog_name="dedupe")
def main() -> None:
    """Clean, deduplicate and publish web and news articles as Parquet."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Titles are in any script, terminals are not: show what they lack as escapes.
            stream.reconfigure(errors="backslashreplace")


for _command in (*documents.COMMANDS, *folder.COMMANDS, *downstream.COMMANDS):
    main.add_command(_command)
