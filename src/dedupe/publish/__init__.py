"""Publish: from clusters to an atomic, immutable snapshot of Parquet tables."""

from dedupe.publish.commit import begin, place, swap
from dedupe.publish.manifest import File, Manifest, sorted_files
from dedupe.publish.snapshot import Snapshot
from dedupe.publish.tables import Changes, month_of, months_of, write_tables

__all__ = [
    "Changes",
    "File",
    "Manifest",
    "Snapshot",
    "begin",
    "month_of",
    "months_of",
    "place",
    "sorted_files",
    "swap",
    "write_tables",
]
