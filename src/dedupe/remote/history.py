"""The sequence of snapshots in a store: list it, go back in it, drop what is old."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from dedupe.errors import StoreError
from dedupe.objects import Bucket
from dedupe.publish import Manifest
from dedupe.publish.history import Entry
from dedupe.publish.manifest import MANIFEST
from dedupe.publish.snapshot import SNAPSHOTS
from dedupe.remote.ledger import CLOCK, State
from dedupe.remote.mirror import AT_ONCE
from dedupe.remote.places import file_key, folder_key
from dedupe.remote.tables import read_manifest, sha256_of


def snapshots(bucket: Bucket, state: State) -> list[Entry]:
    """Every snapshot that was published, oldest first."""

    def entry(number: int) -> Entry:
        now, gone = number == state.snapshot, number in state.withdrawn
        try:
            manifest = read_manifest(bucket, number)
        except StoreError as error:
            return Entry(number=number, current=now, withdrawn=gone, damage=str(error))
        return Entry.of(manifest, number=number, current=now, withdrawn=gone)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(entry, state.published))


def require_whole(bucket: Bucket, state: State, number: int) -> Manifest:
    """The manifest of a published snapshot whose files are all there.

    Raises:
        StoreError: there is no such snapshot, or it is damaged.
    """
    if number not in state.published:
        known = ", ".join(map(str, state.published)) or "none"
        raise StoreError(f"snapshot {number}: not in {bucket.address}; there are {known}")
    manifest = read_manifest(bucket, number)
    sizes = _sizes(bucket, number)
    for file in manifest.files:
        if sizes.get(file_key(number, file.path)) != file.bytes:
            raise StoreError(
                f"{bucket.address}/{file_key(number, file.path)}: missing or not of the size in "
                "the manifest; go back to another snapshot"
            )
    return manifest


def droppable(bucket: Bucket, state: State, keep: int, grace: float) -> list[int]:
    """The snapshots that pruning to ``keep`` would drop.

    Readers leave no trace in a store, so what counts is when a snapshot was replaced: that is when
    the manifest of the one after it was written.
    """
    old = [n for n in state.published[: max(len(state.published) - keep, 0)] if n != state.snapshot]
    if not old or not grace:
        return old
    bucket.write(CLOCK, b"")
    now = bucket.modified(CLOCK)
    after = dict(zip(state.published, state.published[1:], strict=False))

    def late(number: int) -> bool:
        try:
            replaced = bucket.modified(file_key(after[number], MANIFEST))
        except (FileNotFoundError, KeyError):
            return False
        return (now - replaced).total_seconds() < grace

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [n for n, spare in zip(old, pool.map(late, old), strict=True) if not spare]


def sweep(bucket: Bucket, state: State) -> None:
    """Delete what no state refers to: of runs that died, and of snapshots that were dropped.

    The caller holds the lock, so whoever wrote these can make nothing of them current any more.
    """
    listed = set(state.published)
    for name in bucket.folders(SNAPSHOTS):
        if name.isdecimal() and int(name) not in listed and int(name) < state.next:
            bucket.delete(item.key for item in bucket.items(folder_key(int(name))))


def problems(bucket: Bucket, manifest: Manifest) -> Iterator[str]:
    """Everything that is wrong with a snapshot's files as they are stored, a sentence each."""
    number = manifest.snapshot
    sizes = _sizes(bucket, number)
    listed = {file_key(number, file.path): file for file in manifest.files}
    tables = {file.table for file in manifest.files}
    for key in sorted(set(sizes) - set(listed)):
        if key.removeprefix(f"{folder_key(number)}/").partition("/")[0] in tables:
            yield f"{key}: lies in the snapshot but not in its manifest; delete it"

    def wrong(key: str) -> str | None:
        file = listed[key]
        if key not in sizes:
            return f"{key}: listed in the manifest but not there"
        if sizes[key] != file.bytes:
            return f"{key}: {sizes[key]} bytes, the manifest says {file.bytes}"
        if sha256_of(bucket, key) != file.sha256:
            return f"{key}: its digest is not the one in the manifest"
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from filter(None, pool.map(wrong, sorted(listed)))


def _sizes(bucket: Bucket, number: int) -> dict[str, int]:
    return {item.key: item.bytes for item in bucket.items(folder_key(number))}
