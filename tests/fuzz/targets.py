"""What is fuzzed, and what must hold of every answer.

A target takes any bytes at all. It may refuse them with an error of ours; anything else that it
raises is a finding, and so is an answer that breaks a promise.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from dedupe.acquire import acquire, expand, normalise_url
from dedupe.acquire.dates import read_date
from dedupe.acquire.urls import masked
from dedupe.article import Article, Document
from dedupe.clean import clean
from dedupe.clean.bounds import bounded
from dedupe.clean.dates import find_date, parse_date
from dedupe.decoding import decode
from dedupe.errors import DedupeError
from dedupe.media_types import sniff_media_type
from dedupe.rejects import Reason, Reject
from dedupe.report.page.markup import el, foreign, link
from dedupe.settings import Settings

Target = Callable[[bytes], None]


def _text(data: bytes) -> str:
    """Any text at all, lone surrogates among it."""
    return data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace")


def _text_of(data: bytes) -> str:
    try:
        return _text(data)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _sound(source: str, article: Article, *, exact: bool) -> None:
    for removal in article.removals:
        assert removal.rule
        assert removal.stage
        if removal.start < 0:
            assert (removal.start, removal.end) == (-1, -1)
            assert not exact
        else:
            assert removal.start <= removal.end <= len(source)
            assert not exact or source[removal.start : removal.end] == removal.text
    for moment in (article.published_at, article.modified_at):
        assert moment is None or isinstance(moment, dt.date)


def clean_page(data: bytes) -> None:
    """HTML to an article."""
    page = _text_of(data)
    article = clean(page, media_type="text/html")
    _sound(page, article, exact=False)
    assert clean(page, media_type="text/html") == article
    assert len(bounded(page)) == len(page)


def clean_text(data: bytes) -> None:
    """Plain text to an article; what is cut is the source's own text."""
    text = _text_of(data)
    article = clean(text, media_type="text/plain")
    _sound(text, article, exact=True)
    assert clean(text, media_type="text/plain") == article


def clean_bytes(data: bytes) -> None:
    """Bytes of any kind; what comes out can be written."""
    try:
        article = clean(data)
    except DedupeError:
        return
    for text in (article.text, article.title, article.summary, article.site, *article.authors):
        (text or "").encode("utf-8")


def decoding(data: bytes) -> None:
    """Bytes to well-formed text."""
    sniff_media_type("a.txt", data)
    sniff_media_type(None, data)
    try:
        text, encoding = decode(data)
    except DedupeError:
        return
    text.encode("utf-8")
    assert "".encode(encoding) is not None
    assert decode(data) == (text, encoding)


def urls(data: bytes) -> None:
    """Addresses: one form, which is its own form, and no credentials in it."""
    url = _text_of(data)
    masked(url)
    found = normalise_url(url)
    if found is not None:
        found.encode("utf-8")
        assert normalise_url(found) == found
        assert "@" not in found.split("/")[2]


def dates(data: bytes) -> None:
    """Dates in any words."""
    text = _text_of(data)
    for found in (read_date(text), parse_date(text)):
        assert found is None or isinstance(found, dt.date)
    where = find_date(text)
    assert where is None or 0 <= where.start <= where.end <= len(text)


_SUFFIXES = (
    *(".txt", ".html", ".jsonl", ".json", ".csv", ".tsv", ".xml", ".rss", ".warc", ".eml"),
    *(".zip", ".tar", ".gz", ".zst", ".parquet", ".mbox", ".xlsx", ".arrow", ".bin"),
)
_LIMITS = Settings(max_bytes=100_000, max_expanded=1_000_000, max_members=100)


def readers(data: bytes) -> None:
    """Files of every form: each gives documents and rejects, and nothing is raised."""
    if not data:
        return
    with tempfile.TemporaryDirectory(dir=_shm()) as folder:
        path = Path(folder) / f"a{_SUFFIXES[data[0] % len(_SUFFIXES)]}"
        path.write_bytes(data[1:])
        for found in acquire(expand([path]), _LIMITS):
            found.source.encode("utf-8")
            if isinstance(found, Document):
                found.text.encode("utf-8")
                assert len(found.raw_hash) == 32
            elif isinstance(found, Reject):
                assert found.reason in set(Reason)
                assert found.reason not in {Reason.FAILED, Reason.READER_FAILED}, found.detail
                found.detail.encode("utf-8")


def _shm() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def markup(data: bytes) -> None:
    """Foreign text in the report: escaped, whatever it is."""
    text = _text_of(data)
    for made in (str(foreign(text)), str(el("p", text, title=text)), str(link(text))):
        made.encode("utf-8")
        inside = made.partition(">")[2]
        assert "<script" not in inside
        assert "\x00" not in made


TARGETS: dict[str, Target] = {
    "clean-page": clean_page,
    "clean-text": clean_text,
    "clean-bytes": clean_bytes,
    "decoding": decoding,
    "urls": urls,
    "dates": dates,
    "readers": readers,
    "markup": markup,
}
