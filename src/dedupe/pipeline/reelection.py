"""All documents of a snapshot on their way through another election."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from dedupe.article import Pair, Relation, Verdict
from dedupe.detect import Detector
from dedupe.elect import Candidate, Columns, apart, elect, policy_reason, ranked
from dedupe.pipeline import staging as stage
from dedupe.pipeline.evidence import Evidence
from dedupe.pipeline.tally import ONLY
from dedupe.pipeline.versions import cluster_apart
from dedupe.publish import Snapshot
from dedupe.settings import Settings

_BOTH = [
    "id",
    "document_id",
    "word_count",
    "first_seen_at",
    "published_at",
    "site",
    "version",
    "content_hash",
]
_TEXTS = pa.schema({"id": pa.string(), "text": pa.large_string()})


@dataclass(frozen=True, slots=True)
class Document:
    """A present version, and where it stood: ``canonical_id`` is its own id for an article."""

    candidate: Candidate
    document_id: str
    content_hash: str
    canonical_id: str
    cluster_id: str


@dataclass(slots=True)
class Documents:
    """The present versions of a snapshot, by id; their texts lie in memory-mapped files."""

    all: dict[str, Document] = field(default_factory=dict)
    without_text: int = 0
    shards: list[pa.Table] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, folder: Path) -> Self:
        """Read a snapshot file by file, and stage the texts in ``folder``."""
        documents = cls()
        for table, own in (("articles", ["cluster_id"]), ("duplicates", ["canonical_id"])):
            columns = [*_BOTH, *own, "text"]
            for part in snapshot.batches(table, [*columns, *_relation(table)]):
                live = part
                if table == "duplicates":
                    live = part.filter(pc.field("relation") != Relation.REVISION.value)
                documents.without_text += live["text"].null_count
                documents._stage(live, folder)
                for row in live.drop_columns("text").to_pylist():
                    documents.all[row["id"]] = _document(row)
        return documents

    def fetch(self, ids: Sequence[str]) -> dict[str, str]:
        """Texts by id."""
        found = {}
        for identity in ids:
            shard, row = self.places[identity]
            found[identity] = str(self.shards[shard]["text"][row].as_py())
        return found

    def dated(self, ids: Sequence[str]) -> tuple[list[str], list[Any]]:
        """Content hashes and publication times, in the order of ``ids``."""
        chosen = [self.all[identity] for identity in ids]
        return (
            [document.content_hash for document in chosen],
            [document.candidate.published_at for document in chosen],
        )

    def _stage(self, rows: pa.Table, folder: Path) -> None:
        path = folder / f"texts-{len(self.shards)}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, _TEXTS) as writer:
            writer.write_table(rows.select(["id", "text"]).cast(_TEXTS))
        for row, identity in enumerate(rows["id"].to_pylist()):
            self.places[identity] = len(self.shards), row
        self.shards.append(stage.read(path))


def _relation(table: str) -> list[str]:
    return ["relation"] if table == "duplicates" else []


def _document(row: dict[str, Any]) -> Document:
    return Document(
        candidate=Candidate.of_row(row),
        document_id=row["document_id"],
        content_hash=row["content_hash"],
        canonical_id=row.get("canonical_id") or row["id"],
        cluster_id=row.get("cluster_id") or "",
    )


class Reelection:
    """Who is canonical now, under which name, and who is filed where with which figures."""

    def __init__(self, documents: Documents, settings: Settings) -> None:
        self._documents = documents
        self._settings = settings
        self.pairs: list[Pair] = []
        self.filed: dict[str, tuple[str, Verdict]] = {}
        self.copies: dict[str, list[str]] = defaultdict(list)
        """For each canonical the documents filed under it, best first."""
        self.canonicals: list[str] = []
        """Sorted ids."""
        self.promoted: list[str] = []
        """Those that were filed before."""
        self.demoted: list[str] = []
        """Sorted ids of articles that are filed now."""
        self.clusters: dict[str, str] = {}
        """The cluster id of each canonical."""

    @classmethod
    def of(cls, documents: Documents, detector: Detector, settings: Settings) -> Self:
        """Compare all documents with each other and choose the canonicals."""
        self = cls(documents, settings)
        for shard in documents.shards:
            detector.add(shard["id"].to_pylist(), shard["text"].to_pylist())
        best = ranked((one.candidate for one in documents.all.values()), settings)
        order = [candidate.id for candidate in best]
        columns = Columns.of(best)
        evidence = Evidence(settings)
        for pair in detector.pairs_in(columns.ids, documents.fetch, apart(columns, settings)):
            if pair.verdict.relation is Relation.DISTINCT:
                evidence.add(pair)
            else:
                self.pairs.append(pair)
        election = elect(order, self.pairs)
        self.pairs.extend(evidence.pairs())
        self.filed = election.filed
        for identity in order:
            if identity in self.filed:
                self.copies[self.filed[identity][0]].append(identity)
        self.canonicals = sorted(election.canonicals)
        self.promoted = [i for i in self.canonicals if not documents.all[i].cluster_id]
        self.demoted = sorted(i for i in self.filed if documents.all[i].cluster_id)
        self._name_clusters()
        return self

    def canonical_of(self, identity: str) -> str:
        """The article that stands for a document: itself where it is one."""
        return self.filed[identity][0] if identity in self.filed else identity

    def reason(self, canonical: str) -> str:
        """Why a canonical stands before the best of the documents under it."""
        copies = self.copies.get(canonical)
        return self.filed_reason(copies[0]) if copies else ONLY

    def filed_reason(self, identity: str) -> str:
        """Why a document's canonical stands before it."""
        everyone = self._documents.all
        canonical = everyone[self.filed[identity][0]].candidate
        return policy_reason(canonical, everyone[identity].candidate, self._settings)

    def sites(self, canonical: str) -> list[str]:
        """The sites that carry an article."""
        everyone = self._documents.all
        ids = [canonical, *self.copies.get(canonical, ())]
        return sorted({site for i in ids if (site := everyone[i].candidate.site)})

    def _name_clusters(self) -> None:
        """Name the clusters; no two are named alike.

        A canonical that stays keeps its cluster's name. One that takes over from others takes the
        name of the oldest; one that leaves a cluster gets a name apart.
        """
        everyone = self._documents.all
        self.clusters = {i: everyone[i].cluster_id for i in self.canonicals}
        taken = {one.cluster_id for one in everyone.values()}
        for identity in self.promoted:
            heirs = [everyone[i] for i in self.copies.get(identity, ()) if everyone[i].cluster_id]
            if heirs:
                oldest = min(heirs, key=lambda one: (one.candidate.first_seen_at, one.candidate.id))
                self.clusters[identity] = oldest.cluster_id
                continue
            name = cluster_apart(identity, everyone[identity].canonical_id)
            while name in taken:
                name = cluster_apart(identity, name)
            taken.add(name)
            self.clusters[identity] = name
