"""A run's summary as Markdown, for the Prefect artifact."""

from __future__ import annotations

from dedupe.pipeline import OUTCOMES, Result


def summary(result: Result) -> str:
    """One table of outcomes that adds up, then the figures beside it.

    Nothing from a document stands in it: file names and titles may hold Markdown of their own.
    """
    counts = result.counts
    lines = [
        f"## {counts['documents']} documents in {result.seconds:.2f} s",
        "",
        "| outcome | documents |",
        "|---|---:|",
        *(f"| {name} | {counts[name]} |" for name in OUTCOMES),
        f"| **all** | **{counts['documents']}** |",
        "",
        f"Snapshot **{result.snapshot}**"
        + (" (dry run: nothing was written)" if result.dry_run else "")
        + f", {counts['removals']} passages cut, {counts['candidates']} pairs compared, "
        f"{counts['promotions']} canonicals replaced by a better copy.",
    ]
    if result.relations:
        lines += ["", "| relation | documents |", "|---|---:|"]
        lines += [f"| {name} | {number} |" for name, number in sorted(result.relations.items())]
    return "\n".join(lines)
