"""Bytes that are no text: magic numbers, NUL and control characters; and UTF-16, which looks so."""

from __future__ import annotations

from dedupe.errors import InputError

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    *((bytes((mark,)) + b"\x2a\x4d\x18", "application/zstd") for mark in range(0x50, 0x60)),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x7fELF", "application/x-elf"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"WARC/1.", "application/warc"),
)
_ANY_MAGIC = tuple(magic for magic, _ in _MAGIC)
_TAR_AT, _TAR = 257, b"ustar"
_TEXTUAL_MAGIC = {"application/warc"}

_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b\x0b")) + b"\x7f"
_IS_CONTROL = bytes(code in _CONTROL for code in range(256))
_NUL_TOLERATED = 0.001
_CONTROL_TOLERATED = 0.01
_PRINTABLE = 0.97
_TWO_UNITS = 4


def by_magic(head: bytes) -> str | None:
    """Return the media type whose magic number ``head`` begins with; None if there is none."""
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "application/x-tar"
    if not head.startswith(_ANY_MAGIC):  # one look for all, as most files are text
        return None
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def refuse_binary(raw: bytes) -> None:
    """Do nothing if these bytes may be text.

    Raises:
        InputError: ``binary: ...`` where they are certainly none.
    """
    head = raw[:8192]
    kind = by_magic(head)
    if kind and kind not in _TEXTUAL_MAGIC:
        raise InputError(f"binary: begins like {kind}")
    if not head or utf16_without_mark(raw):
        return
    nul = raw.count(0) / len(raw) if b"\0" in raw else 0.0
    if nul > _NUL_TOLERATED:
        raise InputError(f"binary: {nul:.1%} of the bytes are NUL")
    sample = head + raw[len(raw) // 2 : len(raw) // 2 + 8192]
    control = sample.translate(_IS_CONTROL).count(1) / len(sample)
    if control > _CONTROL_TOLERATED:
        raise InputError(f"binary: {control:.1%} of the bytes are control characters")


def utf16_without_mark(raw: bytes) -> str | None:
    """Return the name of the encoding of UTF-16 that states none; None for anything else."""
    head = raw[:8192]
    if (
        b"\0" not in head
        or len(head) < _TWO_UNITS
        or len(raw) % 2
        or head.count(0) < 0.2 * len(head)
    ):
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > 20 * even else "utf-16-be" if even > 20 * odd else None
    if name:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            return None
        shown = sum(c.isprintable() or c.isspace() for c in text[:4096])
        return name if shown >= _PRINTABLE * len(text[:4096]) else None
    return None
