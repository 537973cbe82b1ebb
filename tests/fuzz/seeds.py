"""Where fuzzing begins: small inputs of every form, and the words that the code looks for."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

from tests.clean.samples import BODY, CONSENT, TITLE, article, page, paragraphs
from tests.hostile.shapes import PAGES, TEXTS

_ROWS = (
    b'{"url": "https://a.example/1", "title": "T", "text": "One two three.", '
    b'"date": "2025-11-03"}\n'
)
_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>C</title><item><title>T</title>'
    b"<link>https://a.example/1</link><description>&lt;p&gt;Text&lt;/p&gt;</description>"
    b"<pubDate>Mon, 03 Nov 2025 10:00:00 GMT</pubDate></item></channel></rss>"
)
_WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/1\r\n"
    b"WARC-Date: 2025-11-03T10:00:00Z\r\nContent-Type: application/http;msgtype=response\r\n"
    b"Content-Length: 78\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    b"<p>A page of text</p>\r\n\r\n\r\n"
)
_MAIL = b"From: a@b.example\r\nSubject: T\r\nContent-Type: text/plain\r\n\r\nA text of a mail.\r\n"


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../a.txt", BODY[:300])
        archive.writestr("b.html", "<p>text</p>")
    return made.getvalue()


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        info = tarfile.TarInfo("/etc/a.txt")
        info.size = 10
        archive.addfile(info, io.BytesIO(b"a text her"))
    return made.getvalue()


_FILES = (
    _ROWS * 2,
    b"[" + _ROWS + b"]",
    b"url,text\nhttps://a.example,Text\n",
    _FEED,
    _WARC,
    _MAIL,
)

SEEDS: dict[str, list[bytes]] = {
    "clean-page": [
        page(paragraphs()).encode(),
        article().encode(),
        *(shape(400).encode("utf-8", "surrogatepass") for shape in PAGES.values()),
    ],
    "clean-text": [
        f"{TITLE}\n\n{BODY}".encode(),
        *(text.encode() for text in CONSENT.values()),
        *(shape(400).encode("utf-8", "surrogatepass") for shape in TEXTS.values()),
    ],
    "clean-bytes": [BODY.encode(code) for code in ("utf-8", "utf-16", "utf-16-le")]
    + [page(paragraphs()).encode()],
    "decoding": [
        "Le café d’à côté".encode(code) for code in ("utf-8", "cp1252", "utf-16", "utf-32-le")
    ]
    + [b'<meta charset="shift_jis">\x82\xb1', b"\x00a" * 20, b"%PDF-1.7", b"\x1b$B"],
    "urls": [
        b"HTTPS://me:pw@Example.com:443/a/../b/?utm_source=x&b=2&a=1#top",
        b"http://[::1]:80/%7ea?x=%zz",
        b"https://www.google.com/amp/s/a.example/b.amp.html",
        "https://bücher.example/ä?ö=ü".encode(),
        b"https://a.example/;jsessionid=1?sid=0123456789abcdef0123456789abcdef",
    ],
    "dates": [
        b"2025-11-03T10:00:00.5+01:00",
        b"Mon, 03 Nov 2025 10:00 GMT",
        "3 août 2025 à 10h30".encode(),
        "2025年11月3日".encode(),
        b"November 3rd, 2025 10:30 p.m. EST",
        b"1762164000",
    ],
    "readers": [
        bytes([number]) + body
        for number in range(19)
        for body in (*_FILES, _zip(), _tar(), gzip.compress(_ROWS))
    ],
    "markup": [b"<script>alert(1)</script>", b"https://a.example/?a=<b>", b"\"'><img onerror=x>"],
}

WORDS = [
    *("<div>", "</div>", "<p>", "<script>", "</script>", "<!--", "-->", "<table>", "<td>", "<b>"),
    *("&amp;", "&#x41;", "&#0;", "<meta charset=", "<br>", "<title>", "<template>", "<svg>"),
    *("\n\n", "\r", "\u2028", "\u200b", "\u00ad", "\ufeff", "\x00", "\x01", "\x1b[31m", "\u202e"),
    *("By John Smith", "12 November 2025", "Read more:", "Cookies", "AFP", "“", "”", "|", "• "),
    *('{"@type":"NewsArticle","articleBody":"', '"author":', "null", "1e999", "\\ud800", "[[[["),
    *("http://", "@", ":80", "%00", "%u", "?a=1&", "#", "//", "..", "[::1]", "xn--", "İ", "ß"),
]
