"""Where the time of a page goes; and a digest of all outputs, which work on speed must leave."""

from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq

from benchmarks.clean.scores import raw_of

PHASES = (
    ("dedupe.clean.page", "bounded", "bounds"),
    ("dedupe.clean.page", "LexborHTMLParser", "parse"),
    ("dedupe.clean.page", "Head", "fields"),
    ("dedupe.clean.page", "Walk", "blocks"),
    ("dedupe.clean.page", "prune", "prune"),
    ("dedupe.clean.page", "find_main", "prune"),
    ("dedupe.clean.page", "widen", "prune"),
    ("dedupe.clean.page", "page_title", "fields"),
    ("dedupe.clean.page", "read_field_lines", "fields"),
    ("dedupe.clean.page", "judge", "rules"),
    ("dedupe.clean.page", "cut_repeats", "repeats"),
    ("dedupe.clean.page", "Source", "offsets"),
    ("dedupe.clean.page", "Shown", "unseen"),
    ("dedupe.clean.stage", "decode", "decode"),
)

MOST = 3000
"""Documents of a set that are digested."""


def digest(paths: list[Path], limit: int | None) -> int:
    """Digest every output, fields and removals and all: work on speed must not change it."""
    from dedupe.clean import clean

    whole = hashlib.blake2b(digest_size=8)
    for path in (path for path in paths if path.exists()):
        one = hashlib.blake2b(digest_size=8)
        names = [n for n in ("html", "text", "url") if n in pq.read_schema(path).names]
        rows = pq.read_table(path, columns=names).slice(0, limit or MOST).to_pylist()
        for row in rows:
            article = clean(raw_of(row), row.get("url"))
            one.update(repr(article).encode("utf-8", "backslashreplace"))
        print(f"{path.stem:22} {len(rows):5} pages  {one.hexdigest()}", flush=True)
        whole.update(one.digest())
    print(f"{'all':22} {whole.hexdigest():>28}")
    return 0


def speed(paths: list[Path], limit: int | None) -> int:
    """Where the time goes, in milliseconds of CPU for a page."""
    from dedupe.clean import clean

    spent: Counter[str] = Counter()
    for module, name, phase in PHASES:
        _timed(sys.modules[module], name, phase, spent)
    raws = [
        row["html"]
        for path in paths
        if path.exists() and path.stem in {"publishers", "web_articles_dev"}
        for row in pq.read_table(path, columns=["html"]).to_pylist()[:limit]
    ]
    clean(raws[0])
    spent.clear()
    start = time.process_time()
    for raw in raws:
        clean(raw)
    total = time.process_time() - start
    spent["other"] = total - spent.total()
    print(
        f"{len(raws) / total:.0f} pages per CPU second, {1000 * total / len(raws):.2f} ms a page:"
    )
    for phase, seconds in spent.most_common():
        print(f"  {phase:10} {1000 * seconds / len(raws):6.2f} ms")
    return 0


def _timed(module: ModuleType, name: str, phase: str, spent: Counter[str]) -> None:
    inner = getattr(module, name)

    def timed(*args: object, **options: object) -> object:
        start = time.process_time()
        try:
            return inner(*args, **options)
        finally:
            spent[phase] += time.process_time() - start  # type: ignore[assignment]

    setattr(module, name, timed)
