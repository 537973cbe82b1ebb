"""Where the time of a page goes; and a digest of all outputs, which work on speed must leave."""

from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.clean.scores import raw_of
from dedupe.article import Document

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
TEXT_PHASES = (
    ("dedupe.clean.stage", "from_stated", "fields"),
    ("dedupe.clean.plain", "read_lines", "lines"),
    ("dedupe.clean.plain", "detect_language", "language"),
    ("dedupe.clean.plain", "judge", "rules"),
    ("dedupe.clean.plain", "choose_title", "title"),
    ("dedupe.clean.plain", "read_field_lines", "fields"),
    ("dedupe.clean.plain", "cut_repeats", "repeats"),
)
TEXTS = 1000
ROUNDS = 7

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
    """Where the time goes, in CPU time for a page and for a text."""
    raws = [
        row["html"]
        for path in paths
        if path.stem in {"publishers", "web_articles_dev"}
        for row in pq.read_table(path, columns=["html"]).to_pylist()[:limit]
    ]
    if raws:
        _page_speed(raws)
    for path in paths:
        if "html" not in pq.read_schema(path).names:
            names = ["id", "text", "title", "date"]
            _text_speed(path.stem, pq.read_table(path, columns=names)[: limit or TEXTS])
    return 0


def _page_speed(raws: list[bytes]) -> None:
    from dedupe.clean import clean

    spent: Counter[str] = Counter()
    for module, name, phase in PHASES:
        _timed(sys.modules[module], name, phase, spent)
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


def _text_speed(source: str, table: pa.Table) -> None:
    """Texts with a title and a date beside them; of a text's times the least, as they are short."""
    from dedupe.clean import clean_document

    documents = [
        Document(
            id=str(row["id"]),
            source=source,
            media_type="text/plain",
            text=row["text"],
            raw_hash="",
            bytes=len(row["text"]),
            stated={"title": row["title"], "published_at": row["date"]},
        )
        for row in table.to_pylist()
    ]
    spent: Counter[str] = Counter()
    whole: list[list[float]] = [[] for _ in documents]
    phases: list[list[Counter[str]]] = [[] for _ in documents]
    plain = [(module, name, getattr(sys.modules[module], name)) for module, name, _ in TEXT_PHASES]
    for timed in (False, True):
        if timed:
            for module, function, phase in TEXT_PHASES:
                _timed(sys.modules[module], function, phase, spent)
        for _ in range(ROUNDS):
            for at, document in enumerate(documents):
                spent.clear()
                start = time.process_time()
                clean_document(document)
                taken = time.process_time() - start
                if timed:
                    phases[at].append(spent.copy())
                else:
                    whole[at].append(taken)
    for module, function, before in plain:
        setattr(sys.modules[module], function, before)
    total = sum(map(min, whole))
    print(f"{source}: {1e6 * total / len(documents):.0f} us a text, of which")
    for phase in dict.fromkeys(phase for _, _, phase in TEXT_PHASES):
        seconds = sum(min(each[phase] for each in of_text) for of_text in phases)
        print(f"  {phase:10} {1e6 * seconds / len(documents):6.1f} us")


def _timed(module: ModuleType, name: str, phase: str, spent: Counter[str]) -> None:
    inner = getattr(module, name)

    def timed(*args: object, **options: object) -> object:
        start = time.process_time()
        try:
            return inner(*args, **options)
        finally:
            spent[phase] += time.process_time() - start  # type: ignore[assignment]

    setattr(module, name, timed)
