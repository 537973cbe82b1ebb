"""Which ledger a remote data folder has: the object beside its snapshots, or a database's row."""

from __future__ import annotations

from dedupe.objects import Bucket
from dedupe.remote.database import DatabaseLedger
from dedupe.remote.ledger import Ledger, ObjectLedger


def ledger_of(bucket: Bucket, where: str = "") -> Ledger:
    """The ledger of the data folder in ``bucket``; ``where`` is the setting ``ledger``.

    Raises:
        SettingsError: ``where`` names no database that is known.
    """
    return DatabaseLedger(bucket, where) if where else ObjectLedger(bucket)
