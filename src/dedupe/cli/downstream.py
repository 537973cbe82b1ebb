"""Commands for those who keep a copy of the tables elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from dedupe.cli.options import DATA, JSON, print_json

_FORMATS = ("jsonl", "parquet", "delta", "iceberg")


@click.command()
@click.argument("path", metavar="PATH")
@DATA
@click.option(
    "--to",
    type=click.Choice(_FORMATS),
    help="The format; needed where PATH does not end in .jsonl, .jsonl.gz, .jsonl.zst or .parquet.",
)
@click.option(
    "--table",
    type=click.Choice(["articles", "duplicates"]),
    default="articles",
    show_default=True,
    help="The table to export.",
)
@click.option(
    "--since",
    type=click.IntRange(min=0),
    metavar="N",
    help="Bring the changes since snapshot N; by default those since the one that PATH reflects.",
)
@click.option("--full", is_flag=True, help="Write all rows anew, in place of what is there.")
@click.option(
    "--catalog",
    help="A catalog of pyiceberg's configuration; PATH is then a table's name in it.",
)
@JSON
def export(path: str, data_dir: Path | str, as_json: bool, **options: Any) -> None:  # noqa: ANN401, FBT001
    """Bring a file, a Delta Lake or an Iceberg table to the current snapshot."""
    from dedupe.store import export as run_export

    done = run_export(path, data_dir, **options)
    if as_json:
        print_json(done.as_dict())
        return
    if not done.written:
        click.echo(f"{path}: reflects snapshot {done.snapshot} already")
        return
    counts = ", ".join(f"{count} {kind}" for kind, count in done.changes.items() if count)
    begun = f"since snapshot {done.since}" if done.since else "whole"
    click.echo(f"{path}: snapshot {done.snapshot}, {begun}: {counts or 'no changes'}")


@click.command()
@click.argument("since", type=click.IntRange(min=0), metavar="A")
@click.argument("until", type=click.IntRange(min=1), metavar="[B]", required=False)
@DATA
@JSON
def changes(since: int, until: int | None, data_dir: Path | str, as_json: bool) -> None:  # noqa: FBT001
    """Tell what became of the articles from snapshot A (0: from nothing) to B (the current one).

    Prints a line of JSON for each change: added, promoted, revised or removed.
    """
    from dedupe.downstream.feed import between
    from dedupe.downstream.files import lines
    from dedupe.store import Store

    if until is None:
        with Store(data_dir) as store:
            until = store.snapshot
    with between(data_dir, since, until) as feed:
        if not as_json:
            with click.open_file("-", "wb") as out:
                out.writelines(lines(feed.tables()))
            return
        rows = [json.loads(line) for line in lines(feed.tables())]
        print_json(
            {
                "since": since,
                "snapshot": until,
                "counts": dict(feed.counts),
                "files_compared": len(feed.difference.files),
                "files_shared": feed.difference.shared,
                "changes": rows,
            }
        )


COMMANDS = (export, changes)
