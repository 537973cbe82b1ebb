"""Text of others on its way to a person's screen: nothing in it acts, nothing in it is secret.

A title can hold an escape sequence that clears the terminal or forges a line of a log, and an
address the password it was fetched with. Reports escape by their own rules
(``report.page.markup``); this is for terminals and logs.
"""

from __future__ import annotations

import logging
import re

# C0 but for tab and line feed, DEL and C1; what turns the direction of writing; lone surrogates.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SEPARATORS = re.compile("[\u2028\u2029]")
_BESIDES_LINES = re.compile(
    "[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]{1,500}@")
_SECRET = re.compile(
    r"""(?<=[?&])((?:x-(?:amz|goog)-(?:signature|credential|security-token)|sig|signature
    |(?:access|auth|refresh|id)_?token|token|api_?key|key|client_?secret|secret|passw(?:or)?d|pwd)=)
    [^&#\s'"<>]{1,5000}""",
    re.IGNORECASE | re.VERBOSE,
)


def harmless(text: str) -> str:
    """Return ``text`` with each character that a terminal would obey shown as U+FFFD."""
    return _SEPARATORS.sub("\n", _ACTING.sub("\ufffd", text))


def escaped(written: str) -> str:
    """Return JSON with the characters that a terminal would obey as escapes: the same value."""
    return _BESIDES_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def without_secrets(text: str) -> str:
    """Return ``text`` with the credentials and keys of the addresses in it masked."""
    return _SECRET.sub(r"\1***", _USERINFO.sub("***@", text))


def one_line(text: str) -> str:
    """Return ``text`` fit for a line of a log: harmless, without secrets, and one line."""
    return without_secrets(harmless(text)).replace("\n", "\\n")


class Harmless(logging.Filter):
    """Makes every record fit to be read: what it says, and the trace of its exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; none is held back."""
        record.msg, record.args = one_line(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(harmless(record.exc_text))
        return True
