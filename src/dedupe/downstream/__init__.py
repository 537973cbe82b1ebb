"""Downstream: the published tables for those who keep a copy of them elsewhere.

``feed`` tells what changed between two snapshots; ``export`` brings a file or a table of another
format to the present snapshot, the first time whole, later by what changed.
"""

from dedupe.downstream.export import FORMATS, Export, export_snapshot
from dedupe.downstream.feed import KEYED, Change, Feed, changes

__all__ = ["FORMATS", "KEYED", "Change", "Export", "Feed", "changes", "export_snapshot"]
