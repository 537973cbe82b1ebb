"""Bytes to text, and what kind of text they are.

The order of evidence, strongest first: a byte order mark; bytes that are valid UTF-8 beyond chance
(other encodings hardly ever produce those); the declared charset, from the transport or from the
page's own ``meta``; almost valid UTF-8, with a few bytes damaged on the way; and last the
statistics of charset-normalizer. What nothing explains is an error: text full of replacement
characters would pass for a new article for ever.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from pathlib import PurePath

from charset_normalizer import from_bytes

from dedupe.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its first half
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What browsers read under a label, where it differs (WHATWG Encoding Standard, section 4.2).
_BROWSER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}

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

# Both patterns run over a bounded head, and neither can backtrack over more than one attribute.
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{2,40})""", re.IGNORECASE
)
_XML_ENCODING = re.compile(
    rb"""^\s{0,50}<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""", re.IGNORECASE
)
_HTML_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|p|article|section|span|table|h[1-6]|"
    rb"main|link|script|style|ul|ol|a|img|br|nav|header|blockquote|figure)(?=[\s/>])",
    re.IGNORECASE,
)
_HTML_END = re.compile(
    rb"</(?:p|div|h[1-6]|article|section|a|li|html|body|title|span)\s{0,5}>", re.IGNORECASE
)

# Among encodings that read the bytes alike, the one that the web uses.
_PREFERRED = ("cp1252", "cp932", "euc_jp", "gb18030", "big5hkscs", "cp949", "cp1251")
# Function words that survive any single-byte Latin encoding. The statistics confuse cp1252 with
# cp1250 on short texts; whoever writes these words writes cp1252.
_WESTERN = re.compile(
    rb"\b(?:the|and|of|to|le|la|les|des|du|un|une|et|en|de|der|die|das|und|den|von|el|los|las|que|"
    rb"il|di|che|per|het|een|van|og|och|att|som|os|da|uma?|para|com)\b",
    re.IGNORECASE,
)
_WESTERN_SHARE = 0.08

_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b\x0b")) + b"\x7f"
_IS_CONTROL = bytes(code in _CONTROL for code in range(256))
_META_BYTES = 4096
_HEAD_BYTES = 65_536
_SAMPLE_BYTES = 40_000
_NUL_TOLERATED = 0.001
_CONTROL_TOLERATED = 0.01
_DAMAGE_TOLERATED = 0.02
_UTF8_BEYOND_CHANCE = 4
_PRINTABLE = 0.97
_FEW_TAGS, _MANY_TAGS = 2, 6
_TWO_UNITS = 4


def decode(
    raw: bytes, declared: str | None = None, media_type: str | None = None
) -> tuple[str, str]:
    """Return the text that ``raw`` holds, without its byte order mark, and the encoding's name.

    Args:
        raw: the bytes as they were found.
        declared: the charset that the transport or the caller states, if any; evidence, not law.
        media_type: ``text/html`` lets the page's own ``meta`` speak; unknown, it is sniffed.

    Raises:
        InputError: ``binary: ...`` when this is no text, ``encoding: ...`` when no encoding
            explains the bytes well.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return _marked(raw[len(mark) :], name)
    _refuse_binary(raw)
    unmarked = _utf16_without_mark(raw)
    if unmarked:
        return raw.decode(unmarked), unmarked
    label = stated_encoding(raw, declared, media_type)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and not _rather_declared(raw, text, label):
        return text, "utf-8"
    if label and label != "utf-8":
        try:
            return raw.decode(label), label
        except UnicodeDecodeError:
            pass
    if text is not None:
        return text, "utf-8"
    return _damaged_utf8(raw) or _guessed(raw, label)


def sniff_media_type(  # noqa: PLR0911, PLR0912, C901 - one return for each kind
    name: str | None, head: bytes, declared: str | None = None
) -> str | None:
    """Return the media type of a file with this name that begins with these bytes; None if unknown.

    Content that is unmistakable (magic numbers, markup) outranks what a server ``declared``, and
    that the name: pages are saved as ``.txt`` and archives as anything. A declared type that says
    no more than "text" or "bytes" leaves it to the name.
    """
    if found := _by_magic(head):
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
        _refuse_binary(head)
    except InputError:
        return None
    return "text/plain"


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, with its dot; nothing if it has none."""
    if "/" in name:
        name = PurePath(name).name
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix.lower() if stem and suffix else ""


def _by_magic(head: bytes) -> str | None:
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "application/x-tar"
    if not head.startswith(_ANY_MAGIC):  # one look for all, as most files are text
        return None
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


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


def _marked(raw: bytes, name: str) -> tuple[str, str]:
    text = raw.decode(name, errors="replace")
    if text.count("\ufffd") > max(2, _DAMAGE_TOLERATED * len(text)):
        raise InputError(f"encoding: a {name} byte order mark, but the rest is not {name}")
    return text, name


def _refuse_binary(raw: bytes) -> None:
    head = raw[:8192]
    kind = _by_magic(head)
    if kind and kind not in _TEXTUAL_MAGIC:
        raise InputError(f"binary: begins like {kind}")
    if not head or _utf16_without_mark(raw):
        return
    nul = raw.count(0) / len(raw) if b"\0" in raw else 0.0
    if nul > _NUL_TOLERATED:
        raise InputError(f"binary: {nul:.1%} of the bytes are NUL")
    sample = head + raw[len(raw) // 2 : len(raw) // 2 + 8192]
    control = sample.translate(_IS_CONTROL).count(1) / len(sample)
    if control > _CONTROL_TOLERATED:
        raise InputError(f"binary: {control:.1%} of the bytes are control characters")


def _utf16_without_mark(raw: bytes) -> str | None:
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


@lru_cache(maxsize=256)
def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'").lower()).name
    except (LookupError, ValueError):
        return None
    name = _BROWSER.get(name, name)
    # A page that reads as ASCII cannot be UTF-16 or UTF-32, whatever it says.
    return None if name.startswith(("utf-16", "utf-32", "utf-7")) or not _is_text(name) else name


def _is_text(name: str) -> bool:
    try:
        return isinstance(b"".decode(name), str)
    except (LookupError, ValueError):  # base64, hex, zlib are "codecs" as well
        return False


def stated_encoding(
    raw: bytes, declared: str | None = None, media_type: str | None = "application/xml"
) -> str | None:
    """Return the encoding that the transport or the document itself names, if Python knows it."""
    return _codec(declared) or _stated_inside(raw, media_type)


def _stated_inside(raw: bytes, media_type: str | None) -> str | None:
    head = raw[:_META_BYTES]
    if media_type is not None and "html" not in media_type and "xml" not in media_type:
        return None
    found = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return _codec(found[1].decode("ascii", "replace")) if found else None


def _rather_declared(raw: bytes, text: str, label: str | None) -> bool:
    """Whether a declared multi-byte encoding outweighs a few bytes that also read as UTF-8."""
    if label in {None, "utf-8"}:
        return False
    if label.startswith("iso2022") and b"\x1b" in raw:
        return True
    return 0 < sum(c > "\x7f" for c in text[:100_000]) < _UTF8_BEYOND_CHANCE and label in {
        "gb18030",
        "big5hkscs",
        "cp932",
        "cp949",
        "euc_jp",
    }


def _damaged_utf8(raw: bytes) -> tuple[str, str] | None:
    """UTF-8 cut in the middle of a character, or with a few stray bytes: repaired, not refused."""
    text = raw.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(len(run) for run in re.findall(r"[^\x00-\x7f\ufffd]+", text))
    return (text, "utf-8") if bad <= max(1, _DAMAGE_TOLERATED * good) and good > bad else None


def _western(sample: bytes) -> bool:
    words = len(re.findall(rb"[A-Za-z\x80-\xff]+", sample))
    common = len(_WESTERN.findall(sample))
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return words > 0 and common / words >= _WESTERN_SHARE


def _guessed(raw: bytes, label: str | None) -> tuple[str, str]:
    # Only what is not ASCII tells encodings apart; the statistics need no more than a sample.
    first = next(iter(re.finditer(rb"[\x80-\xff]", raw)), None)
    start = max(0, first.start() - 2000) if first else 0
    sample = raw[start : start + _SAMPLE_BYTES]
    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        raise InputError(
            "encoding: neither UTF-8"
            + (f", nor the declared {label}," if label else "")
            + " nor any encoding known to charset-normalizer explains the bytes"
        )
    names = [best.encoding, *best.could_be_from_charset]
    preferred = next((n for n in _PREFERRED if n in names), best.encoding)
    name = "cp1252" if _western(sample) else codecs.lookup(preferred).name
    text = raw.decode(name, errors="replace")
    if text.count("\ufffd") > max(2, _DAMAGE_TOLERATED * len(text)):
        raise InputError(f"encoding: the bytes begin like {name}, but do not go on so")
    return text, name
