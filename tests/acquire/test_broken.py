"""Broken inputs, all in one folder and one run: a row in ``rejects`` each, the rest ingested."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import dedupe
from tests.newsroom import story

_NEXT = iter(range(1, 10_000))


def good() -> str:
    """A story of its own, so that what is ingested can be counted."""
    each = story(next(_NEXT))
    return f"{each.title}\n\n{each.body}\n"


def line(text: str) -> bytes:
    return json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n"


def gigabyte_in_a_megabyte() -> bytes:
    """A gigabyte of zeros as gzip writes it, put together from members of ten megabytes."""
    return gzip.compress(bytes(10_000_000)) * 100


def zip_slip() -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("../../etc/cron.d/evil.html", f"<p>{good()}</p>")
        archive.writestr("inside.txt", good())
    return box.getvalue()


def locked_zip() -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("locked.txt", good())
        archive.writestr("open.txt", good())
    raw = bytearray(box.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + flags] |= 1
    return bytes(raw)


def cut_tar() -> bytes:
    box = io.BytesIO()
    with tarfile.open(fileobj=box, mode="w") as archive:
        for name in ("whole.txt", "cut.txt"):
            content = good().encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    raw = box.getvalue()
    return raw[: raw.index(b"cut.txt") + 700]


# Name, content, articles in it, and its rejects as (what follows the name, reason).
Broken = tuple[str, bytes, int, set[tuple[str, str]]]


def corpus() -> list[Broken]:
    rows = [line(good()) for _ in range(3)]
    packed = gzip.compress(rows[0] + rows[1]) + gzip.compress(line(good()))
    records = [good() for _ in range(2)]
    quoted = [record.replace('"', '""').replace("\n", " ") for record in records]
    latin = line("Un été à la mer. " * 20).decode().encode("latin-1")
    return [
        ("truncated.jsonl.gz", packed[:-12], 2, {("", "damaged")}),
        ("half.jsonl", rows[2] + line(good())[:-40], 1, {("#2", "malformed")}),
        ("zeros.txt.gz", gigabyte_in_a_megabyte(), 0, {("", "bomb")}),
        ("zeros.jsonl.gz", gigabyte_in_a_megabyte(), 0, {("", "bomb")}),
        ("slip.zip", zip_slip(), 1, {("!/../../etc/cron.d/evil.html", "unsafe")}),
        ("locked.zip", locked_zip(), 1, {("!/locked.txt", "unsupported")}),
        ("cut.tar", cut_tar(), 1, {("", "damaged")}),
        ("no-directory.zip", zip_slip()[:90], 0, {("", "damaged")}),
        ("schema.jsonl", b'{"price": 3, "sku": "x"}\n' + line(good()), 1, {("#1", "malformed")}),
        ("schema.csv", b"price,sku\n3,x\n", 0, {("", "malformed")}),
        (
            "array.json",
            b'[{"text": 7}, ' + line(good()) + b", oops]",
            1,
            {("#1", "malformed"), ("#3", "malformed")},
        ),
        (
            "columns.csv",
            f'text\n"{quoted[0]}",more\n"{quoted[1]}"\n'.encode(),
            1,
            {("#2", "malformed")},
        ),
        ("nul.txt", b"A text" + bytes(400), 0, {("", "binary")}),
        ("nul.jsonl", line(good()) + b"\0" * 50 + b"\n" + line(good()), 2, {("#2", "malformed")}),
        ("mixed.jsonl", line(good()) + latin, 2, set()),
        ("wrong.txt", b"\xff\xfe" + b"\x00\xd8" * 300, 0, {("", "encoding")}),
        ("nothing.html", b"", 0, {("", "empty")}),
        ("good.txt", good().encode(), 1, set()),
    ]


def test_each_is_a_row_in_rejects_and_the_rest_is_ingested(tmp_path: Path) -> None:
    broken = corpus()
    box = tmp_path / "in"
    box.mkdir()
    for name, content, _, _ in broken:
        (box / name).write_bytes(content)
    data = tmp_path / "data"

    run = dedupe.ingest(box, data)
    rejects = dedupe.open(data).rejects().to_table(columns=["source", "reason"]).to_pylist()
    found = {(row["source"].removeprefix(f"{box}/"), row["reason"]) for row in rejects}
    expected = {(name + tail, reason) for name, _, _, rows in broken for tail, reason in rows}
    assert found == expected
    assert len(rejects) == len(expected)
    counts = run.counts
    assert counts["articles"] + counts["duplicates"] == sum(count for _, _, count, _ in broken)
    assert counts["documents"] == counts["articles"] + counts["duplicates"] + counts["rejects"]

    again = dedupe.ingest(box, data)
    assert again.counts["unchanged"] == again.counts["documents"] == counts["documents"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "in"]
