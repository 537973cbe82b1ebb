"""Object storage: S3, Google Cloud Storage, Azure, and what speaks their protocols, as a bucket.

One small set of verbs over ``obstore``, which has what a data folder in a bucket stands on: an
object is written only if it is still the one that was read (``If-Match``), or not there
(``If-None-Match``). Requests that fail in a way that may pass are tried again by the library.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedupe.errors import StoreError
from dedupe.object_access import access

SCHEMES = ("s3", "s3a", "gs", "az", "abfs", "abfss")
MISSING = "pip install 'dedupe-ingest[remote]'"

_ADDRESS = re.compile(rf"({'|'.join(SCHEMES)})://([^/]+)/*(.*)", re.IGNORECASE | re.DOTALL)
_PIECE = 4 << 20
_PASSING = {"408", "429"}  # too slow, too often


class BucketAwayError(StoreError, ConnectionError):
    """The store did not do what it was asked, for a reason that may pass."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.strerror = message


class LostRaceError(Exception):
    """An object was not replaced: it is no longer the one that was read."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Which state of an object was read."""

    etag: str | None
    version: str | None


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """An object in a listing; ``key`` is relative to the bucket's prefix, ``modified`` its time."""

    key: str
    bytes: int
    modified: dt.datetime


def is_address(place: object) -> bool:
    """Whether ``place`` names object storage: ``s3://bucket/prefix`` and the like."""
    return isinstance(place, str) and _ADDRESS.match(place) is not None


class Bucket:
    """The objects below an address.

    Raises, in every method:
        StoreError: access is refused, or the store does not know how.
        BucketAwayError: the store is out of reach or overloaded, after some minutes of trying.
    """

    def __init__(self, address: str) -> None:
        """Prepare the access to ``address``; no request is sent.

        Raises:
            StoreError: it is no address, or the extra ``remote`` is not installed.
        """
        matched = _ADDRESS.match(address)
        if matched is None:
            raise StoreError(f"{address}: not an address; they begin with s3://, gs:// or az://")
        scheme, self.name, prefix = matched.groups()
        self.scheme = {"s3a": "s3", "abfss": "abfs"}.get(scheme.lower(), scheme.lower())
        self.prefix = prefix.strip("/")
        self.address = "/".join(part for part in (f"{scheme}://{self.name}", self.prefix) if part)
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise StoreError(f"{address}: object storage needs an extra: {MISSING}") from error
        with self.said():
            self._store: Any = from_url(
                f"{self.scheme}://{self.name}/{self.prefix}", **access(self.scheme)
            )

    def __reduce__(self) -> tuple[type[Bucket], tuple[str]]:
        return Bucket, (self.address,)

    def read(self, key: str) -> tuple[bytes, Tag]:
        """An object's bytes, and its tag.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(key):
            found = obstore.get(self._store, key)
            body = bytes(found.bytes())
        return body, Tag(found.meta["e_tag"], found.meta["version"])

    def pieces(self, key: str) -> Iterator[bytes]:
        """An object's bytes, some megabytes at a time.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(key):
            for piece in obstore.get(self._store, key).stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    def reader(self, key: str) -> Any:  # noqa: ANN401 - the library's file object
        """An object as a file that can be read and seeked; some megabytes are held at a time.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(key):
            return _Reader(obstore.open_reader(self._store, key, buffer_size=_PIECE), self, key)

    def write(self, key: str, body: bytes | Path) -> None:
        """Write an object, or replace it."""
        import obstore

        with self.said(key, reads=False):
            obstore.put(self._store, key, body)

    def swap(self, key: str, body: bytes, tag: Tag | None) -> Tag:
        """Replace the object that was read with ``tag``; None: there was none.

        Raises:
            LostRaceError: somebody else has written meanwhile.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        mode: Any = "create"
        if tag is not None:
            known = {"e_tag": tag.etag, "version": tag.version}
            mode = {name: value for name, value in known.items() if value is not None}
        with self.said(key, reads=False):
            try:
                # In one request: an upload in parts has no condition in some stores.
                done = obstore.put(self._store, key, body, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError) as error:
                raise LostRaceError(key) from error
        return Tag(done["e_tag"], done["version"])

    def copy(self, source: str, target: str) -> None:
        """Copy an object inside the store; nothing is transferred here.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(source):
            obstore.copy(self._store, source, target)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""
        import obstore

        listed = list(keys)
        if listed:
            with self.said(listed[0]), contextlib.suppress(FileNotFoundError):
                obstore.delete(self._store, listed)

    def modified(self, key: str) -> dt.datetime:
        """When an object was written, by the store's clock.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(key):
            return obstore.head(self._store, key)["last_modified"]

    def item(self, key: str) -> Item:
        """One object, as a listing has it.

        Raises:
            FileNotFoundError: there is no such object.
        """
        import obstore

        with self.said(key):
            found = obstore.head(self._store, key)
        return Item(found["path"], found["size"], found["last_modified"])

    def items(self, prefix: str = "") -> Iterator[Item]:
        """The objects below ``prefix``, a folder, in no order."""
        import obstore

        with self.said(prefix, reads=False):
            for part in obstore.list(self._store, prefix or None):
                for found in part:
                    # Consoles show a folder by an object of its name, without a byte.
                    if found["path"] and (found["size"] or not found["path"].endswith("/")):
                        yield Item(found["path"], found["size"], found["last_modified"])

    def folders(self, prefix: str) -> list[str]:
        """The names of the folders in the folder ``prefix``."""
        import obstore

        with self.said(prefix, reads=False):
            found = obstore.list_with_delimiter(self._store, prefix)["common_prefixes"]
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def filesystem(self) -> tuple[Any, str]:
        """The store for Arrow, and the path of this bucket's prefix in it."""
        try:
            from obstore.fsspec import FsspecStore
        except ImportError as error:
            raise StoreError(f"{self.address}: reading needs an extra: {MISSING}") from error
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        protocol: Any = self.scheme
        opened: Any = FsspecStore(protocol, **access(self.scheme))
        return PyFileSystem(FSSpecHandler(opened)), f"{self.name}/{self.prefix}".rstrip("/")

    def _no_bucket(self, what: str) -> StoreError:
        return StoreError(
            f"{what}: there is no bucket {self.name}; make it, or look at the endpoint"
        )

    @contextlib.contextmanager
    def said(self, key: str = "", *, reads: bool = True) -> Iterator[None]:
        """The library's errors as ours, naming the object.

        What is not found is the object where one ``reads``, else the bucket itself.
        """
        from obstore import exceptions

        what = f"{self.address}/{key}" if key else self.address
        try:
            yield
        except FileNotFoundError as error:
            if not reads:
                raise self._no_bucket(what) from error
            raise FileNotFoundError(errno.ENOENT, "no such object", what) from error
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise StoreError(
                f"{what}: access is refused; look at the credentials of this process and at the "
                f"rights that docs/operations.md lists ({_brief(error)})"
            ) from error
        except exceptions.NotSupportedError as error:
            raise StoreError(f"{what}: the store cannot do this ({_brief(error)})") from error
        except exceptions.GenericError as error:
            status = re.search(r"status code: (\d{3})", str(error))
            if status and status[1] == "404":
                raise self._no_bucket(what) from error
            if status and status[1].startswith("4") and status[1] not in _PASSING:
                raise StoreError(f"{what}: {_brief(error)}") from error
            raise BucketAwayError(f"{what}: {_brief(error)}") from error
        except exceptions.BaseError as error:
            raise StoreError(f"{what}: {_brief(error)}") from error


class _Reader:
    """A file object whose errors are ours."""

    def __init__(self, file: Any, bucket: Bucket, key: str) -> None:  # noqa: ANN401
        self._file = file
        self._bucket = bucket
        self._key = key

    def read(self, size: int = -1) -> bytes:
        with self._bucket.said(self._key):
            return bytes(self._file.read(size) if size >= 0 else self._file.read())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def seekable(self) -> bool:
        return True


def _brief(error: BaseException) -> str:
    """The first sentence of an error; the rest is the server's page, or the library's state."""
    return re.split(r"[\r\n]|: <\?xml|Debug source", str(error), maxsplit=1)[0][:300].rstrip(" -")
