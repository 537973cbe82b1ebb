"""Bytes to text.

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

from dedupe.binary import refuse_binary, utf16_without_mark
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

# Both patterns run over a bounded head, and neither can backtrack over more than one attribute.
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{2,40})""", re.IGNORECASE
)
_XML_ENCODING = re.compile(
    rb"""^\s{0,50}<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""", re.IGNORECASE
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

_META_BYTES = 4096
_SAMPLE_BYTES = 40_000
_DAMAGE_TOLERATED = 0.02
_UTF8_BEYOND_CHANCE = 4


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
    refuse_binary(raw)
    unmarked = utf16_without_mark(raw)
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


def _marked(raw: bytes, name: str) -> tuple[str, str]:
    text = raw.decode(name, errors="replace")
    if text.count("\ufffd") > max(2, _DAMAGE_TOLERATED * len(text)):
        raise InputError(f"encoding: a {name} byte order mark, but the rest is not {name}")
    return text, name


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
    from charset_normalizer import from_bytes

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
