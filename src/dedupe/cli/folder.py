"""Commands about the data folder: check, mend, tidy, look back and go back."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

import click

from dedupe import configuration
from dedupe.cli.options import DATA, JSON, options_of, print_json
from dedupe.errors import DedupeError
from dedupe.settings import DECIDING


@click.command()
@DATA
@JSON
def check(data_dir: Path | str, as_json: bool) -> None:  # noqa: FBT001
    """Verify every table, digest, reference and count, and the index."""
    from dedupe.pipeline.check import check as run_check
    from dedupe.terminal import show_check

    report = run_check(data_dir)
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        show_check(report)
    if report.problems:
        raise click.exceptions.Exit(1)


@click.command()
@DATA
@click.option(
    "--elect",
    is_flag=True,
    help="Compute clusters and canonicals anew from the tables, and publish them.",
)
@partial(options_of, DECIDING, default="as in the snapshot")
@JSON
def rebuild(
    data_dir: Path | str,
    elect: bool,  # noqa: FBT001 - click passes options by name
    as_json: bool,  # noqa: FBT001
    **given: Any,  # noqa: ANN401
) -> None:
    """Build the index anew from the published tables; with --elect, the clusters.

    Documents are compared under the settings of the present snapshot, and those that a file, the
    environment or an option states otherwise.
    """
    if elect:
        _elect_again(data_dir, given, as_json=as_json)
        return
    if any(value is not None for value in given.values()):
        raise click.UsageError("settings decide clusters: they go with --elect")
    from dedupe.pipeline.rebuild import rebuild_index

    done = rebuild_index(data_dir)
    if as_json:
        print_json(done)
    else:
        click.echo(
            f"index rebuilt from snapshot {done['snapshot']}: {done['canonicals']} canonicals"
        )


def _elect_again(data_dir: Path | str, given: dict[str, Any], *, as_json: bool) -> None:
    found = configuration.load(given)
    stated = found.settings.as_dict()
    chosen = {name: stated[name] for name in DECIDING if found.origins[name] != "default"}
    from dedupe.pipeline.reelect import elect_again

    done = elect_again(data_dir, chosen)
    if as_json:
        print_json(done)
        return
    changed = ", ".join(f"{name} {value}" for name, value in done["settings"].items())
    click.echo(
        f"snapshot {done['snapshot']}: {done['documents']} documents, "
        f"{done['articles_before']} articles became {done['articles']} "
        f"({done['promoted']} promoted, {done['demoted']} demoted); settings changed: "
        f"{changed or 'none'}"
    )


@click.command()
@DATA
@JSON
def compact(data_dir: Path | str, as_json: bool) -> None:  # noqa: FBT001
    """Fold small files together in a new snapshot with the same rows."""
    from dedupe.pipeline.upkeep import compact as run_compact

    done = run_compact(data_dir)
    if as_json:
        print_json(done)
    else:
        before, after = done["files_before"], done["files_after"]
        click.echo(f"snapshot {done['snapshot']}: {before} files became {after}")


@click.command()
@DATA
@JSON
def snapshots(data_dir: Path | str, as_json: bool) -> None:  # noqa: FBT001
    """List the published snapshots, oldest first."""
    from dedupe.pipeline.upkeep import snapshots as listed
    from dedupe.terminal import show_snapshots

    entries = listed(data_dir)
    if as_json:
        print_json([dataclasses.asdict(entry) for entry in entries])
    else:
        show_snapshots(entries)


@click.command()
@click.argument("number", type=click.IntRange(min=1), metavar="N")
@DATA
@JSON
def rollback(number: int, data_dir: Path | str, as_json: bool) -> None:  # noqa: FBT001
    """Make snapshot N current again; later ones stay in the list as withdrawn."""
    from dedupe.pipeline.upkeep import rollback as run_rollback

    done = run_rollback(data_dir, number)
    if as_json:
        print_json(done)
    else:
        click.echo(f"snapshot {done['snapshot']} is current: {done['articles']} articles")


@click.command()
@DATA
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
@click.option("--open/--no-open", "show", default=False, help="Open it in the browser.")
@JSON
def report(data_dir: Path | str, out: Path | None, show: bool, as_json: bool) -> None:  # noqa: FBT001
    """Say where the last run's page lies, write a copy of it, or open it."""
    from dedupe.pipeline.place import require, viewed
    from dedupe.report.page import page_of
    from dedupe.store import Store

    require(data_dir)
    with viewed(data_dir) as folder, Store(folder) as store:
        try:
            path = page_of(store.tables, out)
        except OSError as error:
            raise DedupeError(f"{out or data_dir}: the page cannot be written ({error})") from error
    if as_json:
        print_json({"snapshot": store.snapshot, "page": str(path)})
    else:
        click.echo(str(path))
    if show:
        click.launch(path.resolve().as_uri())


@click.command()
@JSON
def settings(as_json: bool) -> None:  # noqa: FBT001
    """Show every setting with its value and where that came from."""
    from dedupe.terminal import show_settings

    found = configuration.load()
    if as_json:
        values = found.settings.as_dict()
        print_json(
            {name: {"value": values[name], "origin": found.origins[name]} for name in values}
        )
    else:
        show_settings(found)


COMMANDS = (check, rebuild, compact, snapshots, rollback, report, settings)
