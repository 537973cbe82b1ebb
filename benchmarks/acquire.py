"""Readers beside the bare libraries that they use: how much it costs to get documents.

``python -m benchmarks acquire [--only jsonl] [--documents 4000] [--rounds 7]`` writes invented rows
and pages in each form, and reads them in turn by the bare library, to its own objects, and by
``dedupe.acquire``, to documents with identity, address and stated fields. A ratio is the median
over the rounds, each of which has both sides one after the other; 1.15 is an overhead of 15 %.

Another form is another line in ``CASES``: how to write it, and how the bare library reads it.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import io
import json
import lzma
import random
import statistics
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring.results import Plan
from dedupe.acquire import acquire, expand
from dedupe.article import Document
from dedupe.settings import Settings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Row = dict[str, Any]
WORDS = 400


@dataclass(frozen=True, slots=True)
class Case:
    """A form: its name, how rows are written to a path, and how the bare library reads it."""

    name: str
    write: Callable[[Path, Sequence[Row]], object]
    bare: Callable[[Path], int]


def rows_of(count: int) -> list[Row]:
    """News-like rows: seven fields, a text of 400 words."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(8_000)]
    return [
        {
            "url": f"https://news.example/2025/11/{number}",
            "title": " ".join(chance.choices(words, k=9)),
            "authors": ["Ann Smith", "Bo Li"],
            "published_at": "2025-11-19T12:30:00+01:00",
            "site": "news.example",
            "language": "en",
            "text": " ".join(chance.choices(words, k=WORDS)),
        }
        for number in range(count)
    ]


def page_of(row: Row) -> bytes:
    """A row as a small page."""
    head = f"<!DOCTYPE html><html><head><title>{row['title']}</title></head>"
    return f"{head}<body><p>{row['text']}</p></body></html>".encode()


def lines_of(rows: Iterable[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "authors": "; ".join(row["authors"])} for row in rows)


def write_pages(path: Path, rows: Sequence[Row]) -> None:
    path.mkdir()
    for number, row in enumerate(rows):
        (path / f"{number}.html").write_bytes(page_of(row))


def write_zip(path: Path, rows: Sequence[Row]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, row in enumerate(rows):
            archive.writestr(f"{number}.html", page_of(row))


def write_tar(path: Path, rows: Sequence[Row]) -> None:
    mode: Any = "w:gz" if path.suffix == ".gz" else "w"
    with tarfile.open(path, mode) as archive:
        for number, row in enumerate(rows):
            page = page_of(row)
            entry = tarfile.TarInfo(f"{number}.html")
            entry.size = len(page)
            archive.addfile(entry, io.BytesIO(page))


def packed(compress: Callable[[bytes], bytes]) -> Callable[[Path, Sequence[Row]], object]:
    return lambda path, rows: path.write_bytes(compress(lines_of(rows)))


def json_lines(opening: Callable[[Path], Any]) -> Callable[[Path], int]:
    def bare(path: Path) -> int:
        with opening(path) as file:
            return sum(1 for line in file if json.loads(line))

    return bare


def bare_json(path: Path) -> int:
    return len(json.loads(path.read_bytes()))


def bare_csv(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for record in csv.reader(file) if record) - 1


def bare_pages(path: Path) -> int:
    return sum(1 for file in sorted(path.iterdir()) if file.read_bytes().decode("utf-8"))


def bare_zip(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(1 for entry in archive.infolist() if archive.read(entry).decode("utf-8"))


def bare_tar(path: Path) -> int:
    with tarfile.open(path, "r|gz" if path.suffix == ".gz" else "r|") as archive:
        files = (archive.extractfile(entry) for entry in archive)
        return sum(1 for file in files if file and file.read().decode("utf-8"))


CASES = [
    Case("pages", write_pages, bare_pages),
    Case("rows.jsonl", packed(bytes), json_lines(lambda path: path.open("rb"))),
    Case("rows.jsonl.gz", packed(gzip.compress), json_lines(gzip.open)),
    Case("rows.jsonl.zst", packed(zstd.compress), json_lines(zstd.open)),
    Case("rows.jsonl.bz2", packed(bz2.compress), json_lines(bz2.open)),
    Case("rows.jsonl.xz", packed(lzma.compress), json_lines(lzma.open)),
    Case("rows.json", lambda path, rows: path.write_text(json.dumps(rows)), bare_json),
    Case("rows.csv", write_csv, bare_csv),
    Case("pages.zip", write_zip, bare_zip),
    Case("pages.tar", write_tar, bare_tar),
    Case("pages.tar.gz", write_tar, bare_tar),
]


def ours(path: Path) -> int:
    outcomes = acquire(expand(path), Settings())
    return sum(1 for item in outcomes if isinstance(item, Document))


def measured(case: Case, path: Path, documents: int, rounds: int) -> dict[str, Any]:
    """Seconds of CPU time of both sides in turn, after a round that does not count."""
    seconds: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(rounds + 1):
        for name, read in (("bare", case.bare), ("ours", ours)):
            begun = time.process_time()
            found = read(path)
            took = time.process_time() - begun
            if found != documents:
                raise SystemExit(f"{case.name}: {name} read {found} of {documents} documents")
            if turn:
                seconds[name].append(took)
    ratios = [ours / bare for ours, bare in zip(seconds["ours"], seconds["bare"], strict=True)]
    per_document = {
        name: statistics.median(times) / documents * 1e6 for name, times in seconds.items()
    }
    return {
        "form": case.name,
        "documents": documents,
        "bare_us": round(per_document["bare"], 1),
        "ours_us": round(per_document["ours"], 1),
        "ratio": round(statistics.median(ratios), 2),
    }


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", default="", help="forms whose name holds this")
    parser.add_argument("--documents", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=7)


def main(chosen: argparse.Namespace, plan: Plan) -> int:
    """Write, read, print; gives the exit code."""
    documents, rounds = plan.size(chosen.documents, 200), plan.size(chosen.rounds, 3)
    rows = rows_of(documents)
    results = []
    if not chosen.json:
        print("form               bare us/doc   ours us/doc   ratio")
    for case in CASES:
        if chosen.only not in case.name:
            continue
        with tempfile.TemporaryDirectory(prefix="acquire-") as folder:
            path = Path(folder) / case.name
            case.write(path, rows)
            one = measured(case, path, documents, rounds)
        results.append(one)
        if not chosen.json:
            shown = f"{one['bare_us']:13.1f} {one['ours_us']:13.1f} {one['ratio']:7.2f}"
            print(f"{one['form']:<17}{shown}", flush=True)
    if chosen.json:
        print(json.dumps(results, indent=1))
    return 0
