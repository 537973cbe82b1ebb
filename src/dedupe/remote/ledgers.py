"""Which ledger a remote data folder has: the object beside its snapshots, or a database's row."""

from __future__ import annotations

from dedupe.errors import SettingsError
from dedupe.objects import Bucket
from dedupe.remote.ledger import Ledger, ObjectLedger


def ledger_of(bucket: Bucket, where: str = "") -> Ledger:
    """The ledger of the data folder in ``bucket``; ``where`` is the setting ``ledger``."""
    if where:
        raise SettingsError("ledger: databases are not there yet; leave it out")
    return ObjectLedger(bucket)
