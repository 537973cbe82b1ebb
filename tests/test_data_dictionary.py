"""``data/README.md`` describes the tables as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from dedupe.downstream import Change
from dedupe.rejects import Reason
from dedupe.schemas import CHANGES, TABLES

DICTIONARY = (Path(__file__).parent.parent / "data/README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", DICTIONARY, re.MULTILINE | re.DOTALL))
DESCRIBED = {**TABLES, "changes": CHANGES}
"""The tables, and the change feed between two snapshots of one."""


def _described(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {kind.value_type}"
    if pa.types.is_map(kind):
        return f"map of {kind.key_type} to {kind.item_type}"
    if pa.types.is_timestamp(kind):
        return "timestamp, UTC"
    return str(kind)


def test_every_table_has_its_section_and_no_other_is_described() -> None:
    assert set(SECTIONS) == set(DESCRIBED)


@pytest.mark.parametrize("table", DESCRIBED)
def test_every_column_is_described_in_order_with_its_type(table: str) -> None:
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \|$", SECTIONS[table], re.MULTILINE)
    described = [(name, kind.strip()) for name, kind, _ in rows if name != "column"]
    # Arrow calls it double, the dictionary too.
    assert described == [(field.name, _described(field.type)) for field in DESCRIBED[table]]


def test_every_change_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", SECTIONS["changes"], re.MULTILINE)
    assert listed == [change.value for change in Change]


def test_every_reason_for_a_reject_is_listed() -> None:
    assert {reason.value for reason in Reason} <= set(
        re.findall(r"`([a-z-]+)`", SECTIONS["rejects"])
    )
