"""Identity of a document: its normalised URL where it has one, else its content.

BLAKE2b with 16 bytes of digest, in hex. The content of a file is its bytes; the content of a JSON
row is its canonical form, so that key order, white space and line ends make no new document.
"""

from __future__ import annotations

import hashlib
import json

import orjson


def hash_bytes(raw: bytes) -> str:
    """Return the digest of ``raw`` as 32 hex characters."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def hash_row(row: object) -> str:
    """Return the digest of a JSON value's canonical form.

    Raises:
        RecursionError: the value is nested too deeply to be written.
    """
    try:
        return hash_bytes(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError:
        # ASCII, so that a lone surrogate is written as its escape instead of failing to encode.
        canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hash_bytes(canonical.encode("ascii"))
