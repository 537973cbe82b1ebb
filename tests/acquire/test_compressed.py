"""Compressed files: what is in them is read as if it lay there by itself."""

from __future__ import annotations

import gzip
import json
import lzma
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.acquire import acquire, expand
from dedupe.rejects import Reason
from dedupe.settings import Settings
from tests.acquire.packing import COMPRESS, PAGE, Take, bomb, faults, rows, texts

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@pytest.mark.parametrize("suffix", COMPRESS)
class TestCompression:
    def test_a_page_is_the_document_it_was(self, here: Path, take: Take, suffix: str) -> None:
        (here / "a.html").write_bytes(PAGE)
        (here / f"b.html.{suffix}").write_bytes(COMPRESS[suffix](PAGE))
        plain, packed = take("a.html")[0], take(f"b.html.{suffix}")[0]
        assert (packed.id, packed.text, packed.bytes) == (plain.id, plain.text, len(PAGE))
        assert packed.source == f"b.html.{suffix}"

    def test_it_is_known_by_its_content_whatever_its_name(
        self, here: Path, take: Take, suffix: str
    ) -> None:
        (here / "export").write_bytes(COMPRESS[suffix](rows(3)))
        (here / "b.txt").write_bytes(COMPRESS[suffix](PAGE))
        (here / f"c.html.{suffix}").write_bytes(PAGE)  # unpacked on the way, and its name kept
        assert [item.source for item in take("export")] == ["export#1", "export#2", "export#3"]
        assert take("b.txt")[0].media_type == "text/html"
        assert take(f"c.html.{suffix}")[0].text == PAGE.decode()

    def test_members_and_frames_follow_one_another(
        self, here: Path, take: Take, suffix: str
    ) -> None:
        pack = COMPRESS[suffix]
        (here / f"a.jsonl.{suffix}").write_bytes(pack(rows(40)) + pack(b"") + pack(rows(90, 40)))
        found = take(f"a.jsonl.{suffix}")
        assert [item.source for item in found][-1] == f"a.jsonl.{suffix}#90"
        assert len(texts(found)) == 90

    def test_what_was_whole_before_the_cut_is_read_and_the_cut_is_one_reject(
        self, here: Path, take: Take, suffix: str
    ) -> None:
        pack, name = COMPRESS[suffix], f"a.jsonl.{suffix}"
        packed = pack(rows(50)) + pack(rows(100, 50))
        (here / name).write_bytes(packed[:-9])
        found = take(name)
        assert len(texts(found)) >= 50
        assert faults(found) == [(name, Reason.DAMAGED)]
        assert "cut short" in found[-1].detail

    def test_half_a_page_is_no_page(self, here: Path, take: Take, suffix: str) -> None:
        (here / f"a.html.{suffix}").write_bytes(COMPRESS[suffix](PAGE * 50)[:-6])
        assert faults(take(".")) == [(f"a.html.{suffix}", Reason.DAMAGED)]

    def test_what_follows_and_is_something_else_is_said(
        self, here: Path, take: Take, suffix: str
    ) -> None:
        name = f"a.jsonl.{suffix}"
        (here / name).write_bytes(COMPRESS[suffix](rows(5)) + b"something else")
        found = take(name)
        assert len(texts(found)) == 5
        assert faults(found) == [(name, Reason.DAMAGED)]

    @pytest.mark.parametrize("form", ["txt", "jsonl", "json"])
    def test_a_bomb_is_one_reject_and_takes_next_to_no_memory(
        self, here: Path, suffix: str, form: str
    ) -> None:
        name = f"a.{form}.{suffix}"
        (here / name).write_bytes(bomb(suffix))
        tracemalloc.start()
        try:
            found = list(acquire(expand(name), Settings()))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert faults(found) == [(name, Reason.BOMB)]
        assert peak < 80_000_000


def test_padding_and_skippable_frames_are_passed_over(here: Path, take: Take) -> None:
    (here / "a.jsonl.gz").write_bytes(
        gzip.compress(rows(2)) + bytes(512) + gzip.compress(rows(4, 2))
    )
    (here / "b.jsonl.xz").write_bytes(lzma.compress(rows(2)) + bytes(8))
    skippable = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    (here / "c.jsonl.zst").write_bytes(skippable + zstd.compress(rows(3)) + skippable)
    assert [len(texts(take(name))) for name in ("a.jsonl.gz", "b.jsonl.xz", "c.jsonl.zst")] == [
        4,
        2,
        3,
    ]


def test_a_flipped_byte_ends_a_gzip_there_and_not_before(here: Path, take: Take) -> None:
    whole = gzip.compress(rows(400))
    damaged = bytearray(whole + gzip.compress(rows(800, 400)))
    damaged[len(whole) + 10] = 0xFF  # a block of a type that there is not
    (here / "a.jsonl.gz").write_bytes(damaged)
    found = take("a.jsonl.gz")
    assert len(texts(found)) == 400
    assert faults(found) == [("a.jsonl.gz", Reason.DAMAGED)]


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(st.binary(max_size=5_000), min_size=1, max_size=5),
    suffix=st.sampled_from(sorted(COMPRESS)),
    cut=st.integers(0, 40),
)
def test_however_it_is_cut_into_members_it_reads_the_same_or_says_so(
    tmp_path: Path, parts: list[bytes], suffix: str, cut: int
) -> None:
    lines = b"".join(json.dumps({"text": part.hex() or "-"}).encode() + b"\n" for part in parts)
    frames = [COMPRESS[suffix](line) for line in lines.splitlines(keepends=True)]
    packed = b"".join(frames)
    cut = min(cut, len(frames[-1]) - 8)  # at the end of a frame there is nothing to be seen of it
    path = tmp_path / f"a.jsonl.{suffix}"
    path.write_bytes(packed[: len(packed) - cut])
    (tmp_path / "whole.jsonl").write_bytes(lines)
    whole = texts(list(acquire(expand(tmp_path / "whole.jsonl"), Settings())))
    found = list(acquire(expand(path), Settings()))
    assert texts(found) == whole[: len(texts(found))]
    if not cut:
        assert texts(found) == whole
    elif len(texts(found)) < len(whole):
        assert faults(found)[-1][1] is Reason.DAMAGED
