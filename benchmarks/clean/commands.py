"""Quality and speed of the clean stage, against its peers; floors that may not fall.

    python -m benchmarks clean                 ours on every set, held against the floors
    python -m benchmarks clean --peers         the same for every peer that is installed
    python -m benchmarks clean --speed         where the time of a page goes
    python -m benchmarks clean --digest        one digest of all outputs: same before and after
    python -m benchmarks clean --pin           write today's figures as floors where they are higher
    python -m benchmarks clean --pin --lower   also where they are lower: say why in the commit

The labelled pages are other people's and stay outside the repository; without them invented pages
are scored, which have no floors. ``benchmarks/clean/scores.py`` says what is counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.clean.extractors import EXTRACTORS, Extractor
from benchmarks.clean.floors import FLOORS, faults, pinned_floor
from benchmarks.clean.scores import Row, raw_of, score
from benchmarks.clean.speed import digest, speed
from benchmarks.inputs import DATA
from benchmarks.invented.pages import write_pages
from benchmarks.measuring.results import Plan
from benchmarks.peers.process import why_not
from dedupe.article import Article

SETS = (
    "extract/seeds",
    "extract/french_lines",
    "extract/french_html",
    "extract/consent_banners",
    "extract/publishers",
    "extract/web_articles_dev",
    "extract/trafilatura_snippets",
    "neardup/pages_fr",
)
TEXTS = ("neardup/newswire_en", "neardup/newswire_fr")
"""Texts that nobody labelled: digested with the others, and shown where their time goes."""

INVENTED = 300
"""Invented pages that stand for the labelled ones where these are not."""

Extract = Callable[[list[Row]], tuple[float, list[Article | str]]]
"""Seconds of CPU, and the output for each row."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peers", action="store_true", help="score the installed peers as well")
    parser.add_argument("--speed", action="store_true", help="show where the time goes")
    parser.add_argument("--digest", action="store_true", help="digest the outputs of each set")
    parser.add_argument("--pin", action="store_true", help="raise the floors to today's figures")
    parser.add_argument("--lower", action="store_true", help="with --pin: lower them as well")
    parser.add_argument("--sets", nargs="*", default=[], help="some of the sets")
    parser.add_argument("--limit", type=int, help="only the first pages of each set")


def main(chosen: argparse.Namespace, plan: Plan) -> int:
    """Run the benchmark; the exit code is 1 where a floor was broken."""
    if plan.quick:
        chosen.limit = chosen.limit or 20
    sets = chosen.sets or [*SETS, *(TEXTS if chosen.digest or chosen.speed else ())]
    paths = [DATA / f"{name}.parquet" for name in sets]
    paths = [path for path in paths if path.exists()]
    if not paths:
        print(f"no labelled pages under {DATA}: invented ones instead")
        count = chosen.limit or INVENTED
        paths = [write_pages(plan.work / f"labelled-{count}", count) / "pages.parquet"]
    if chosen.speed:
        return speed(paths, chosen.limit)
    if chosen.digest:
        return digest(paths, chosen.limit)
    return _score(chosen, paths)


def _score(chosen: argparse.Namespace, paths: list[Path]) -> int:
    floors = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    broken = []
    for path in paths:
        rows = pq.read_table(path).to_pylist()[: chosen.limit]
        mark = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
        for name, extract in _systems(peers=chosen.peers):
            seconds, outputs = extract(rows)
            figures = score(rows, outputs) | {"pages/s": round(len(rows) / seconds, 1)}
            print(f"{path.stem:22} {name:24} {_line(figures)}", flush=True)
            if name != "dedupe" or chosen.limit:
                continue
            floor = floors.get(path.stem, {})
            if chosen.pin:
                floors[path.stem] = pinned_floor(floor, figures, mark, lower=chosen.lower)
            elif floor.get("digest") == mark:
                broken += [f"{path.stem}: {fault}" for fault in faults(floor, figures)]
    if chosen.pin:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    for fault in broken:
        print(f"below its floor: {fault}", file=sys.stderr)
    return 1 if broken else 0


def _systems(*, peers: bool) -> Iterator[tuple[str, Extract]]:
    yield "dedupe", _ours
    for name in EXTRACTORS if peers else ():
        if why_not(name):
            print(f"{name}: {why_not(name)}")
        else:
            yield name, lambda rows, name=name: _theirs(name, rows)


def _ours(rows: list[Row]) -> tuple[float, list[Article | str]]:
    from dedupe.clean import clean

    start = time.process_time()
    found: list[Article | str] = [clean(raw_of(row), row.get("url")) for row in rows]
    return time.process_time() - start, found


def _theirs(name: str, rows: list[Row]) -> tuple[float, list[Article | str]]:
    extractor = Extractor(name, [raw_of(row) for row in rows])
    try:
        return extractor.extract(0, len(rows))
    finally:
        extractor.close()


def _line(figures: dict[str, float]) -> str:
    return "  ".join(
        f"{name} {value:.3f}" if name != "pages/s" else f"{value:.0f} pages/s"
        for name, value in figures.items()
    )
