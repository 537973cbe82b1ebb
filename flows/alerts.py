"""What a run tells the outside: events, which automations act on (see ``automations/``)."""

from __future__ import annotations

from pathlib import Path

from prefect.events import emit_event

from dedupe.objects import is_address
from dedupe.pipeline import Result

MANY = 0.2
"""Share of new documents from which rejects are many: a feed has changed its form, or broke."""

FEW = 5
"""Rejects below this number alarm nobody, whatever their share."""


def announce(result: Result) -> None:
    """Emit ``dedupe.snapshot.published``, and ``dedupe.run.rejected-many`` where that is so."""
    if result.dry_run:
        return
    place = result.data_dir
    folder = place if is_address(place) else Path(place).resolve()
    resource = {
        "prefect.resource.id": f"dedupe.data.{folder}",
        "prefect.resource.name": str(folder),
    }
    counts = result.counts
    facts = {"run_id": result.run_id, "snapshot": result.snapshot, **counts}
    emit_event("dedupe.snapshot.published", resource, payload=facts)
    new = counts["documents"] - counts["unchanged"]
    if counts["rejects"] >= max(FEW, MANY * new):
        emit_event("dedupe.run.rejected-many", resource, payload=facts)
