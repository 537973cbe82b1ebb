"""WARC and WET: every record that claims to be a document ends in exactly one place."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
import pyarrow as pa
import pytest
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.acquire.opened import Opened
from dedupe.acquire.warc import read_warc
from dedupe.article import Document
from dedupe.rejects import Reason, Reject, Unchanged
from dedupe.settings import Settings
from tests.acquire.archives_of import NEWS, about, archive, page, record, response

Take = Callable[..., list[Any]]


def read(raw: bytes, **chosen: Any) -> list[Any]:
    """Read an archive that is no file: the reader alone."""
    stream = BytesIO(raw)
    file = Opened.of(stream, source="a.warc.gz", name="a.warc.gz", size=len(raw))
    return list(read_warc(file, "application/warc", Settings(**chosen)))


def said(outcomes: list[Any]) -> list[str]:
    return [o.reason if isinstance(o, Reject) else type(o).__name__ for o in outcomes]


def test_a_response_is_a_document_known_by_its_address(here: Path, take: Take) -> None:
    raw = archive([*about(1), response(1, page(1)), *about(2), response(2, page(2))])
    (here / "a.warc.gz").write_bytes(raw)
    first, second = take("a.warc.gz")
    assert isinstance(first, Document)
    assert first.url == f"{NEWS}/1"
    assert first.text == page(1).decode()
    assert (first.media_type, first.encoding) == ("text/html", "utf-8")
    assert second.id != first.id


def test_the_offset_in_the_source_is_where_the_record_begins() -> None:
    raw = archive([*about(1), response(1, page(1)), response(2, page(2))])
    for found in read(raw):
        offset = int(found.source.partition("#")[2])
        member = zlib.decompressobj(31).decompress(raw[offset:])
        assert member.startswith(b"WARC/1.0")
        assert found.url.encode() in member


@pytest.mark.parametrize("form", ["plain", "members", "whole", "zstd"])
def test_every_form_of_compression_holds_the_same(form: str) -> None:
    records = [response(n, page(n)) for n in range(5)]
    plain = archive(records, compressed=False)
    raw = {
        "plain": plain,
        "members": archive(records),
        "whole": gzip.compress(plain),
        "zstd": pa.compress(plain, "zstd", asbytes=True),
    }[form]
    found = read(raw)
    assert [document.text for document in found] == [page(n).decode() for n in range(5)]
    assert len({document.source for document in found}) == 5


def test_the_date_of_the_crawl_is_no_date_of_publication() -> None:
    (document,) = read(archive([response(1, page(1), http=["Last-Modified: Fri, 1 Nov 2024"])]))
    assert document.stated == {}


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("gzip", gzip.compress(page(1))),
        ("deflate", zlib.compress(page(1))),
        ("deflate", zlib.compress(page(1))[2:-4]),
        ("br", brotli.compress(page(1))),
        ("zstd", pa.compress(page(1), "zstd", asbytes=True)),
        ("gzip", page(1)),  # decoded by the crawler, which kept the header
        ("br", page(1)),
        ("identity", page(1)),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_payloads_are_decoded(coding: str, payload: bytes, *, chunked: bool) -> None:
    http = [f"Content-Encoding: {coding}"]
    if chunked:
        http.append("Transfer-Encoding: chunked")
        half = len(payload) // 2
        parts = (payload[:half], payload[half:])
        chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts)
        payload = chunks + b"0\r\n\r\n"
    (document,) = read(archive([response(1, payload, http=http)]))
    assert document.text == page(1).decode()


def test_a_payload_that_was_joined_by_the_crawler_is_taken_as_it_is() -> None:
    (document,) = read(archive([response(1, page(1), http=["Transfer-Encoding: chunked"])]))
    assert document.text == page(1).decode()


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("text/html; charset=iso-8859-1", "cp1252"), ('text/html;Charset="koi8-r"', "koi8-r")],
)
def test_the_charset_is_that_of_the_transport(declared: str, encoding: str) -> None:
    text = "<html><body><p>Été à Nîmes</p></body></html>"
    text = "<html><body><p>Новости дня</p></body></html>" if encoding == "koi8-r" else text
    (document,) = read(archive([response(1, text.encode(encoding), declared)]))
    assert (document.text, document.encoding) == (text, encoding)


@pytest.mark.parametrize(
    ("raw", "reason", "detail"),
    [
        (response(1, page(1), status="404 Not Found"), Reason.HTTP_STATUS, "404 Not Found"),
        (
            response(1, b"", status="301 Moved", http=["Location: https://b.example/"]),
            Reason.HTTP_STATUS,
            "301 Moved, leads to https://b.example/",
        ),
        (response(1, b"\x89PNG\r\n\x1a\n", "image/png"), Reason.UNSUPPORTED, "image/png"),
        (response(1, b"%PDF-1.7", "text/html"), Reason.UNSUPPORTED, "application/pdf"),
        (response(1, b'{"a": 1}', "application/json"), Reason.UNSUPPORTED, "application/json"),
        (response(1, b""), Reason.EMPTY, "0 bytes"),
        (response(1, b"\0\1\2\3" * 99), Reason.BINARY, "NUL"),
        (response(1, page(1), WARC_Truncated="disconnect"), Reason.DAMAGED, "disconnect"),
        (response(1, page(1), WARC_Segment_Number="1"), Reason.UNSUPPORTED, "segments"),
        (response(1, page(1, 9_000)), Reason.TOO_LARGE, "max_bytes"),
        (
            response(1, gzip.compress(b"0" * 10**7), http=["Content-Encoding: gzip"]),
            Reason.TOO_LARGE,
            "max_bytes",
        ),
    ],
)
def test_what_is_no_page_is_a_reject_and_costs_only_itself(
    raw: bytes, reason: Reason, detail: str
) -> None:
    reject, document = read(archive([raw, response(2, page(2))]), max_bytes=50_000)
    assert isinstance(reject, Reject)
    assert reject.reason is reason
    assert detail in reject.detail
    assert isinstance(document, Document)


def test_a_page_that_the_crawler_cut_at_its_limit_is_a_document() -> None:
    (document,) = read(archive([response(1, page(1)[:-20], WARC_Truncated="length")]))
    assert isinstance(document, Document)


def test_records_about_the_crawl_are_passed_over() -> None:
    raw = archive(
        [
            *about(1),
            record("response", "dns:news.example", b"20251122\nnews.example. 1.2.3.4", "text/dns"),
            response(f"{NEWS}/robots.txt", b"User-agent: *\n", "text/plain"),
            record("resource", "urn:pageinfo:https://a.example/", b"{}", "application/json"),
        ]
    )
    assert read(raw) == []


def test_a_revisit_is_unchanged(here: Path, take: Take) -> None:
    revisit = record(
        "revisit",
        f"{NEWS}/1",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        "application/http",
        WARC_Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
    )
    (here / "a.warc").write_bytes(archive([response(1, page(1)), revisit], compressed=False))
    assert [type(outcome) for outcome in take("a.warc")] == [Document, Unchanged]


def test_wet_and_resources_are_documents_too() -> None:
    wet = record("conversion", f"{NEWS}/1", "Un été à Nîmes.\n".encode(), "text/plain")
    html = record("resource", f"{NEWS}/2", page(2), "text/html")
    text, resource = read(archive([wet, html], compressed=False))
    assert (text.text, text.url, text.media_type) == (
        "Un été à Nîmes.\n",
        f"{NEWS}/1",
        "text/plain",
    )
    assert (resource.text, resource.media_type) == (page(2).decode(), "text/html")


class TestDamage:
    records = tuple(response(n, page(n)) for n in range(4))

    @pytest.mark.parametrize("compressed", [True, False])
    def test_of_a_file_that_is_cut_the_whole_records_are_kept(self, *, compressed: bool) -> None:
        raw = archive(self.records, compressed=compressed)
        last = int(read(raw)[-1].source.partition("#")[2])
        for end in range(last + 1, len(raw) - 4, 37):
            found = read(raw[:end])
            assert said(found[:3]) == ["Document"] * 3
            assert said(found[3:]) in (["damaged"], []), end
            # A plain file gives no sign where it ends between two lines of the first header.
            assert found[3:] or not compressed, end

    def test_what_lies_behind_a_damaged_member_is_read(self) -> None:
        raw = bytearray(archive(self.records))
        second = int(read(bytes(raw))[1].source.partition("#")[2])
        raw[second + 80 : second + 90] = b"\xff" * 10
        found = read(bytes(raw))
        assert [o.url for o in found if isinstance(o, Document)] == [
            f"{NEWS}/{number}" for number in (0, 2, 3)
        ]
        assert set(said(found)) == {"Document", Reason.DAMAGED}

    def test_what_lies_behind_rubbish_is_read(self) -> None:
        raw = archive(self.records[:2], compressed=False) + b"rubbish\n"
        found = read(raw + b"".join(self.records[2:]))
        assert said(found) == ["Document", "Document", "damaged", "Document", "Document"]

    @pytest.mark.parametrize(
        "raw",
        [b"rubbish " * 999, gzip.compress(b"\0" * 10**7), b"WARC/1.0\r\n", b"WARC/1.0\r\n\r\n" * 3],
    )
    def test_what_is_no_archive_is_rejects(self, raw: bytes) -> None:
        assert {*said(read(raw))} == {Reason.DAMAGED}

    def test_an_empty_file_is_empty(self) -> None:
        assert said(read(b"")) == [Reason.EMPTY]

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_no_damage_raises_or_goes_unsaid(self, data: st.DataObject) -> None:
        raw = bytearray(archive(self.records, compressed=data.draw(st.booleans())))
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(1, 30))] = data.draw(st.binary(max_size=30))
        for found in read(bytes(raw)):
            assert isinstance(found, Document | Reject | Unchanged)

    def test_a_disk_that_fails_is_no_damage_of_the_file(self) -> None:
        class Failing(io.RawIOBase):
            given = 0

            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                self.given += 1
                if self.given > 1:
                    raise OSError(5, "Input/output error")
                piece = archive(TestDamage.records, compressed=False)[: min(len(buffer), 900)]
                buffer[: len(piece)] = piece
                return len(piece)

        file = Opened.of(io.BufferedReader(Failing(), 900), source="a", name="a.warc", size=1)
        with pytest.raises(OSError, match="Input/output error"):
            list(read_warc(file, "application/warc", Settings()))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(
            lambda text: bool(text.strip("\ufeff \xa0")) and not text.isspace()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_the_library_writes_is_read_back(texts: list[str]) -> None:
    sink = BytesIO()
    for number, text in enumerate(texts):
        written = WarcRecord()
        written.init_headers(
            record_type=WarcRecordType.response, record_urn=b"urn:uuid:%d" % number
        )
        written.headers["WARC-Target-URI"] = f"{NEWS}/{number}"
        written.headers["Content-Type"] = "application/http; msgtype=response"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        written.set_bytes_content(head + f"<p>{text}</p>".encode())
        written.write(GzipWriter(sink))
    found = read(sink.getvalue())
    assert [document.text for document in found] == [f"<p>{text}</p>" for text in texts]
    assert [document.url for document in found] == [f"{NEWS}/{n}" for n in range(len(texts))]


def test_memory_does_not_grow_with_the_archive() -> None:
    one = archive([response(1, page(1, 20_000))])

    class Long(BytesIO):
        """120 archives in one file, one held at a time."""

        def __init__(self) -> None:
            super().__init__(one)
            self.left = 120

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            if not piece and self.left > 1:
                self.left -= 1
                self.seek(0)
                piece = super().read(size)
            return piece

    tracemalloc.start()
    file = Opened.of(Long(), source="a", name="a.warc.gz", size=0)
    count = sum(1 for _ in read_warc(file, "application/warc", Settings()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 120
    assert peak < 8_000_000
