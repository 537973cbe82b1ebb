"""The same pages as one WARC, as loose files and as JSONL: the same clusters, counts, and memory.

    python -m benchmarks forms [--pages 2000]

The pages are real ones (``../shared/data``; without it invented ones stand in); to reach the number
asked for some come again: as they are, under another title, and with another site's boxes around
them, each under an address of its own. The archive is as a crawler writes it: with requests, with
redirects and errors, with images and a revisit, each record a gzip member. Every form goes through
``python flows/ingest.py``. Memory is the peak of the proportional set sizes of the run and its
cleaning processes together; in brackets with the server that Prefect starts beside a run. The exit
code is 1 where a count does not add up, the clusters differ, or the run on the archive takes more
memory than ``--limit``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pyarrow.parquet as pq

import dedupe
from benchmarks import inputs
from benchmarks.invented.pages import pages as invented_pages
from benchmarks.measuring.results import Plan
from benchmarks.measuring.watched import PAUSE, usage_of
from dedupe.decoding import decode
from dedupe.pipeline.check import check

PAGES = inputs.DATA / "neardup" / "pages_fr.parquet"
FLOW = Path(__file__).resolve().parents[1] / "flows" / "ingest.py"
LIMIT_MB = 600
# In the command line of the server that Prefect starts for a run of its own.
_SERVER = b"prefect.server"
WAYS = ("repeated", "re-titled", "wrapped")

# What a page says of its own address, which is another one here.
_OWN_ADDRESS = re.compile(
    r"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>|<meta\b[^>]*\bog:url\b[^>]*>", re.IGNORECASE
)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"(<title\b[^>]*>|<h1\b[^>]*>)[^<]*", re.IGNORECASE)
_BODY = re.compile(r"(<body\b[^>]*>)(.*)(</body>)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page under an address of its own, which it states."""

    url: str
    html: str


def make_pages(count: int) -> list[Page]:
    """So many pages, those beyond the ones there are copies in one of three ways."""
    originals = [_addressed(html, n, "one") for n, html in enumerate(_originals(count))]
    made = originals[:count]
    for number in range(count - len(made)):
        html, way = originals[number * 3 % len(originals)].html, WAYS[number % len(WAYS)]
        if way == "re-titled":
            html = _TITLE.sub(rf"\1Titre {number}", html)
        elif way == "wrapped":
            html = _BODY.sub(rf"\1{_menu(number)}<main>\2</main>{_menu(number)}\3", html)
        made.append(_addressed(html, number, f"{way}"))
    return made


def _originals(count: int) -> Iterator[str]:
    if PAGES.exists():
        for row in pq.read_table(PAGES, columns=["html"]).to_pylist():
            yield decode(row["html"], media_type="text/html")[0]
    else:
        yield from (row["html"] for row in invented_pages(count * 3 // 4))


def _addressed(html: str, number: int, way: str) -> Page:
    url = f"https://{way}-{number % 7}.example/articles/{number}.html"
    link = f'<link rel="canonical" href="{escape(url)}">'
    bare = _OWN_ADDRESS.sub("", html)
    stated, heads = _HEAD.subn(lambda head: head[0] + link, bare, count=1)
    return Page(url, stated if heads else f"<html><head>{link}</head>{bare}</html>")


def _menu(number: int) -> str:
    entries = "".join(f'<li><a href="/{n}">Rubrique {n}</a></li>' for n in range(number % 5, 9))
    return f'<nav class="menu"><ul>{entries}</ul></nav>'


def write_warc(made: list[Page], folder: Path) -> Path:
    """One archive with every page, and with what else a crawler keeps."""
    from fastwarc.stream_io import GzipWriter
    from fastwarc.warc import WarcRecord, WarcRecordType

    path = folder / "crawl.warc.gz"
    with path.open("wb") as sink:

        def write(kind: WarcRecordType, url: str, block: bytes, content_type: str) -> None:
            record = WarcRecord()
            record.init_headers(record_type=kind)
            record.headers["WARC-Target-URI"] = url
            record.headers["Content-Type"] = content_type
            record.set_bytes_content(block)
            record.write(GzipWriter(sink))

        def answer(url: str, status: str, payload: bytes, kind: str = "text/html") -> None:
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n".encode()
            http = "application/http; msgtype=response"
            write(WarcRecordType.response, url, head + payload, http)

        for number, page in enumerate(made):
            request = f"GET {page.url} HTTP/1.1\r\n\r\n".encode()
            write(WarcRecordType.request, page.url, request, "application/http; msgtype=request")
            answer(page.url, "200 OK", page.html.encode())
            if number % 100 == 0:
                for url, status, payload, kind in _OTHERS:
                    answer(f"{url}/{number}", status, payload, kind)
    return path


_OTHERS = (
    ("https://gone.example", "404 Not Found", b"<p>Gone.</p>", "text/html"),
    ("https://moved.example", "302 Found", b"", "text/html"),
    ("https://image.example", "200 OK", b"\x89PNG\r\n\x1a\n", "image/png"),
)


def write_files(made: list[Page], folder: Path) -> Path:
    """A file for each page."""
    loose = folder / "pages"
    loose.mkdir()
    for number, page in enumerate(made):
        (loose / f"{number:05}.html").write_text(page.html, encoding="utf-8", newline="")
    return loose


def write_jsonl(made: list[Page], folder: Path) -> Path:
    """A row for each page, with its address beside it."""
    path = folder / "pages.jsonl"
    with path.open("w", encoding="utf-8") as sink:
        for page in made:
            sink.write(json.dumps({"url": page.url, "html": page.html}) + "\n")
    return path


FORMS: dict[str, Callable[[list[Page], Path], Path]] = {
    "warc": write_warc,
    "files": write_files,
    "jsonl": write_jsonl,
}


def clusters_of(data: Path) -> dict[str, frozenset[str]]:
    """For each canonical's address the addresses of its cluster."""
    store = dedupe.open(data)
    name: dict[str, str] = {}
    members: dict[str, set[str]] = defaultdict(set)
    for row in store.articles().to_table(columns=["id", "url"]).to_pylist():
        name[row["id"]] = row["url"]
        members[row["url"]].add(row["url"])
    for row in store.duplicates().to_table(columns=["canonical_id", "url"]).to_pylist():
        members[name[row["canonical_id"]]].add(row["url"])
    return {canonical: frozenset(urls) for canonical, urls in members.items()}


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the flow: seconds, megabytes without and with Prefect's server, what it said."""

    seconds: float
    peak_mb: float
    with_server_mb: float
    fault: str


def run_flow(source: Path, place: Path) -> Ran:
    """Run the flow on ``source`` in ``place`` and watch its memory."""
    begun = time.perf_counter()
    peak = whole = 0
    with (place / "said").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, FLOW, source],
            cwd=place,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while process.poll() is None:
            peak = max(peak, usage_of(process.pid, _SERVER)[0])
            whole = max(whole, usage_of(process.pid)[0])
            time.sleep(PAUSE)
        seconds = time.perf_counter() - begun
        said.seek(0)
        fault = f"exit code {process.returncode}: {said.read()[-600:]}"
        return Ran(seconds, peak / 1e6, whole / 1e6, fault if process.returncode else "")


def options(parser: argparse.ArgumentParser) -> None:
    """What the command line offers."""
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--limit", type=float, default=LIMIT_MB, help="megabytes at the most")


def main(chosen: argparse.Namespace, plan: Plan) -> int:
    """Run the flow on each form; gives the exit code."""
    count = 60 if plan.quick else chosen.pages
    made = make_pages(count)
    bytes_ = sum(len(page.html.encode()) for page in made)
    print(f"{count} pages, {bytes_ / 1e6:.0f} MB, {'real' if PAGES.exists() else 'invented'}")
    print(
        "form    seconds  peak MB (all)   documents  articles  duplicates  rejects  unchanged  "
        "clusters"
    )
    faults: list[str] = []
    found: dict[str, dict[str, frozenset[str]]] = {}
    with tempfile.TemporaryDirectory(prefix="dedupe-forms-") as folder:
        for form, write in FORMS.items():
            place = Path(folder) / form
            place.mkdir()
            source = write(made, place)
            ran = run_flow(source, place)
            if ran.fault:
                print(f"{form}: {ran.fault}")
                return 1
            faults += [f"{form}: {problem}" for problem in check(place / "data").problems]
            (counts,) = dedupe.open(place / "data").runs().to_table().to_pylist()
            found[form] = clusters_of(place / "data")
            names = ("documents", "articles", "duplicates", "rejects", "unchanged", "revisions")
            figures = [int(counts[name]) for name in names]
            shown = "{:11} {:9} {:11} {:8} {:10}".format(*figures)
            print(
                f"{form:7} {ran.seconds:7.1f} {ran.peak_mb:8.0f} ({ran.with_server_mb:4.0f}) "
                f"{shown} {len(found[form]):9}",
                flush=True,
            )
            if figures[0] != sum(figures[1:]):
                faults.append(f"{form}: the counts do not add up")
            if form == "warc" and ran.peak_mb > chosen.limit:
                faults.append(f"{form}: {ran.peak_mb:.0f} MB, more than {chosen.limit:.0f}")
    whole = {form: set(clusters.values()) for form, clusters in found.items()}
    for form in ("files", "jsonl"):
        same = len(whole["warc"] & whole[form])
        heads = len(found["warc"].keys() & found[form].keys())
        print(
            f"warc and {form}: {same} of {len(whole['warc'])} and {len(whole[form])} clusters are "
            f"the same, {heads} canonicals"
        )
        if whole["warc"] != whole[form]:
            faults.append(f"the clusters of warc and {form} differ")
            odd = sorted(map(sorted, whole["warc"] ^ whole[form]))
            faults += [f"  {', '.join(urls)}" for urls in odd[:12]]
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0
