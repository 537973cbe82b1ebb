"""The command line: thin over the Python API, which it mirrors name by name."""

from __future__ import annotations

import codecs
import dataclasses
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dedupe.errors import DedupeError, SettingsError
from dedupe.settings import Settings

_DATA = click.option(
    "--data",
    "data_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="The data folder.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


class _Commands(click.Group):
    """Ends every command that fails on purpose with one line and exit code 1 (2: bad settings)."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as in click
        try:
            return super().invoke(ctx)
        except DedupeError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2 if isinstance(error, SettingsError) else 1)
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


def _settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each field of ``Settings``, under the field's own name."""
    for field in reversed(dataclasses.fields(Settings)):
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
            help=f"{field.metadata['help'].capitalize()}.  [default: {shown}]",
        )(command)
    return command


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@_DATA
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@_settings_options
@_JSON
def ingest(
    inputs: tuple[str, ...],
    data_dir: Path,
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    as_json: bool,  # noqa: FBT001
    **given: Any,  # noqa: ANN401
) -> None:
    """Run the pipeline on files, folders or globs and publish a snapshot."""
    settings = Settings.from_mapping({k: v for k, v in given.items() if v is not None})
    from dedupe.pipeline import ingest as run_ingest
    from dedupe.terminal import progress_bars, show_result

    with progress_bars(enabled=not as_json) as progress:
        result = run_ingest(inputs, data_dir, settings, dry_run=dry_run, progress=progress)
    if as_json:
        _print_json(result.as_dict())
    else:
        show_result(result)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE|-")
@click.option("--url", help="The address that the document came from.")
@click.option("--media-type", help="text/plain or text/html; by default it is recognised.")
@_JSON
def clean(file: Path, url: str | None, media_type: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Show one document with what is kept, what is cut, and by which rule."""
    from dedupe.clean import clean as clean_one
    from dedupe.decoding import decode, sniff_media_type
    from dedupe.errors import InputError
    from dedupe.terminal import article_as_dict, show_cleaning

    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    media_type = media_type or sniff_media_type(None if str(file) == "-" else file.name, raw[:4096])
    try:
        source, _ = decode(raw, media_type=media_type)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    article = clean_one(source, url=url, media_type=media_type)
    if as_json:
        _print_json(article_as_dict(article))
    else:
        show_cleaning(source, article)


@main.command()
@click.argument("id", metavar="ID")
@_DATA
@_JSON
def explain(id: str, data_dir: Path, as_json: bool) -> None:  # noqa: A002, FBT001
    """Tell the whole story of one document: by id, the beginning of one, URL or source."""
    from dedupe.terminal import show_story
    from dedupe.store import Store

    story = Store(data_dir).explain(id)
    if as_json:
        _print_json(story)
    else:
        show_story(story)


@main.command()
@_DATA
@_JSON
def check(data_dir: Path, as_json: bool) -> None:  # noqa: FBT001
    """Verify every table, digest, reference and count, and the index."""
    from dedupe.pipeline.check import check as run_check
    from dedupe.terminal import show_check

    report = run_check(data_dir)
    if as_json:
        _print_json(dataclasses.asdict(report))
    else:
        show_check(report)
    if report.problems:
        raise click.exceptions.Exit(1)


@main.command()
@_DATA
@_JSON
def rebuild(data_dir: Path, as_json: bool) -> None:  # noqa: FBT001
    """Build the index anew from the published tables."""
    from dedupe.pipeline.rebuild import rebuild_index

    done = rebuild_index(data_dir)
    if as_json:
        _print_json(done)
    else:
        click.echo(
            f"index rebuilt from snapshot {done['snapshot']}: {done['canonicals']} canonicals"
        )


def _print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    everything = codecs.lookup(sys.stdout.encoding or "ascii").name.startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not everything, indent=2, default=str))
