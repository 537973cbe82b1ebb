"""A snapshot's way into the store: what did not change is copied there, what is new goes up.

Every snapshot is a whole folder, so that any tool reads it by a glob and dropping one cannot hurt
another. A file that the previous snapshot has too is copied inside the store, which costs a request
and no transfer. The manifest is written last: a folder without one is nobody's snapshot.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dedupe.objects import Bucket
from dedupe.publish import File, Manifest
from dedupe.publish.manifest import MANIFEST
from dedupe.remote.mirror import AT_ONCE, PAGE
from dedupe.remote.places import file_key


def upload(bucket: Bucket, folder: Path, manifest: Manifest, previous: Manifest | None) -> None:
    """Put the finished snapshot in ``folder`` into the store; nothing refers to it yet.

    Args:
        bucket: the data folder.
        folder: where the snapshot lies on this machine.
        manifest: its manifest.
        previous: the manifest of a snapshot in the store whose files may be copied.
    """
    number = manifest.snapshot
    stored = {file.path: file.sha256 for file in previous.files} if previous else {}

    def put(file: File) -> None:
        target = file_key(number, file.path)
        if previous is not None and stored.get(file.path) == file.sha256:
            try:
                bucket.copy(file_key(previous.snapshot, file.path), target)
            except FileNotFoundError:
                pass  # somebody deleted it by hand; it is here still
            else:
                return
        bucket.write(target, folder / file.path)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(put, manifest.files):
            pass
    if (folder / PAGE).is_file():
        bucket.write(file_key(number, PAGE), folder / PAGE)
    bucket.write(file_key(number, MANIFEST), folder / MANIFEST)
