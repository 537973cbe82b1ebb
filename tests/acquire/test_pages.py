"""Files that are one document each, and what can be wrong with them."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedupe.acquire import acquire, expand
from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings

Take = Callable[..., list[Any]]

FRENCH = "Été à Orléans : la Loire déborde, l’eau monte et les élèves sont renvoyés chez eux.\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestDocuments:
    def test_a_text_is_decoded_and_otherwise_untouched(self, here: Path, take: Take) -> None:
        text = "  A title\r\n\r\n\r\nA body, with\ttabs and spaces.  \n"
        write(here, "a.txt", text)
        (document,) = take("a.txt")
        raw_hash = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        assert document == Document(
            id=raw_hash,
            source="a.txt",
            media_type="text/plain",
            text=text,
            raw_hash=raw_hash,
            bytes=len(text),
        )

    @pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml", "A.HTML", "page", "page.php"])
    def test_a_page_is_known_by_its_name_or_its_markup(
        self, here: Path, take: Take, name: str
    ) -> None:
        write(here, name, "<!DOCTYPE html><html><body><p>A paragraph.</p></body></html>")
        (document,) = take(name)
        assert document.media_type == "text/html"

    @pytest.mark.parametrize("name", ["a.txt", "notes", "a.unheard-of"])
    def test_text_is_known_by_its_name_or_its_bytes(
        self, here: Path, take: Take, name: str
    ) -> None:
        write(here, name, FRENCH)
        (document,) = take(name)
        assert (document.media_type, document.text) == ("text/plain", FRENCH)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_the_encoding_is_found_out(self, here: Path, take: Take, encoding: str) -> None:
        write(here, "a.txt", (FRENCH * 5).encode(encoding))
        (document,) = take("a.txt")
        assert document.text == FRENCH * 5

    def test_the_same_bytes_elsewhere_are_the_same_document(self, here: Path, take: Take) -> None:
        write(here, "a.txt", FRENCH)
        write(here, "b.txt", FRENCH)
        first, again = take(".")
        assert again == Unchanged(source="b.txt", id=first.id)

    def test_a_document_of_exactly_the_allowed_size_is_read(self, here: Path, take: Take) -> None:
        write(here, "a.txt", "x" * 100)
        (document,) = take("a.txt", max_bytes=100)
        assert document.bytes == 100


class TestRejects:
    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("a.txt", b"", Reason.EMPTY),
            ("a.html", b"", Reason.EMPTY),
            ("a.txt", b" \r\n\t\n", Reason.EMPTY),
            ("a.txt", b"\xef\xbb\xbf", Reason.EMPTY),
            ("a.txt", b"\xef\xbb\xbf \n", Reason.EMPTY),
            ("a.txt", "\ufeff \n".encode("utf-16-le"), Reason.EMPTY),
            ("a.txt", "\u00a0\n\u00a0".encode(), Reason.EMPTY),
            ("a.json", b"", Reason.EMPTY),
            ("a.json", b"\xef\xbb\xbf\n", Reason.EMPTY),
            ("a.jsonl", b"", Reason.EMPTY),
            ("a.jsonl", b"\n \n", Reason.EMPTY),
            ("empty", b"", Reason.EMPTY),
            ("a.png", PNG, Reason.BINARY),
            ("a.txt", PNG, Reason.BINARY),
            ("picture", PNG, Reason.BINARY),
            ("a.txt", b"Text, then zeros." + b"\0" * 500, Reason.BINARY),
            ("a.bin", bytes(range(256)) * 8, Reason.BINARY),
            ("a.txt", b"\xff\xfe" + b"\x00\xd8" * 300, Reason.ENCODING),
            ("a.parquet", b"PAR1\0\0", Reason.DAMAGED),
            ("feed.xml", b"<?xml version='1.0'?><rss version='2.0'></rss>", Reason.EMPTY),
        ],
    )
    def test_what_cannot_be_read_is_a_reject_with_its_reason(
        self, here: Path, take: Take, name: str, content: bytes, reason: Reason
    ) -> None:
        write(here, name, content)
        (reject,) = take(name)
        assert isinstance(reject, Reject)
        assert (reject.source, reject.reason, reject.bytes) == (name, reason, len(content))
        assert reject.detail

    def test_a_file_too_large_is_not_read(self, here: Path, take: Take) -> None:
        # 4 GB of nothing, which would take long to read and would not fit.
        with (here / "huge.txt").open("wb") as file:
            file.truncate(4 << 30)
        (reject,) = take("huge.txt")
        assert (reject.reason, reject.bytes) == (Reason.TOO_LARGE, 4 << 30)
        assert reject.detail == "4294967296 bytes, more than max_bytes = 20000000"

    def test_a_file_that_hides_its_size_is_read_to_the_bound(self, take: Take) -> None:
        named = Path("/proc/self/limits")  # size 0, says the system
        if not named.exists():
            pytest.skip("no /proc on this system")
        (document,) = take(named)
        assert document.text.startswith("Limit")
        (reject,) = take(named, max_bytes=10)
        assert reject.reason is Reason.TOO_LARGE

    def test_a_pipe_is_not_waited_for(self, here: Path, take: Take) -> None:
        os.mkfifo(here / "pipe.txt")
        (reject,) = take(".")
        assert (reject.reason, reject.detail) == (Reason.UNSUPPORTED, "a named pipe, not a file")

    @pytest.mark.usefixtures("here")
    def test_a_socket_is_not_read(self, take: Take) -> None:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
            (reject,) = take(".")
        assert (reject.reason, reject.detail) == (Reason.UNSUPPORTED, "a socket, not a file")

    def test_a_device_is_not_read(self, take: Take) -> None:
        (reject,) = take("/dev/zero")
        assert reject.detail == "a character device, not a file"

    def test_a_file_that_vanished_is_a_reject(self, here: Path) -> None:
        gone, kept = write(here, "a.txt", "Gone."), write(here, "b.txt", "Kept.")
        found = expand([gone, kept])
        gone.unlink()
        reject, document = acquire(found, Settings())
        assert isinstance(reject, Reject)
        assert (reject.reason, reject.detail) == (Reason.UNREADABLE, "No such file or directory")
        assert isinstance(document, Document)


class TestIdentityOfRejects:
    def test_two_empty_files_are_two_rejects(self, here: Path, take: Take) -> None:
        write(here, "a.txt", b"")
        write(here, "b.txt", b"")
        first, second = take(".")
        assert {type(first), type(second)} == {Reject}
        assert first.id != second.id

    def test_a_broken_file_that_changes_is_another_reject(self, here: Path, take: Take) -> None:
        write(here, "a.txt", PNG)
        (before,) = take("a.txt")
        write(here, "a.txt", PNG + b"more")
        (after,) = take("a.txt")
        assert (before.id, before.raw_hash) != (after.id, after.raw_hash)

    def test_a_reject_never_has_the_id_of_a_document(self, here: Path, take: Take) -> None:
        write(here, "a.txt", PNG)
        (reject,) = take("a.txt")
        assert reject.id != hashlib.blake2b(PNG, digest_size=16).hexdigest()

    def test_a_document_refused_later_keeps_its_identity(self, here: Path, take: Take) -> None:
        write(here, "a.txt", FRENCH)
        (document,) = take("a.txt")
        reject = Reject.of_document(document, Reason.NO_TEXT, "0 words, fewer than min_words = 1")
        assert (reject.id, reject.raw_hash) == (document.id, document.raw_hash)
        assert (reject.source, reject.bytes) == ("a.txt", document.bytes)
