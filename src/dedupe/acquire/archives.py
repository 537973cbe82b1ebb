"""Archives: each member is a file of its own, ``archive.zip!/inner/name.html``.

Nothing is unpacked to disk under a member's name, so a name can do no harm; one that tries to lead
out of the archive is a reject all the same. What is passed over in folders is passed over here.
"""

from __future__ import annotations

import lzma
import re
import stat
import struct
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from typing import IO, Any, Self, cast

from dedupe.acquire.inputs import passed_over
from dedupe.acquire.limits import Budget
from dedupe.acquire.opened import HEAD_BYTES, CannotReadError, Opened, Pieces
from dedupe.rejects import Reason, Reject

if sys.version_info >= (3, 14):
    import zipfile
else:
    from backports.zstd import zipfile  # as in 3.14: Zstandard, and members that overlap refused

_ENCRYPTED = 0x1
_END, _END_BYTES = b"PK\x05\x06", 22
_END_64, _END_64_BYTES = b"PK\x06\x06", 56
_TAIL_BYTES = 65_536 + 200
_ENTRY_BYTES = 200
_HEADER_BYTES = 1 << 20
_BLOCK_BYTES = 16_384  # more is slower: the library copies what is left of it at each read
_DRIVE = re.compile(r"[A-Za-z]:")
# The blocks that hold a long name or attributes for the header after them.
_EXTENDED = (b"x", b"g", b"X", b"L", b"K")
# Formats that happen to be zip files: what is in them are parts of one document, or a program's.
_PARTS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml"}
_OUT = "its name leads out of the archive"
_NOTHING = "an archive without a file"
_LINK = "a link, not a file"
_DAMAGED = "the member is damaged"
_CUT = "the archive is cut short or damaged; what was whole before it was read"
_FAULTS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def zip_members(file: Opened, budget: Budget) -> Iterator[Opened | Reject]:
    """Give the members of a zip archive in the order of its directory.

    ``file`` has to be seekable: the directory is at the end.

    Raises:
        CannotReadError: there is no directory that can be read, or too many members.
    """
    _bound_directory(file, budget)
    with _faults(file.source, "not a zip archive that can be read"):
        archive = zipfile.ZipFile(file.stream)
    entries = archive.infolist()
    if not entries:
        raise CannotReadError(Reason.EMPTY, _NOTHING)
    if any(entry.filename in _PARTS for entry in entries):
        detail = "an office document, an e-book or a program, not an archive of documents"
        raise CannotReadError(Reason.UNSUPPORTED, detail)
    for entry in entries:
        if entry.is_dir() or _skipped(entry.filename):
            continue
        budget.add_member()
        source = _source(file, entry.filename)
        mode = entry.external_attr >> 16
        if escapes(entry.orig_filename):
            yield _refused(source, Reason.UNSAFE, _OUT, entry.file_size)
        elif stat.S_ISLNK(mode):
            yield _refused(source, Reason.UNSUPPORTED, _LINK, entry.file_size)
        elif entry.flag_bits & _ENCRYPTED:
            yield _refused(source, Reason.UNSUPPORTED, "encrypted", entry.file_size)
        else:
            yield from _zip_member(file, archive, entry, budget)


def _zip_member(
    file: Opened, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget
) -> Iterator[Opened | Reject]:
    source = _source(file, entry.filename)
    try:
        with _faults(source, _DAMAGED):
            stream = archive.open(entry)
        with stream:
            member = _Member(stream, source, _DAMAGED)
            member.charge(budget, entry.compress_size)
            yield member.opened(source, _name(entry.filename), entry.file_size)
    except CannotReadError as error:
        if error.source != source:
            raise
        yield _refused(source, error.reason, error.detail, entry.file_size)


_SPECIAL = {
    tarfile.FIFOTYPE: "a named pipe, not a file",
    tarfile.CHRTYPE: "a character device, not a file",
    tarfile.BLKTYPE: "a block device, not a file",
    tarfile.SYMTYPE: _LINK,
    tarfile.LNKTYPE: _LINK,
}


def tar_members(file: Opened, budget: Budget) -> Iterator[Opened | Reject]:
    """Give the members of a tar archive, read from first to last.

    Raises:
        CannotReadError: the archive is cut short, or damaged so that no next member is found.
    """
    with _faults(file.source, _CUT):
        archive = tarfile.open(  # noqa: SIM115 - it holds nothing of its own
            fileobj=cast("IO[bytes]", _AsItComes(file.stream)),
            mode="r|",
            bufsize=_BLOCK_BYTES,
            tarinfo=_Header,
            errorlevel=1,
        )
    members = 0
    while True:
        with _faults(file.source, _CUT):
            entry = archive.next()
        archive.members.clear()  # type: ignore[attr-defined] # else it keeps every header
        if entry is None:
            break
        members += 1
        if entry.isdir() or _skipped(entry.name):
            continue
        budget.add_member()
        source = _source(file, entry.name)
        if escapes(entry.name):
            yield _refused(source, Reason.UNSAFE, _OUT, entry.size)
        elif not entry.isfile() or entry.issparse():
            detail = _SPECIAL.get(entry.type, "not a plain file")
            yield _refused(source, Reason.UNSUPPORTED, detail, entry.size)
        elif (stream := archive.extractfile(entry)) is not None:
            # In a stream a broken member takes with it all that follows.
            member = _Member(stream, file.source, _CUT)
            yield member.opened(source, _name(entry.name), entry.size)
    # The library takes whatever is no header for the end.
    if not isinstance(getattr(archive, "ended_by", None), tarfile.EOFHeaderError):  # type: ignore[attr-defined]
        raise CannotReadError(Reason.DAMAGED, _CUT, file.source)
    if not members:
        raise CannotReadError(Reason.EMPTY, _NOTHING)


class _AsItComes:
    """Short reads: what is there before a break is given before the break comes up."""

    def __init__(self, stream: BufferedReader[Any]) -> None:
        self.read = stream.read1


class _Header(tarfile.TarInfo):
    """A header that is bounded, and leaves word of what ended the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        # Such a block is a name, or attributes, and is held in memory.
        if found.type in _EXTENDED and found.size > _HEADER_BYTES:
            raise tarfile.HeaderError(f"a header of {found.size} bytes")
        return found

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            archive.ended_by = error  # type: ignore[attr-defined]
            raise


class _Member(Pieces):
    """The content of a member; what goes wrong in it is laid to ``source``."""

    def __init__(self, stream: IO[bytes], source: str, fault: str) -> None:
        super().__init__()
        self._stream = stream
        self._source = source
        self._fault = fault
        self._budget: Budget | None = None
        self._stored = 0
        self._given = 0

    def charge(self, budget: Budget, stored: int) -> None:
        """Count what comes out of ``stored`` compressed bytes."""
        self._budget, self._stored = budget, stored

    def opened(self, source: str, name: str, size: int) -> Opened:
        """Open it; what is small is read at once, which both libraries do to the end or raise."""
        if size < HEAD_BYTES and len(content := self.piece(HEAD_BYTES)) < HEAD_BYTES:
            return Opened.of_bytes(content, source=source, name=name, size=size)
        return Opened.of(self, source=source, name=name, size=size)

    def piece(self, limit: int) -> bytes:
        try:
            piece = self._stream.read(limit)
        except _FAULTS as error:
            raise _damaged(self._source, self._fault, error) from None
        if self._budget:
            self._given += len(piece)
            self._budget.hold_ratio(self._source, self._stored, self._given)
            self._budget.expand(len(piece))
        return piece


def escapes(name: str) -> bool:
    """Whether a name in an archive leads out of it: absolute, with a drive, or by ``..``."""
    forward = name.replace("\\", "/")
    return forward.startswith("/") or ".." in forward.split("/") or bool(_DRIVE.match(forward))


def _skipped(name: str) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return any(part == "__MACOSX" or passed_over(part) for part in parts)


def _source(file: Opened, name: str) -> str:
    inner = name.removeprefix("./").encode("utf-8", "surrogateescape")
    return f"{file.source}!/{inner.decode('utf-8', 'backslashreplace')}"


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _refused(source: str, reason: Reason, detail: str, size: int) -> Reject:
    return Reject.of_input(source, reason, detail, size=size)


@contextmanager
def _faults(source: str, what: str) -> Iterator[None]:
    """Turn what the libraries raise into one error of ours."""
    try:
        yield
    except _FAULTS as error:
        raise _damaged(source, what, error) from None


def _damaged(source: str, what: str, error: Exception) -> CannotReadError:
    return CannotReadError(Reason.DAMAGED, f"{what} ({error})", source)


def _bound_directory(file: Opened, budget: Budget) -> None:
    """Refuse a directory too large to be held in memory, before the library reads it whole."""
    stream = file.stream
    end = stream.seek(0, 2)
    stream.seek(max(0, end - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    at = tail.rfind(_END)
    if at >= 0 and len(tail) >= at + _END_BYTES:
        entries, size = struct.unpack_from("<HL", tail, at + 10)
        at_64 = tail.rfind(_END_64, 0, at)
        if at_64 >= 0 and len(tail) >= at_64 + _END_64_BYTES:
            entries, size = struct.unpack_from("<QQ", tail, at_64 + 32)
        budget.hold_members(max(entries, size // _ENTRY_BYTES - _ENTRY_BYTES))
    stream.seek(0)


@dataclass(frozen=True, slots=True)
class Archive:
    """How an archive gives its members, and whether it has to be seekable for that."""

    members: Callable[[Opened, Budget], Iterator[Opened | Reject]]
    seeks: bool


ARCHIVES = {
    "application/zip": Archive(zip_members, seeks=True),
    "application/x-tar": Archive(tar_members, seeks=False),
}
"""The archives that are unpacked, by media type."""
