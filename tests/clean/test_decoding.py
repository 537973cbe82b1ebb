"""Bytes become text by evidence; what is no text, or no known encoding, is refused."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.decoding import decode
from dedupe.errors import InputError
from dedupe.media_types import sniff_media_type

FRENCH = (
    "L’été dernier, la préfète a reçu les élèves à Nîmes : « Ça coûte 3 € », dit-elle de la fête. "
    * 3
)
JAPANESE = "三月の豪雨で通行止めになっていた高架橋が再開することになったと県が発表した。" * 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_french(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding))[0] == FRENCH


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp"])
def test_japanese(encoding: str) -> None:
    declared = encoding if encoding.startswith("iso") else None
    assert decode(JAPANESE.encode(encoding), declared)[0] == JAPANESE


def test_the_page_states_its_charset() -> None:
    raw = b'<html><head><meta charset="windows-1251"></head><body>' + "Мост откроют".encode(
        "cp1251"
    )
    assert decode(raw, media_type="text/html") == (raw.decode("cp1251"), "cp1251")


def test_valid_utf8_outweighs_a_wrong_declaration() -> None:
    assert decode(FRENCH.encode(), declared="iso-8859-1") == (FRENCH, "utf-8")


def test_latin1_means_what_browsers_make_of_it() -> None:
    assert decode("3 € – « prix »".encode("cp1252"), declared="latin-1")[0] == "3 € – « prix »"


def test_text_cut_inside_a_character_is_repaired() -> None:
    assert decode(FRENCH.encode()[:41])[0].startswith(FRENCH[:30])


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n", b"PAR1abc", b"text\x00with\x00nuls" * 9]
)
def test_binary_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"^binary:"):
        decode(raw)


def test_noise_is_refused() -> None:
    noise = random.Random(7).randbytes(6000)
    with pytest.raises(InputError, match=r"^(binary|encoding):"):
        decode(noise)


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.txt", b"hello", "text/plain"),
        ("a.txt", b"<!doctype html><html>", "text/html"),
        (None, b"<html><body>", "text/html"),
        (None, b'{"url": "x"}\n', "application/x-ndjson"),
        ("a.jsonl", b'{"url": "x"}\n', "application/x-ndjson"),
        ("feed.xml", b'<?xml version="1.0"?><rss version="2.0">', "application/rss+xml"),
        ("feed", b"<feed xmlns='http://www.w3.org/2005/Atom'>", "application/atom+xml"),
        ("a.html", b"%PDF-1.7", "application/pdf"),
        ("a.warc.gz", b"\x1f\x8b\x08", "application/gzip"),
        (None, b"", None),
        (None, b"\x00\x01\x02\x03" * 20, None),
        (None, b"In HTML, <b> makes text bold.", "text/plain"),
    ],
)
def test_media_types(name: str | None, head: bytes, expected: str | None) -> None:
    assert sniff_media_type(name, head) == expected


def _read(raw: bytes) -> str:
    """The text, or the refusal."""
    try:
        return decode(raw)[0]
    except InputError as error:
        return f"refused {error}"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])))
def test_utf8_comes_back(text: str) -> None:
    found = _read(text.encode())
    assert found == text.removeprefix("\ufeff") or found.startswith("refused binary: begins")


@given(st.binary(max_size=300))
def test_bytes_are_text_or_refused_with_a_reason(raw: bytes) -> None:
    found = _read(raw)
    if found.startswith("refused "):
        assert found.startswith(("refused binary: ", "refused encoding: "))
