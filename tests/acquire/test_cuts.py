"""A large file of JSON Lines, read in parts: the same documents, the same numbers of lines."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire import Input, acquire
from dedupe.acquire.cuts import CUT_BYTES, count_lines, parts, spans
from dedupe.settings import Settings

LINES = st.sampled_from(
    [
        *(json.dumps({"text": f"Ferry {n} left the port late on a windy day."}) for n in range(5)),
        "",
        "   ",
        "{broken",
        "\ufeff" + json.dumps({"text": "A mark in the middle."}),
        json.dumps({"text": "long " * 60}),
    ]
)
ENDS = st.sampled_from(["\n", "\r\n"])


@given(
    st.lists(st.tuples(LINES, ENDS), min_size=1, max_size=12),
    st.booleans(),
    st.lists(st.integers(1, 800), max_size=6),
)
def test_parts_hold_what_the_whole_holds(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[str, str]],
    closed: bool,  # noqa: FBT001 - drawn
    cuts: list[int],
) -> None:
    path = tmp_path_factory.mktemp("cuts") / "in.jsonl"
    raw = "".join(line + end for line, end in lines).encode()
    path.write_bytes(raw if closed else raw.rstrip(b"\r\n"))
    size = path.stat().st_size
    target = Input("in.jsonl", path)
    chosen = Settings(max_bytes=250)
    bounds = sorted({0, size, *(cut for cut in cuts if cut < size)})
    cut = list(itertools.pairwise(bounds))
    counted = [count_lines(path, max(begin - 1, 0), end - 1) for begin, end in cut]
    made = parts(cut, counted)
    whole = list(acquire([target], chosen))
    if not made:  # nothing but white space: read in one go, to be refused once
        assert len(whole) == 1
        return
    in_parts = [dataclasses.replace(target, part=part) for part in made]
    assert list(acquire(in_parts, chosen)) == whole


def test_only_large_files_of_lines_are_cut(tmp_path: Path) -> None:
    row = json.dumps({"text": "word " * 4000}) + "\n"
    for name in ("large.jsonl", "large.txt"):
        (tmp_path / name).write_text(row * (2 * CUT_BYTES // len(row) + 1), "utf-8")
    (tmp_path / "wide.jsonl").write_text(row * (2 * CUT_BYTES // len(row)), "utf-16")
    (tmp_path / "small.jsonl").write_text(row, "utf-8")
    found = {path.name: spans(Input(path.name, path)) for path in tmp_path.iterdir()}
    size = (tmp_path / "large.jsonl").stat().st_size
    assert found.pop("large.jsonl") == [(0, CUT_BYTES), (CUT_BYTES, size)]
    assert not any(found.values())
