"""Names of clusters: that of a document which leaves one, and which no other cluster holds."""

from __future__ import annotations

from dedupe.pipeline.run import Run
from dedupe.pipeline.versions import cluster_apart


def names_apart(run: Run) -> dict[str, str]:
    """The cluster ids of documents that were filed, in case they are canonical after this run.

    A name once given goes on with its cluster when another canonical takes that over. If then the
    first one leaves the same cluster again, the name is not free: it gets the next.
    """
    left = {
        entry.id: str(old["canonical_id"])
        for entry, old in run.revised
        if old["table"] == "duplicates"
    }
    left |= {each: str(run.outcome.members[each]["canonical_id"]) for each in run.outcome.restored}
    names = {identity: cluster_apart(identity, canonical) for identity, canonical in left.items()}
    open_ = dict(names)
    while open_ and run.snapshot is not None:
        rows = run.snapshot.rows("articles", set(open_.values()), ["cluster_id"], key="cluster_id")
        held = set(rows["cluster_id"].to_pylist())
        open_ = {each: cluster_apart(each, name) for each, name in open_.items() if name in held}
        names |= open_
    return names
