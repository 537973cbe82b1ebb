"""What a run did, what a check found, which snapshots and settings there are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dedupe.configuration import Configuration
from dedupe.objects import is_address
from dedupe.pipeline import OUTCOMES, Result
from dedupe.pipeline.check import Report
from dedupe.publish.history import Entry
from dedupe.settings import Settings
from dedupe.terminal.screen import screen

_SAYS = {
    "articles": "new canonical articles",
    "revisions": "new versions of known articles",
    "duplicates": "filed under a canonical article",
    "rejects": "rejected, with the reason",
    "unchanged": "ingested before, nothing to do",
}


def show_result(result: Result) -> None:
    """A short table of what happened, and where the Parquet lies."""
    console = screen()
    documents = result.counts["documents"]
    table = Table(title=f"{documents} documents in {result.seconds:.2f} s", title_justify="left")
    table.add_column("outcome")
    table.add_column("documents", justify="right")
    table.add_column("", style="dim")
    for name in OUTCOMES:
        table.add_row(name, str(result.counts[name]), _SAYS[name])
    table.add_section()
    table.add_row("all", str(documents), "the sum of the above")
    console.print(table)
    removals, promotions = result.counts["removals"], result.counts["promotions"]
    console.print(f"{removals} passages cut, {result.counts['candidates']} pairs compared", end="")
    console.print(f", {promotions} canonicals replaced by a better copy" if promotions else "")
    if left := result.counts["left"]:
        console.print(f"{left} files are still being written and were left for the next run")
    if result.rebuilt:
        console.print("the index did not fit the tables and was built anew from them")
    if result.dry_run:
        console.print("dry run: nothing was written")
    else:
        # Object storage has no links: there the snapshot's own folder is named.
        there = is_address(result.data_dir)
        folder = f"snapshots/{result.snapshot:06d}" if there else "current"
        console.print(
            f"snapshot {result.snapshot}, Parquet in {escape(result.data_dir)}/{folder}/articles"
        )


def show_check(report: Report) -> None:
    """What ``check`` found, worst first."""
    console = screen()
    for problem in report.problems:
        console.print(Text(f"problem: {problem}", style="red"))
    for note in report.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    if report.whole:
        numbers = ", ".join(map(str, report.whole))
        console.print(
            Text(f"whole: {numbers}; `dedupe rollback {report.whole[-1]}` goes back to the newest")
        )
    counts = ", ".join(f"{rows} {table}" for table, rows in report.counts.items())
    verdict = f"{len(report.problems)} problems" if report.problems else "clean"
    console.print(Text(f"snapshot {report.snapshot}: {verdict} ({counts})"))


def show_snapshots(entries: Sequence[Entry]) -> None:
    """The snapshots, oldest first."""
    console = screen()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("snapshot", "created", "run", "articles", "duplicates", "bytes", ""):
        right = name in {"snapshot", "articles", "duplicates", "bytes"}
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for entry in entries:
        state = "current" if entry.current else "withdrawn" if entry.withdrawn else ""
        table.add_row(
            str(entry.number),
            entry.created_at[:19],
            escape(entry.run_id),
            f"{entry.articles:,}",
            f"{entry.duplicates:,}",
            f"{entry.bytes:,}",
            escape(entry.damage or state),
        )
    console.print(table)


def show_settings(found: Configuration) -> None:
    """Each setting with its value, its origin and what it is about."""
    console = screen()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("setting", "value", "from", "what it is"):
        table.add_column(name)
    about = {field.name: field.metadata["help"] for field in dataclasses.fields(Settings)}
    for name, value in found.settings.as_dict().items():
        shown = ",".join(value) if isinstance(value, list) else str(value)
        table.add_row(name, escape(shown), escape(found.origins[name]), about[name])
    console.print(table)
