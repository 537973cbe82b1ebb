"""The mirror: a data folder on the local disk that shows the remote one's current snapshot.

The stages know local folders only; a run, an upkeep and a check work here. It is a cache: what it
lacks is downloaded and held against the manifest's digests, what it has already is linked, and it
can be deleted between any two runs. Index and templates lie in it as in any data folder, and are
built from the tables where they reflect another snapshot.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dedupe.errors import StoreError
from dedupe.objects import Bucket
from dedupe.publish import File, Manifest, Snapshot, place, swap
from dedupe.publish.commit import folder_name
from dedupe.publish.durable import link_or_copy, sync_file
from dedupe.publish.lease import held
from dedupe.publish.snapshot import CURRENT, SNAPSHOTS
from dedupe.remote.ledger import State
from dedupe.remote.places import file_key
from dedupe.remote.tables import read_manifest

log = logging.getLogger("dedupe")

AT_ONCE = 16
"""Requests under way at the same time."""

PAGE = "report.html"


class Mirror:
    """The local data folder that stands for the one at an address."""

    def __init__(self, bucket: Bucket, cache_dir: str = "") -> None:
        """The mirror of ``bucket`` below ``cache_dir``, by default the user's cache folder."""
        self.bucket = bucket
        cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        top = Path(cache_dir or Path(cache) / "dedupe").expanduser()
        # Other places may hold a bucket of the same name, so the endpoint counts.
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        tail = hashlib.sha256(f"{endpoint} {bucket.address}".encode()).hexdigest()[:8]
        words = re.sub(r"[^\w.-]+", "-", bucket.address.replace("://", "-"))[:80]
        self.root = top / f"{words}-{tail}"

    @property
    def identity(self) -> str:
        """A name of this mirror that no other one has, as long as the machine runs.

        A copy of the folder (an image of a machine, a container) is another mirror: its lock is
        another lock. So the name is of the file and the start of the machine as well.
        """
        path = self.root / "state" / "mirror"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(secrets.token_hex(8), "ascii")
        status = path.stat()
        started = Path("/proc/sys/kernel/random/boot_id")
        boot = started.read_text("ascii") if started.exists() else ""
        words = f"{path.read_text('ascii')} {boot} {status.st_dev} {status.st_ino}"
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def shows(self, state: State) -> bool:
        """Whether the mirror's current snapshot is the one that the ledger names."""
        try:
            present = Snapshot.current(self.root)
        except StoreError:
            return False
        return present.stamp == state.stamp if present else not state.snapshot

    def follow(self, state: State) -> None:
        """Show what the ledger names. The caller holds the mirror's lock.

        Raises:
            StoreError: a file of the snapshot is missing in the store, or damaged.
        """
        if state.snapshot and not self.shows(state):
            self._bring(state.snapshot)
        if not state.snapshot:
            (self.root / CURRENT).unlink(missing_ok=True)
        self._tidy(folder_name(state.snapshot))

    def _bring(self, number: int) -> None:
        manifest = read_manifest(self.bucket, number)
        if self._placed(manifest):
            swap(self.root, manifest)
            return
        draft = self.root / "state" / "incoming"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        have = dict(self._have())
        missing: list[File] = []
        for file in manifest.files:
            target = draft / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            here = have.get(file.sha256)
            if here is not None and here.is_file() and here.stat().st_size == file.bytes:
                link_or_copy(here, target)
            else:
                missing.append(file)
        if missing:
            size = sum(file.bytes for file in missing) / 1e6
            log.info(
                "%s: downloading %d files of snapshot %d, %.1f MB",
                self.bucket.address,
                len(missing),
                number,
                size,
            )
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(lambda file: self._download(number, file, draft), missing):
                pass
        place(draft, self.root, manifest)
        swap(self.root, manifest)

    def _download(self, number: int, file: File, draft: Path) -> None:
        key, target = file_key(number, file.path), draft / file.path
        found = hashlib.sha256()
        try:
            with target.open("wb") as sink:
                for piece in self.bucket.pieces(key):
                    found.update(piece)
                    sink.write(piece)
        except FileNotFoundError as error:
            raise StoreError(
                f"{self.bucket.address}/{key}: listed in the manifest but not there; `dedupe "
                "rollback N` goes back to a whole snapshot"
            ) from error
        if found.hexdigest() != file.sha256:
            raise StoreError(
                f"{self.bucket.address}/{key}: its digest is not the one in the manifest; `dedupe "
                "rollback N` goes back to a whole snapshot"
            )
        sync_file(target)

    def _placed(self, manifest: Manifest) -> bool:
        """Whether the snapshot's folder is here and whole: a run died before it swapped."""
        folder = self.root / SNAPSHOTS / folder_name(manifest.snapshot)
        try:
            same = Manifest.read(folder).stamp == manifest.stamp
        except StoreError:
            return False
        return same and all(
            (path := folder / file.path).is_file() and path.stat().st_size == file.bytes
            for file in manifest.files
        )

    def _have(self) -> Iterator[tuple[str, Path]]:
        """Files of snapshots that are here, by their digest."""
        for folder in sorted((self.root / SNAPSHOTS).glob("[0-9]*")):
            try:
                manifest = Manifest.read(folder)
            except StoreError:
                continue
            for file in manifest.files:
                yield file.sha256, folder / file.path

    def _tidy(self, current: str) -> None:
        """Drop every snapshot but the current one and those that a reader here holds."""
        for folder in (self.root / SNAPSHOTS).glob("*"):
            if folder.name != current and not held(folder):
                shutil.rmtree(folder)
