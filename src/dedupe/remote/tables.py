"""Reading a snapshot where it lies in the store: file by file and column by column."""

from __future__ import annotations

import hashlib
from typing import Self

from dedupe.errors import StoreError
from dedupe.objects import Bucket
from dedupe.publish import Manifest, Snapshot
from dedupe.publish.manifest import MANIFEST
from dedupe.remote.ledger import Ledger
from dedupe.remote.places import file_key, folder_key


class RemoteSnapshot(Snapshot):
    """One published state of all tables, in object storage; only what is read is transferred.

    It lies at ``address`` and has no ``folder``.
    """

    def __init__(self, bucket: Bucket, number: int) -> None:
        """Open snapshot ``number`` of the data folder in ``bucket``.

        Raises:
            StoreError: it holds no readable manifest.
        """
        self.bucket = bucket
        self.address = f"{bucket.address}/{folder_key(number)}"
        self.manifest = read_manifest(bucket, number)
        self._filesystem, root = bucket.filesystem()
        self._root = f"{root}/{folder_key(number)}"

    @classmethod
    def current_at(cls, address: str, ledger: Ledger) -> Self | None:
        """The snapshot that is current at ``address``; None where nothing was published yet."""
        bucket = Bucket(address)
        state, _ = ledger.read()
        return cls(bucket, state.snapshot) if state.snapshot else None


def read_manifest(bucket: Bucket, number: int) -> Manifest:
    """The manifest of a snapshot in the store.

    Raises:
        StoreError: it is not there, or not readable.
    """
    key = file_key(number, MANIFEST)
    where = f"{bucket.address}/{key}"
    try:
        body, _ = bucket.read(key)
    except FileNotFoundError as error:
        raise StoreError(f"{where}: not there; `dedupe snapshots` lists what is") from error
    return Manifest.parsed(body, where)


def sha256_of(bucket: Bucket, key: str) -> str:
    """The digest of an object as it is stored."""
    seen = hashlib.sha256()
    for piece in bucket.pieces(key):
        seen.update(piece)
    return seen.hexdigest()
