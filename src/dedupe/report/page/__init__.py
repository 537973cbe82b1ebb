"""``report.html``: one page about the run that made a snapshot, told from its tables alone.

A section stands for each stage and lives in the module of its name, which first gathers figures
(bounded: what the run wrote, never all history) and then sets them. ``markup`` is the only place
where text becomes HTML, ``frame`` the only one that knows of style, script and their policy.
"""

from __future__ import annotations

from pathlib import Path

from dedupe.publish import Snapshot
from dedupe.publish.durable import write_text
from dedupe.report.page import acquire, clean, detect, elect, overview, publish
from dedupe.report.page.frame import page
from dedupe.report.page.markup import Html, el
from dedupe.report.page.runs import latest
from dedupe.report.page.written import Written

__all__ = ["PAGE", "page_of", "render", "write_page"]

PAGE = "report.html"
"""The page's name in a snapshot's folder."""


def page_of(snapshot: Snapshot, out: Path | None = None) -> Path:
    """Where the page of a published snapshot lies, written there if need be.

    Without ``out`` that is the page that was published with the snapshot. One that has none (it was
    made by an earlier version) gets it under ``state/``: snapshots do not change.

    Raises:
        OSError: the page cannot be written.
    """
    if out is None:
        own = snapshot.folder / PAGE
        if own.is_file():
            return own
        out = snapshot.folder.parents[1] / "state" / f"report-{snapshot.number:06d}.html"
        out.parent.mkdir(exist_ok=True)
    write_page(snapshot, out)
    return out


def write_page(snapshot: Snapshot, out: Path) -> None:
    """Write the page of the run that made ``snapshot`` to the file ``out``.

    The snapshot may still be a draft in staging, as long as its manifest is written. The same
    snapshot gives the same bytes.

    Raises:
        OSError: ``out`` cannot be written.
    """
    write_text(out, render(snapshot))


def render(snapshot: Snapshot) -> str:
    """The page as text: a whole HTML document that needs nothing from elsewhere."""
    trend = latest(snapshot)
    run = next((run for run in trend if run.run_id == snapshot.manifest.run_id), None)
    if run is None:
        return page(f"Snapshot {snapshot.number}", *_without_run(snapshot), links=[])
    written = Written(snapshot, run.run_id)
    arrivals = acquire.gather(written, run)
    cuts = clean.gather(written)
    compared = detect.gather(written, run)
    clusters = elect.gather(written)
    return page(
        overview.glance(run),
        overview.header(run, run.removals),
        [
            overview.outcome_section(run, arrivals.rejected_in_clean),
            acquire.arrivals_section(arrivals),
            clean.cuts_section(cuts),
            detect.compared_section(compared, run),
            elect.clusters_section(clusters, run),
            publish.snapshot_section(snapshot, written, trend),
        ],
        links=[
            ("outcome", "Outcome"),
            ("acquire", "Acquire"),
            ("clean", "Clean"),
            ("detect", "Detect"),
            ("elect", "Elect"),
            ("publish", "Publish"),
        ],
    )


def _without_run(snapshot: Snapshot) -> tuple[Html, list[Html]]:
    """A snapshot made by maintenance: no document came in, so only the tables are told of."""
    head = el(
        "header",
        el("h1", "No documents came in: this snapshot was made by maintenance."),
        el("p", f"Snapshot {snapshot.number}, {snapshot.manifest.created_at}", class_="quiet"),
    )
    return head, [publish.snapshot_section(snapshot, None, latest(snapshot))]
