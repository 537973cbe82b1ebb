"""The Arrow schemas of the tables: the contract with everyone who reads the Parquet.

A change only ever adds columns, and raises ``SCHEMA_VERSION``. ``data/README.md`` describes every
column; a test fails where the two differ.
"""

from __future__ import annotations

import pyarrow as pa

SCHEMA_VERSION = 1

_text = pa.string()
_names = pa.list_(pa.field("element", pa.string()))
_time = pa.timestamp("us", tz="UTC")

_STATED = [
    pa.field("url", _text),
    pa.field("site", _text),
    pa.field("title", _text),
    pa.field("authors", _names, nullable=False),
    pa.field("published_at", _time),
    pa.field("published_stated", _text),
    pa.field("modified_at", _time),
    pa.field("language", _text),
    pa.field("summary", _text),
]
"""What a document states about itself, in articles and duplicates alike."""

ARTICLES = pa.schema(
    [
        pa.field("id", _text, nullable=False),
        pa.field("document_id", _text, nullable=False),
        pa.field("cluster_id", _text, nullable=False),
        *_STATED,
        pa.field("text", _text, nullable=False),
        pa.field("word_count", pa.int32(), nullable=False),
        pa.field("copies", pa.int32(), nullable=False),
        pa.field("sites", _names, nullable=False),
        pa.field("first_seen_at", _time, nullable=False),
        pa.field("updated_at", _time, nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("policy_reason", _text, nullable=False),
        pa.field("source", _text, nullable=False),
        pa.field("media_type", _text, nullable=False),
        pa.field("content_hash", _text, nullable=False),
        pa.field("raw_hash", _text, nullable=False),
        pa.field("provenance", _text, nullable=False),
        pa.field("run_id", _text, nullable=False),
    ]
)

_KEYS = ("id", "cluster_id")
"""What the change feed tells of an article that is gone, too."""

DUPLICATES = pa.schema(
    [
        pa.field("id", _text, nullable=False),
        pa.field("document_id", _text, nullable=False),
        pa.field("canonical_id", _text, nullable=False),
        pa.field("relation", _text, nullable=False),
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("containment", pa.float64(), nullable=False),
        pa.field("reason", _text, nullable=False),
        pa.field("policy_reason", _text, nullable=False),
        *_STATED,
        pa.field("text", _text),
        pa.field("word_count", pa.int32(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("source", _text, nullable=False),
        pa.field("media_type", _text, nullable=False),
        pa.field("first_seen_at", _time, nullable=False),
        pa.field("content_hash", _text, nullable=False),
        pa.field("raw_hash", _text, nullable=False),
        pa.field("provenance", _text, nullable=False),
        pa.field("run_id", _text, nullable=False),
    ]
)

REMOVALS = pa.schema(
    [
        pa.field("article_id", _text, nullable=False),
        pa.field("rule", _text, nullable=False),
        pa.field("stage", _text, nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("text", _text, nullable=False),
        pa.field("run_id", _text, nullable=False),
    ]
)

REJECTS = pa.schema(
    [
        pa.field("id", _text, nullable=False),
        pa.field("source", _text, nullable=False),
        pa.field("reason", _text, nullable=False),
        pa.field("detail", _text, nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("raw_hash", _text, nullable=False),
        pa.field("first_seen_at", _time, nullable=False),
        pa.field("run_id", _text, nullable=False),
    ]
)

SIGNATURES = pa.schema(
    [
        pa.field("id", _text, nullable=False),
        pa.field("content_hash", _text, nullable=False),
        pa.field("signature", pa.list_(pa.field("element", pa.uint32())), nullable=False),
        pa.field("shingles", pa.int32(), nullable=False),
    ]
)

COMPARISONS = pa.schema(
    [
        pa.field("left_id", _text, nullable=False),
        pa.field("right_id", _text, nullable=False),
        pa.field("relation", _text, nullable=False),
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("containment", pa.float64(), nullable=False),
        pa.field("reason", _text, nullable=False),
        pa.field("run_id", _text, nullable=False),
    ]
)

RUNS = pa.schema(
    [
        pa.field("run_id", _text, nullable=False),
        pa.field("snapshot", pa.int64(), nullable=False),
        pa.field("started_at", _time, nullable=False),
        pa.field("seconds", pa.float64(), nullable=False),
        pa.field("inputs", _names, nullable=False),
        pa.field("documents", pa.int64(), nullable=False),
        pa.field("unchanged", pa.int64(), nullable=False),
        pa.field("articles", pa.int64(), nullable=False),
        pa.field("revisions", pa.int64(), nullable=False),
        pa.field("duplicates", pa.int64(), nullable=False),
        pa.field("rejects", pa.int64(), nullable=False),
        pa.field("promotions", pa.int64(), nullable=False),
        pa.field("removals", pa.int64(), nullable=False),
        pa.field("candidates", pa.int64(), nullable=False),
        pa.field("left", pa.int64()),
        pa.field("relations", pa.map_(pa.string(), pa.int64()), nullable=False),
        pa.field("stage_seconds", pa.map_(pa.string(), pa.float64()), nullable=False),
        pa.field("settings", _text, nullable=False),
        pa.field("versions", _text, nullable=False),
    ]
)

CHANGES = pa.schema(
    [
        pa.field("change", _text, nullable=False),
        pa.field("snapshot", pa.int64(), nullable=False),
        pa.field("since", pa.int64(), nullable=False),
        pa.field("id", _text, nullable=False),
        pa.field("cluster_id", _text, nullable=False),
        pa.field("canonical_id", _text),
        pa.field("previous_id", _text),
        pa.field("previous_version", pa.int32()),
        pa.field("changed", _names, nullable=False),
        *(field.with_nullable(True) for field in ARTICLES if field.name not in _KEYS),  # noqa: FBT003
    ]
)
"""A row of the change feed: what became of an article, and its row as it is now."""

TABLES: dict[str, pa.Schema] = {
    "articles": ARTICLES,
    "duplicates": DUPLICATES,
    "removals": REMOVALS,
    "rejects": REJECTS,
    "signatures": SIGNATURES,
    "comparisons": COMPARISONS,
    "runs": RUNS,
}
"""Every table of a snapshot by name, in the order in which they are written."""
