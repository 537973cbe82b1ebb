"""Archives, and the limits of all that is packed: each member is read as if it lay there."""

from __future__ import annotations

import gzip
import random
import sys
import tarfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire.archives import escapes
from dedupe.rejects import Reason
from tests.acquire.packing import PAGE, Take, bomb, faults, rows, tarred, texts, zipped

if sys.version_info >= (3, 14):
    import zipfile

    from compression import zstd
else:
    from backports import zstd
    from backports.zstd import zipfile


class TestLimits:
    def test_what_one_input_expands_to_is_bounded(self, here: Path, take: Take) -> None:
        (here / "a.jsonl.gz").write_bytes(gzip.compress(rows(4_000)))
        found = take("a.jsonl.gz", max_expanded=100_000)
        assert 500 < len(texts(found)) < 4_000
        assert faults(found) == [("a.jsonl.gz", Reason.BOMB)]
        assert "max_expanded = 100000" in found[-1].detail

    @pytest.mark.parametrize("name", ["a.zip", "a.tar"])
    def test_members_are_counted(self, here: Path, take: Take, name: str) -> None:
        pack = zipped if name == "a.zip" else tarred
        (here / name).write_bytes(pack({f"{n}.txt": b"Text %d" % n for n in range(9)}))
        assert faults(take(name, max_members=9)) == []
        found = take(name, max_members=8)
        assert faults(found) == [(name, Reason.BOMB)]

    def test_layers_are_counted(self, here: Path, take: Take) -> None:
        box = b"A text at the bottom."
        for _ in range(4):
            box = zipped({"a.zip" if box.startswith(b"PK") else "a.txt": box})
        (here / "a.zip").write_bytes(box)
        assert texts(take("a.zip")) == ["A text at the bottom."]
        (fault,) = faults(take("a.zip", max_depth=3))
        assert fault == ("a.zip!/a.zip!/a.zip!/a.zip!/a.txt", Reason.BOMB)

    def test_a_bomb_in_an_archive_costs_only_itself(self, here: Path, take: Take) -> None:
        rest = random.Random(1).randbytes(60_000).hex().encode()
        (here / "a.zip").write_bytes(
            zipped({"1.txt": b"First.", "2.gz": bomb("gz"), "3.txt": rest})
        )
        found = take("a.zip")
        assert texts(found) == ["First.", rest.decode()]
        assert faults(found) == [("a.zip!/2.gz", Reason.BOMB)]

    def test_what_is_copied_to_disk_is_bounded(self, here: Path, take: Take) -> None:
        inner = zipped({"a.txt": bytes(range(32, 127)) * 500}, zipfile.ZIP_STORED)
        (here / "a.zip.gz").write_bytes(gzip.compress(inner))
        assert len(take("a.zip.gz")) == 1
        assert faults(take("a.zip.gz", max_spool=40_000)) == [("a.zip.gz", Reason.BOMB)]


class TestArchives:
    @pytest.mark.parametrize(
        ("name", "pack"),
        [
            ("a.zip", zipped),
            ("a.tar", tarred),
            ("a.tar.gz", lambda members: tarred(members, "w:gz")),
            ("a.tgz", lambda members: tarred(members, "w:gz")),
            ("a.tar.bz2", lambda members: tarred(members, "w:bz2")),
            ("a.txz", lambda members: tarred(members, "w:xz")),
            ("a.tar.zst", lambda members: zstd.compress(tarred(members))),
            ("unnamed", zipped),
            ("unnamed", lambda members: tarred(members, "w:gz")),
        ],
    )
    def test_each_member_is_read_by_its_own_reader(
        self, here: Path, take: Take, name: str, pack: Any
    ) -> None:
        table = b"title,text\nA title,The text of a record\n"
        members = {
            "in/page.html": PAGE,
            "b.jsonl": rows(2),
            "c.csv.gz": gzip.compress(table),
            f"{'long/' * 60}d.txt": b"Far down.",
            "e.zip": zipped({"f.txt": b"In a box in a box."}),
        }
        (here / name).write_bytes(pack(members))
        found = take(name)
        assert faults(found) == []
        assert [item.source.removeprefix(f"{name}!/") for item in found] == [
            "in/page.html",
            "b.jsonl#1",
            "b.jsonl#2",
            "c.csv.gz#2",
            f"{'long/' * 60}d.txt",
            "e.zip!/f.txt",
        ]
        (here / "page.html").write_bytes(PAGE)
        assert found[0].id == take("page.html")[0].id

    @pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar", tarred)])
    def test_names_that_lead_out_are_rejects_and_touch_nothing(
        self, here: Path, take: Take, name: str, pack: Any
    ) -> None:
        box = here / "box"
        box.mkdir()
        evil = ["../up.html", "in/../../up.html", "/etc/up.html", "C:\\up.html", "..\\up.html"]
        (box / name).write_bytes(pack(dict.fromkeys(evil, PAGE) | {"good.html": PAGE}))
        found = take(f"box/{name}")
        assert [reason for _, reason in faults(found)] == [Reason.UNSAFE] * len(evil)
        assert len(texts(found)) == 1
        assert sorted(path.name for path in here.rglob("*")) == sorted(["box", name])

    def test_links_and_devices_in_a_tar_are_refused(self, here: Path, take: Take) -> None:
        (here / "secret.txt").write_text("Not to be read.")
        members: dict[str, Any] = {
            "soft.txt": (tarfile.SYMTYPE, "../secret.txt"),
            "hard.txt": (tarfile.LNKTYPE, "../secret.txt"),
            "null": (tarfile.CHRTYPE, ""),
            "pipe": (tarfile.FIFOTYPE, ""),
            "a.txt": b"A text.",
        }
        (here / "a.tar").write_bytes(tarred(members))
        found = take("a.tar")
        assert texts(found) == ["A text."]
        assert [reason for _, reason in faults(found)] == [Reason.UNSUPPORTED] * 4

    def test_a_link_in_a_zip_is_refused(self, here: Path, take: Take) -> None:
        entry = zipfile.ZipInfo("link.txt")
        entry.external_attr = 0o120777 << 16
        with zipfile.ZipFile(here / "a.zip", "w") as archive:
            archive.writestr(entry, "/etc/hostname")
        assert faults(take("a.zip")) == [("a.zip!/link.txt", Reason.UNSUPPORTED)]

    @pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar", tarred)])
    def test_what_is_passed_over_in_folders_is_passed_over(
        self, here: Path, take: Take, name: str, pack: Any
    ) -> None:
        extra = ["README.md", "in/README", ".hidden", ".git/config", "__MACOSX/._a.txt"]
        (here / name).write_bytes(pack(dict.fromkeys(extra, b"No article.") | {"a.txt": b"One."}))
        assert [item.source for item in take(name)] == [f"{name}!/a.txt"]

    def test_an_encrypted_member_is_said_and_the_others_are_read(
        self, here: Path, take: Take
    ) -> None:
        box = bytearray(zipped({"a.txt": b"Locked.", "b.txt": b"Open."}))
        for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            box[box.index(mark) + flags] |= 1
        (here / "a.zip").write_bytes(box)
        found = take("a.zip")
        assert (texts(found), found[0].detail) == (["Open."], "encrypted")
        assert faults(found) == [("a.zip!/a.txt", Reason.UNSUPPORTED)]

    def test_a_damaged_member_of_a_zip_costs_only_itself(self, here: Path, take: Take) -> None:
        box = bytearray(zipped({"a.txt": b"Damaged.", "b.txt": b"Whole."}, zipfile.ZIP_STORED))
        box[box.index(b"Damaged.")] ^= 1
        (here / "a.zip").write_bytes(box)
        found = take("a.zip")
        assert (texts(found), faults(found)) == (["Whole."], [("a.zip!/a.txt", Reason.DAMAGED)])

    @pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
    @pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
    def test_a_tar_cut_short_gives_what_was_whole(
        self, here: Path, take: Take, mode: str, left: float
    ) -> None:
        # Words that do not compress, so that a cut takes its share of members.
        members: dict[str, Any] = {
            f"{n}.txt": " ".join(str((n + 2) ** k) for k in range(60, 100)).encode()
            for n in range(40)
        }
        box = tarred(members, mode)
        (here / "a.tar").write_bytes(box[: int(len(box) * left)])
        found = take("a.tar")
        assert (
            texts(found) == [content.decode() for content in members.values()][: len(texts(found))]
        )
        assert len(texts(found)) >= 40 * left / 3
        assert faults(found) == [("a.tar", Reason.DAMAGED)]

    def test_a_tar_with_a_hole_in_it_says_so(self, here: Path, take: Take) -> None:
        box = bytearray(tarred({f"{n}.txt": b"Text %d." % n for n in range(9)}))
        box[1024 * 5 + 100] ^= 0xFF  # a header whose sum is wrong
        (here / "a.tar").write_bytes(box)
        found = take("a.tar")
        assert len(texts(found)) == 5
        assert faults(found) == [("a.tar", Reason.DAMAGED)]

    def test_zip64_and_other_methods_are_read(self, here: Path, take: Take) -> None:
        with zipfile.ZipFile(here / "a.zip", "w") as archive:
            for number, method in enumerate((0, 8, 12, 14, 93)):
                entry = zipfile.ZipInfo(f"{number}.txt")
                entry.compress_type = method
                with archive.open(entry, "w", force_zip64=True) as member:
                    member.write(f"Member {number}, by method {method}.".encode())
        assert len(texts(take("a.zip"))) == 5

    @pytest.mark.parametrize(
        "members", [{"[Content_Types].xml": b"<x/>"}, {"mimetype": b"application/epub+zip"}]
    )
    def test_an_office_document_is_no_archive(
        self, here: Path, take: Take, members: dict[str, bytes]
    ) -> None:
        (here / "a.docx").write_bytes(zipped(members | {"word/document.xml": b"<p/>"}))
        assert faults(take("a.docx")) == [("a.docx", Reason.UNSUPPORTED)]

    @pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.gz"])
    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", bytes(3_000)])
    def test_what_only_bears_the_name_is_a_reject(
        self, here: Path, take: Take, name: str, content: bytes
    ) -> None:
        (here / name).write_bytes(content)
        assert len(faults(take(name))) == 1

    def test_two_members_of_one_name_are_both_read(self, here: Path, take: Take) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with zipfile.ZipFile(here / "a.zip", "w") as archive:
                archive.writestr("a.txt", "The first.")
                archive.writestr("a.txt", "The second.")
        assert texts(take("a.zip")) == ["The first.", "The second."]

    def test_the_headers_of_a_tar_are_bounded(self, here: Path, take: Take) -> None:
        entry = tarfile.TarInfo("long")
        entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
        (here / "a.tar").write_bytes(entry.tobuf() + bytes(10_240))
        assert faults(take("a.tar")) == [("a.tar", Reason.DAMAGED)]


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b c", "C:", "~"]), max_size=6))
def test_a_name_is_safe_exactly_if_it_stays_below_where_it_starts(parts: list[str]) -> None:
    name = "/".join(parts)
    if not escapes(name):
        assert Path("/box").joinpath(name).resolve().is_relative_to("/box")
