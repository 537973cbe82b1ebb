"""JSON Lines: a document a row, and each row on its own.

A row that cannot be read costs nothing but itself. Rows are split at line feeds before they are
decoded, so that neither a damaged byte nor a giant line reaches beyond its row.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator
from io import TextIOWrapper

import orjson

from dedupe.acquire.opened import Opened
from dedupe.acquire.page import undecodable
from dedupe.acquire.rows import read_row
from dedupe.article import Document
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

_SKIP_BYTES = 1 << 20
_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its first half
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_json_lines(
    file: Opened, media_type: str, settings: Settings
) -> Iterator[Document | Reject]:
    """Give a document or a reject for each line that is not blank; ``path#17`` is line 17."""
    del media_type
    wide = wide_encoding(file.head)
    max_bytes = settings.max_bytes
    lines = _wide_lines(file, wide, max_bytes) if wide else _lines(file, max_bytes)
    rows = 0
    for number, line in enumerate(lines, start=file.part.line if file.part else 1):
        if isinstance(line, Reject):
            yield line
        elif line and not line.isspace():
            yield _read_line(line, f"{file.source}#{number}", wide, settings.fields)
        else:
            continue
        rows += 1
    if not rows and file.part is None:
        detail = "nothing but white space" if file.size else "0 bytes"
        yield Reject.of_input(file.source, Reason.EMPTY, detail, size=file.size)


def wide_encoding(head: bytes) -> str | None:
    """Return the encoding of JSON that is in UTF-16 or UTF-32; None for UTF-8 and its like.

    JSON begins with an ASCII character, which shows the width even where there is no mark.
    """
    for mark, encoding in _WIDE_BOMS:
        if head.startswith(mark):
            return encoding
    if head[:1] in b"{[" and head[1:2] == b"\0":
        return "utf-32-le" if head[2:4] == b"\0\0" else "utf-16-le"
    if head[:1] == b"\0" and head[1:2] and head[1:2] in b"{[":
        return "utf-16-be"
    return "utf-32-be" if head[:3] == b"\0\0\0" and head[3:4] in b"{[" and head[3:4] else None


def _lines(file: Opened, max_bytes: int) -> Iterator[bytes | Reject]:
    limit = max_bytes + len(codecs.BOM_UTF8 + b"\r\n")
    number, end = 0, None
    if file.part is not None:
        number, end = file.part.line - 1, file.part.end
        _go_to(file, file.part.begin)
    while (end is None or file.stream.tell() < end) and (line := file.stream.readline(limit)):
        number += 1
        row = line.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        whole = len(line) < limit or line.endswith(b"\n")
        yield row if whole and len(row) <= max_bytes else _skip(file, line, number, max_bytes)


def _go_to(file: Opened, begin: int) -> None:
    """Stand at the first line that begins at ``begin`` or after it."""
    if begin:
        file.stream.seek(begin - 1)
        while (rest := file.stream.readline(_SKIP_BYTES)) and not rest.endswith(b"\n"):
            pass


def _skip(file: Opened, line: bytes, number: int, max_bytes: int) -> Reject:
    """Read past the rest of a line too long to keep, so that its content is known all the same."""
    digest, size = hashlib.blake2b(line, digest_size=16), len(line)
    while not line.endswith(b"\n") and (line := file.stream.readline(_SKIP_BYTES)):
        digest.update(line)
        size += len(line)
    source = f"{file.source}#{number}"
    return _too_large(source, size - len(line) + len(line.rstrip()), max_bytes, digest.hexdigest())


def _wide_lines(file: Opened, encoding: str, max_bytes: int) -> Iterator[bytes | Reject]:
    """Give the lines of a UTF-16 or UTF-32 file in UTF-8, in which lines can be told apart."""
    limit = max_bytes + len("\ufeff\r\n")
    number = 0
    text = TextIOWrapper(file.stream, encoding, errors="surrogatepass", newline="\n")
    try:
        while line := text.readline(limit):
            number += 1
            row = line.lstrip("\ufeff").rstrip("\r\n").encode("utf-8", "replace")
            size = len(row)
            if size <= max_bytes and (len(line) < limit or line.endswith("\n")):
                yield row
                continue
            while not line.endswith("\n") and (line := text.readline(_SKIP_BYTES)):
                size += len(line.rstrip("\r\n").encode("utf-8", "replace"))
            yield _too_large(f"{file.source}#{number}", size, max_bytes)
    except UnicodeDecodeError as error:
        detail = f"not {encoding} after line {number} ({error.reason}); the rest was not read"
        source = f"{file.source}#{number + 1}"
        yield Reject.of_input(source, Reason.ENCODING, detail, size=file.size)
    finally:
        text.detach()  # the stream is closed by whoever opened it


def _too_large(source: str, size: int, max_bytes: int, raw_hash: str | None = None) -> Reject:
    detail = f"{size} bytes, more than max_bytes = {max_bytes}"
    return Reject.of_input(source, Reason.TOO_LARGE, detail, size=size, raw_hash=raw_hash)


def _read_line(
    line: bytes, source: str, wide: str | None, fields: tuple[str, ...]
) -> Document | Reject:
    def reject(reason: Reason, detail: str) -> Reject:
        raw_hash = hashlib.blake2b(line, digest_size=16).hexdigest()
        return Reject.of_input(source, reason, detail, size=len(line), raw_hash=raw_hash)

    try:
        # The fast parser is strict; what it refuses gets a second reading, and its fault a name.
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    else:
        return read_row(row, source, size=len(line), encoding=wide or "utf-8", fields=fields)
    try:
        text, encoding = line.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        try:
            text, encoding = decode(line, media_type="application/json")
        except InputError as error:
            return reject(*undecodable(error))
    try:
        row = json.loads(text)
        return read_row(row, source, size=len(line), encoding=wide or encoding, fields=fields)
    except RecursionError:
        return reject(Reason.MALFORMED, "nested too deeply")
    except ValueError as error:  # broken JSON, or a number with thousands of digits
        return reject(Reason.MALFORMED, why_broken(error))


def why_broken(error: ValueError) -> str:
    """Say what is wrong with the JSON, and where, in words that need no Python."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    return f"not JSON: {str(error).partition(';')[0]}"
