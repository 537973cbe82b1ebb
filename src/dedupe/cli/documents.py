"""Commands about documents: take them in, clean one, explain one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from dedupe import configuration
from dedupe.cli.options import DATA, JSON, print_json, settings_options


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@DATA
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@settings_options
@JSON
def ingest(
    inputs: tuple[str, ...],
    data_dir: Path | str,
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    as_json: bool,  # noqa: FBT001
    **given: Any,  # noqa: ANN401
) -> None:
    """Run the pipeline on files, folders, globs or web addresses and publish a snapshot."""
    settings = configuration.load(given).settings
    from dedupe.pipeline import ingest as run_ingest
    from dedupe.terminal import progress_bars, show_result
    from dedupe.unasked import own_process

    own_process()
    with progress_bars(enabled=not as_json) as progress:
        result = run_ingest(inputs, data_dir, settings, dry_run=dry_run, progress=progress)
    if as_json:
        print_json(result.as_dict())
    else:
        show_result(result)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE|-")
@click.option("--url", help="The address that the document came from.")
@click.option("--media-type", help="text/plain or text/html; by default it is recognised.")
@JSON
def clean(file: Path, url: str | None, media_type: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Show one document with what is kept, what is cut, and by which rule."""
    from dedupe.clean import clean as clean_one
    from dedupe.decoding import decode
    from dedupe.errors import InputError
    from dedupe.media_types import sniff_media_type
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
        print_json(article_as_dict(article))
    else:
        show_cleaning(source, article)


@click.command()
@click.argument("id", metavar="ID")
@DATA
@JSON
def explain(id: str, data_dir: Path | str, as_json: bool) -> None:  # noqa: A002, FBT001
    """Tell the whole story of one document: by id, the beginning of one, URL or source."""
    from dedupe.store import Store
    from dedupe.terminal import show_story

    story = Store(data_dir).explain(id)
    if as_json:
        print_json(story)
    else:
        show_story(story)


COMMANDS = (ingest, clean, explain)
