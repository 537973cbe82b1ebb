"""A ``.json`` file: one object, an array of them, or JSON Lines by another name.

An array is read element by element, so that its size does not matter, only that of its elements.
Past a syntax error nothing in an array can be told apart: what came before it is kept.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from dedupe.acquire.identity import hash_bytes
from dedupe.acquire.json_lines import read_json_lines, why_broken, wide_encoding
from dedupe.acquire.opened import Opened
from dedupe.acquire.page import read_page, undecodable
from dedupe.acquire.rows import read_row
from dedupe.article import Document
from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject
from dedupe.settings import Settings

_CHUNK_BYTES = 65_536
_SPACE = " \t\r\n"


def read_json(file: Opened, media_type: str, settings: Settings) -> Iterator[Document | Reject]:
    """Give the documents in ``file``; ``path#3`` is the third element of its array."""
    encoding = wide_encoding(file.head) or "utf-8-sig"
    start = file.head.decode(encoding, "ignore").lstrip(_SPACE)
    if start.startswith("["):
        return _read_array(file, encoding, settings)
    if not start and file.size <= len(file.head):
        return read_page(file, media_type, settings)  # to be told apart: empty, blank, binary
    if _is_row(file.head):
        return read_json_lines(file, media_type, settings)
    return _read_object(file, settings)


def _is_row(head: bytes) -> bool:
    """Whether the first line is a whole object, and more follows."""
    line, _, rest = head.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _read_object(file: Opened, settings: Settings) -> Iterator[Document | Reject]:
    max_bytes = settings.max_bytes
    raw = file.stream.read(max_bytes + 1)
    if len(raw) > max_bytes:
        detail = f"more than max_bytes = {max_bytes} in one piece; split it, or write it as .jsonl"
        size = max(file.size, len(raw))
        yield Reject.of_input(file.source, Reason.TOO_LARGE, detail, size=size)
        return

    def reject(reason: Reason, detail: str) -> Reject:
        return Reject.of_input(file.source, reason, detail, size=len(raw), raw_hash=hash_bytes(raw))

    try:
        text, encoding = decode(raw, media_type="application/json")
        row = json.loads(text)
        yield read_row(row, file.source, size=len(raw), encoding=encoding, fields=settings.fields)
    except InputError as error:
        yield reject(*undecodable(error))
    except RecursionError:
        yield reject(Reason.MALFORMED, "nested too deeply")
    except ValueError as error:
        yield reject(Reason.MALFORMED, why_broken(error))


def _read_array(file: Opened, encoding: str, settings: Settings) -> Iterator[Document | Reject]:
    """Parse one element after the other off a window of the text that grows as far as it must."""
    max_bytes, fields = settings.max_bytes, settings.fields
    window = _Window(file.stream, encoding)
    written = encoding.removesuffix("-sig")
    number = 0
    try:
        window.take("[")
        while not window.take("]"):
            number += 1
            row, size = window.parse(max_bytes)
            yield read_row(
                row, f"{file.source}#{number}", size=size, encoding=written, fields=fields
            )
            if not window.take(",") and not window.at("]"):
                number += 1
                raise ValueError("no comma after the element before")
        if not window.at(""):
            number += 1
            raise ValueError("the array has ended, and more follows")
    except UnicodeDecodeError:
        reason, detail = Reason.ENCODING, f"not {written}"
    except _TooLargeError:
        reason, detail = Reason.TOO_LARGE, f"more than max_bytes = {max_bytes}"
    except RecursionError:
        reason, detail = Reason.MALFORMED, "nested too deeply"
    except ValueError as error:
        reason, detail = Reason.MALFORMED, why_broken(error)
    else:
        if not number:
            yield Reject.of_input(file.source, Reason.EMPTY, "an empty array", size=file.size)
        return
    # Its own size is unknown, hence that of the file.
    detail += "; the array was not read further"
    yield Reject.of_input(f"{file.source}#{number}", reason, detail, size=file.size)


class _TooLargeError(Exception):
    """An element needs a larger window than allowed."""


class _Window:
    """The part of a JSON text that is being parsed."""

    def __init__(self, stream: BufferedReader[Any], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._parser = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._ended = False

    def at(self, character: str) -> bool:
        """Whether this character comes next, white space aside; ``""`` is the end."""
        text = self._text
        if self._at < len(text) and (found := text[self._at]) not in _SPACE:
            return found == character
        while (found := self._character()) and found in _SPACE:
            self._at += 1
        return found == character

    def take(self, character: str) -> bool:
        """Step over this character if it comes next."""
        found = self.at(character)
        self._at += found
        return found

    def parse(self, max_bytes: int) -> tuple[object, int]:
        """Parse a value, and say how many bytes of UTF-8 it took."""
        self.at("")
        while True:
            try:
                value, end = self._parser.raw_decode(self._text, self._at)
                # A number may go on in the next chunk; nothing else can.
                if end < len(self._text) or self._ended:
                    break
            except json.JSONDecodeError:
                if self._ended:
                    raise
            if len(self._text) - self._at > max_bytes:
                raise _TooLargeError
            # Twice as much each time: an element is parsed anew, but only a few times.
            self._read(max(_CHUNK_BYTES, len(self._text) - self._at))
        written = self._text[self._at : end]
        size = len(written if written.isascii() else written.encode("utf-8", "surrogatepass"))
        if size > max_bytes:
            raise _TooLargeError
        self._at = end
        return value, size

    def _character(self) -> str:
        while self._at == len(self._text) and not self._ended:
            self._read(_CHUNK_BYTES)
        return self._text[self._at : self._at + 1]

    def _read(self, size: int) -> None:
        raw = self._stream.read1(size)  # short, before a break in compressed data
        self._ended = not raw
        self._text = self._text[self._at :] + self._decoder.decode(raw, final=not raw)
        self._at = 0
