"""What kind of document bytes are: by their beginning, by what a server says, by their name."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from dedupe.binary import by_magic, refuse_binary
from dedupe.errors import InputError

_EXTENSIONS = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".xht": "text/html",
    ".shtml": "text/html",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".json": "application/json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet",
    ".warc": "application/warc",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".xml": "application/xml",
    ".wet": "application/warc",
    ".urls": "text/uri-list",
    ".uri": "text/uri-list",
    ".mhtml": "multipart/related",
    ".mht": "multipart/related",
    ".eml": "message/rfc822",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".tgz": "application/gzip",
    ".tbz": "application/x-bzip2",
    ".tbz2": "application/x-bzip2",
    ".txz": "application/x-xz",
    ".tzst": "application/zstd",
    ".zstd": "application/zstd",
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".pdf": "application/pdf",
}

# What servers call a form, where that is not the name used here.
_ALIASES = {
    "application/csv": "text/csv",
    "application/jsonl": "application/x-ndjson",
    "application/jsonlines": "application/x-ndjson",
    "application/ndjson": "application/x-ndjson",
    "application/x-gzip": "application/gzip",
    "application/x-jsonlines": "application/x-ndjson",
    "application/x-zip-compressed": "application/zip",
    "application/xhtml+xml": "text/html",
    "application/zstandard": "application/zstd",
    "text/json": "application/json",
    "text/xml": "application/xml",
    "application/rdf+xml": "application/rss+xml",
    "application/mime": "multipart/related",
    "application/x-parquet": "application/vnd.apache.parquet",
    "application/x-mimearchive": "multipart/related",
    "message/global": "message/rfc822",
}
# Servers send these for whatever they do not know.
_SAYS_NOTHING = {"", "application/octet-stream", "binary/octet-stream", "text/plain"}

# The root element of XML, past what may stand before it. Each part begins with another character,
# and none is tried twice: it takes time in proportion to what it passes.
_XML_ROOT = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?>\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?([\w.-]+)",
    re.IGNORECASE | re.DOTALL,
)
_XML_ROOTS = {
    b"rss": "application/rss+xml",
    b"rdf": "application/rss+xml",
    b"feed": "application/atom+xml",
    b"urlset": "application/x-sitemap+xml",
    b"sitemapindex": "application/x-sitemap+xml",
}
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_WEB_ADDRESS = re.compile(rb"https?://[^\s/]\S*", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"(?>[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?>[ \t][^\n]*\n)*)+\r?\n")
_MAIL_MARK = re.compile(rb"^(?:mime-version|message-id|received):", re.IGNORECASE | re.MULTILINE)

_HTML_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|p|article|section|span|table|h[1-6]|"
    rb"main|link|script|style|ul|ol|a|img|br|nav|header|blockquote|figure)(?=[\s/>])",
    re.IGNORECASE,
)
_HTML_END = re.compile(
    rb"</(?:p|div|h[1-6]|article|section|a|li|html|body|title|span)\s{0,5}>", re.IGNORECASE
)

_META_BYTES = 4096
_HEAD_BYTES = 65_536
_FEW_TAGS, _MANY_TAGS = 2, 6


def sniff_media_type(  # noqa: PLR0911, PLR0912, C901 - one return for each kind
    name: str | None, head: bytes, declared: str | None = None
) -> str | None:
    """Return the media type of a file with this name that begins with these bytes; None if unknown.

    Content that is unmistakable (magic numbers, markup) outranks what a server ``declared``, and
    that the name: pages are saved as ``.txt`` and archives as anything. A declared type that says
    no more than "text" or "bytes" leaves it to the name.
    """
    if found := by_magic(head):
        return found
    stated = (declared or "").partition(";")[0].strip().lower()
    by_name = _EXTENSIONS.get(suffix_of(name)) if name else None
    if stated not in _SAYS_NOTHING:
        by_name = _ALIASES.get(stated, stated)
    elif by_name is None and stated.startswith("text/"):
        by_name = stated
    if by_name in {None, "text/plain", "application/xml", "text/html"}:
        if kind := _of_xml(head):
            return kind
        if by_name in {None, "text/plain"} and (kind := _of_lines(head)):
            return kind
        if by_name != "text/html" and looks_like_html(head):
            return "text/html"
    if by_name not in {None, "application/json"}:
        return by_name
    start = head[:_META_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        by_name = "application/feed+json" if _JSON_FEED.search(head) else by_name
    if by_name:
        return by_name
    if start.startswith(b"{"):
        return "application/x-ndjson"
    if not start and not head.strip():
        return None
    try:
        refuse_binary(head)
    except InputError:
        return None
    return "text/plain"


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, with its dot; nothing if it has none."""
    if "/" in name:
        name = PurePath(name).name
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix.lower() if stem and suffix else ""


def _of_xml(head: bytes) -> str | None:
    """The media type of a feed or a sitemap, by its root element."""
    start = head[:_META_BYTES]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", "ignore").encode("ascii", "replace")
    found = _XML_ROOT.match(start.removeprefix(codecs.BOM_UTF8))
    return _XML_ROOTS.get(found[1].lower()) if found else None


def _of_lines(head: bytes) -> str | None:
    """The media type of a text that is a list of addresses, or a mail, line by line."""
    if (found := _MAIL_HEADER.match(head)) and _MAIL_MARK.search(found[0]):
        return "message/rfc822"
    lines = head.removeprefix(codecs.BOM_UTF8).split(b"\n")
    if len(head) >= _HEAD_BYTES:
        del lines[-1]  # it may be cut
    said = [line for line in map(bytes.strip, lines) if line and not line.startswith(b"#")]
    return "text/uri-list" if said and all(map(_WEB_ADDRESS.fullmatch, said)) else None


def looks_like_html(head: bytes) -> bool:
    """Whether these bytes begin a page, or hold enough tags to be a piece of one."""
    head = head[:65_536]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<(?:!doctype\s+html|html|head|body|\?xml)\b", start, re.IGNORECASE):
        return True
    opened = len(_HTML_TAG.findall(head))
    # A text that mentions a tag or two is not a page: most of a page's tags are also closed.
    return (
        opened >= _FEW_TAGS
        and bool(_HTML_END.search(head))
        and (start.startswith(b"<") or opened >= _MANY_TAGS)
    )
