"""Readers beside the bare libraries that they use: how much it costs to get documents.

``python -m benchmarks acquire [--only jsonl] [--documents 4000] [--rounds 7]`` writes invented rows
and pages in each form, and reads them in turn in three ways: ``bare``, the library that our reader
uses, to its own objects; ``converted``, the same with each object made a document (decoded, hashed,
its address and stated fields read), as one would do it in a loop; and ``ours``, ``dedupe.acquire``,
which streams, recognises, bounds and batches besides. Times are of the processor. A ratio is the
median over the rounds, each of which has all three one after the other; 1.15 is 15 % more.

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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks import acquire_formats
from benchmarks.measuring.results import Plan
from dedupe.acquire import acquire, expand, read_row
from dedupe.acquire.page import page_of as document_of_page
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
    bare: Callable[[Path], Iterator[Row | bytes]]


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


def json_lines(opening: Callable[[Path], Any]) -> Callable[[Path], Iterator[Row | bytes]]:
    def bare(path: Path) -> Iterator[Row | bytes]:
        with opening(path) as file:
            yield from map(orjson.loads, file)

    return bare


def bare_json(path: Path) -> Iterator[Row | bytes]:
    yield from json.loads(path.read_bytes())


def bare_csv(path: Path) -> Iterator[Row | bytes]:
    with path.open(newline="", encoding="utf-8") as file:
        records = csv.reader(file)
        header = next(records)
        for record in records:
            yield dict(zip(header, record, strict=True))


def bare_pages(path: Path) -> Iterator[Row | bytes]:
    for file in sorted(path.iterdir()):
        yield file.read_bytes()


def bare_zip(path: Path) -> Iterator[Row | bytes]:
    with zipfile.ZipFile(path) as archive:
        yield from map(archive.read, archive.infolist())


def bare_tar(path: Path) -> Iterator[Row | bytes]:
    with tarfile.open(path, "r|gz" if path.suffix == ".gz" else "r|") as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            assert file is not None
            yield file.read()


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
    *(Case(name, write, bare) for name, write, bare in acquire_formats.CASES),
]


def converted(case: Case, path: Path) -> int:
    """The bare library with a document made of each thing that it gives."""
    made = (
        read_row(item, "a#1", size=1, encoding="utf-8")
        if isinstance(item, dict)
        else document_of_page(item, "a", "text/html")
        for item in case.bare(path)
    )
    return sum(1 for item in made if isinstance(item, Document))


def ours(path: Path) -> int:
    outcomes = acquire(expand(path), Settings())
    return sum(1 for item in outcomes if isinstance(item, Document))


def measured(case: Case, path: Path, documents: int, rounds: int) -> dict[str, Any]:
    """Seconds of CPU time of all three in turn, after a round that does not count."""
    ways: dict[str, Callable[[], int]] = {
        "bare": lambda: sum(1 for item in case.bare(path) if item),
        "converted": lambda: converted(case, path),
        "ours": lambda: ours(path),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, read in ways.items():
            begun = time.process_time()
            found = read()
            took = time.process_time() - begun
            if found != documents:
                raise SystemExit(f"{case.name}: {name} read {found} of {documents} documents")
            if turn:
                seconds[name].append(took)

    def ratio(to: str) -> float:
        pairs = zip(seconds["ours"], seconds[to], strict=True)
        return round(statistics.median(one / other for one, other in pairs), 2)

    us = {
        f"{name}_us": round(statistics.median(times) / documents * 1e6, 1)
        for name, times in seconds.items()
    }
    ratios = {"to_bare": ratio("bare"), "to_converted": ratio("converted")}
    return {"form": case.name, "documents": documents} | us | ratios


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
        print("form              microseconds of CPU a document        ours to    ours to")
        print("                      bare  converted       ours          bare  converted")
    for case in CASES:
        if chosen.only not in case.name:
            continue
        with tempfile.TemporaryDirectory(prefix="acquire-") as folder:
            path = Path(folder) / case.name
            case.write(path, rows)
            one = measured(case, path, documents, rounds)
        results.append(one)
        if not chosen.json:
            ways = ("bare", "converted", "ours")
            times = "".join(f"{one[f'{name}_us']:11.1f}" for name in ways)
            print(
                f"{one['form']:<15}{times}{one['to_bare']:14}{one['to_converted']:11}", flush=True
            )
    if chosen.json:
        print(json.dumps(results, indent=1))
    return 0
