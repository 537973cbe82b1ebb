"""Quality and speed of the clean stage, against its peers; floors that may not fall.

    python benchmarks/clean.py                 ours on every set, held against the floors
    python benchmarks/clean.py --peers         the same for every peer that is installed
    python benchmarks/clean.py --speed         where the time of a page goes
    python benchmarks/clean.py --digest        one digest of all outputs: same before and after
    python benchmarks/clean.py --pin           write today's figures as floors where they are higher
    python benchmarks/clean.py --pin --lower   also where they are lower: say why in the commit

The pages are other people's and stay outside the repository; without them this skips and says
so. The floors in ``clean_floors.json`` carry a digest of each set, so that figures of other
pages are never compared. Figures are per page, each page weighing the same: word 4-gram overlap
of the output with the labelled body, as in the article-extraction benchmark; snippets that must
and must not be in the output; passages of noise that are in it all the same.

Peers (``pip install trafilatura readability-lxml resiliparse justext``) run with their defaults,
and trafilatura also with ``favor_precision``; each gets the page decoded.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq

from dedupe.article import Article

DATA = Path(__file__).parents[2] / "shared" / "data"
FLOORS = Path(__file__).with_name("clean_floors.json")
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
UNSPACED = ("zh", "ja", "ko", "th")
WORD = re.compile(r"\w+")
SLACK = 0.002
GOOD = ("f1", "snippets", "title", "authors", "date")
BAD = ("leak", "leaky")
PHASES = (
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
    ("dedupe.clean.stage", "Source", "offsets"),
    ("dedupe.clean.stage", "decode", "decode"),
)

Extract = Callable[[Any, str | None], Any]


def main() -> int:  # noqa: C901 - one branch for each option
    """Run the benchmark; the exit code is 1 where a floor was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true", help="score the installed peers as well")
    parser.add_argument("--speed", action="store_true", help="show where the time goes")
    parser.add_argument("--digest", action="store_true", help="digest the outputs of each set")
    parser.add_argument("--pin", action="store_true", help="raise the floors to today's figures")
    parser.add_argument("--lower", action="store_true", help="with --pin: lower them as well")
    parser.add_argument("--sets", nargs="*", default=list(SETS), help="some of the sets")
    parser.add_argument("--limit", type=int, help="only the first pages of each set")
    options = parser.parse_args()
    paths = [DATA / f"{name}.parquet" for name in options.sets]
    if not any(path.exists() for path in paths):
        print(f"skipped: no labelled pages under {DATA}")
        return 0
    if options.speed:
        return _speed(paths, options.limit)
    if options.digest:
        return _digest(paths, options.limit)
    floors = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    broken = []
    for path in (path for path in paths if path.exists()):
        rows = pq.read_table(path).to_pylist()[: options.limit]
        digest = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
        for name, extract in _systems(peers=options.peers):
            figures = score(rows, extract)
            print(f"{path.stem:22} {name:24} {_line(figures)}", flush=True)
            if name != "dedupe" or options.limit:
                continue
            floor = floors.get(path.stem, {})
            if options.pin:
                floors[path.stem] = _pinned(floor, figures, digest, lower=options.lower)
            elif floor.get("digest") == digest:
                broken += [f"{path.stem}: {fault}" for fault in _faults(floor, figures)]
    if options.pin:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    for fault in broken:
        print(f"below its floor: {fault}", file=sys.stderr)
    return 1 if broken else 0


def score(rows: Iterable[dict[str, Any]], extract: Extract) -> dict[str, float]:
    """The figures of one extractor over labelled pages."""
    shares, snippets, noise, fields = [], Counter(), Counter(), Counter()
    seconds, pages = 0.0, 0
    for row in rows:
        pages += 1
        raw = row["html"] if row.get("html") is not None else row["text"]
        start = time.process_time()
        found = extract(raw, row.get("url"))
        seconds += time.process_time() - start
        text = found if isinstance(found, str) else found.text
        gold = row.get("gold") or (row["text"] if row.get("html") is not None else "")
        if gold:
            shares.append(_overlap(row, gold, text))
        flat = " ".join(text.split())
        hits = [" ".join(snippet.split()) in flat for snippet in row.get("with_") or []]
        snippets.update(right=sum(hits), missed=len(hits) - sum(hits))
        snippets["wrong"] += sum(" ".join(s.split()) in flat for s in row.get("without_") or [])
        _count_noise(row, gold, text, noise)
        if not isinstance(found, str):
            _count_fields(row, found, fields)
    return _figures(shares, snippets, noise, fields) | {"pages/s": round(pages / seconds, 1)}


def _figures(
    shares: list[tuple[float, float, float]],
    snippets: Counter[str],
    noise: Counter[str],
    fields: Counter[str],
) -> dict[str, float]:
    figures: dict[str, float] = {}
    if shares:
        right, wrong, missed = (sum(column) for column in zip(*shares, strict=True))
        figures["f1"] = 2 * right / ((2 * right + wrong + missed) or 1)
    if snippets["right"] + snippets["missed"]:
        figures["snippets"] = (
            2 * snippets["right"] / (2 * snippets["right"] + snippets["wrong"] + snippets["missed"])
        )
    if noise["passages"]:
        figures["leak"] = noise["leaks"] / noise["passages"]
        figures["leaky"] = noise["leaky"] / noise["pages"]
    for name in ("title", "authors", "date"):
        if fields[f"{name} of"]:
            figures[name] = fields[name] / fields[f"{name} of"]
    return {name: round(value, 4) for name, value in figures.items()}


def _grams(text: str, language: str) -> Counter[tuple[str, ...]]:
    words = list(re.sub(r"\W+", "", text)) if language in UNSPACED else WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def _overlap(row: dict[str, Any], gold: str, text: str) -> tuple[float, float, float]:
    language = row.get("lang") or ""
    wanted, got, free = _grams(gold, language), _grams(text, language), Counter()
    for passage in [*(row.get("free") or []), row.get("title") or "", *(row.get("authors") or [])]:
        free.update(_grams(passage, language))
    right = sum(min(count, got[gram]) for gram, count in wanted.items())
    missed = wanted.total() - right
    wrong = sum(max(0, count - wanted[gram] - free[gram]) for gram, count in got.items())
    total = (right + wrong + missed) or 1
    return right / total, wrong / total, missed / total


def _letters(text: str | None) -> str:
    return re.sub(r"\W+", "", text or "").lower()


def _count_noise(row: dict[str, Any], gold: str, text: str, noise: Counter[str]) -> None:
    if not row.get("noise"):
        return
    body = _letters(" ".join([gold, row.get("title") or "", *(row.get("free") or [])]))
    flat = _letters(text)
    keys = [key for key in map(_letters, row["noise"]) if len(key) >= 20 and key not in body]
    leaks = sum(key in flat for key in keys)
    noise.update(passages=len(keys), leaks=leaks, leaky=leaks > 0, pages=1)


def _count_fields(row: dict[str, Any], found: Article, fields: Counter[str]) -> None:
    if row.get("title"):
        fields.update({"title of": 1, "title": _letters(found.title) == _letters(row["title"])})
    if row.get("date"):
        stated = str(found.published_at or "")[:10]
        fields.update({"date of": 1, "date": stated == str(row["date"])[:10]})
    if row.get("authors"):
        same = {_letters(a) for a in found.authors} == {_letters(a) for a in row["authors"]}
        fields.update({"authors of": 1, "authors": same})


def _systems(*, peers: bool) -> list[tuple[str, Extract]]:
    from dedupe.clean import clean

    systems: list[tuple[str, Extract]] = [("dedupe", clean)]
    for name, module, make in PEERS if peers else ():
        if importlib.util.find_spec(module) is None:
            print(f"{name}: not installed, skipped")
        else:
            systems.append((name, _decoded(make())))
    return systems


def _decoded(extract: Callable[[str], str | None]) -> Extract:
    def run(raw: bytes | str, _url: str | None) -> str:
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        try:
            return extract(text) or ""
        except Exception:  # noqa: BLE001 - a peer that breaks on a page found nothing on it
            return ""

    return run


def _trafilatura(**options: bool) -> Callable[[str], str | None]:
    import trafilatura

    return lambda html: trafilatura.extract(html, include_comments=False, **options)


def _readability() -> Callable[[str], str | None]:
    from lxml.html import fromstring
    from readability import Document

    return lambda html: fromstring(Document(html).summary()).text_content()


def _resiliparse() -> Callable[[str], str | None]:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: extract_plain_text(html, main_content=True, alt_texts=False)


def _justext() -> Callable[[str], str | None]:
    import justext

    words = frozenset().union(
        *(justext.get_stoplist(n) for n in ("English", "French", "German", "Spanish"))
    )
    return lambda html: "\n".join(
        p.text for p in justext.justext(html, words) if not p.is_boilerplate
    )


PEERS: tuple[tuple[str, str, Callable[[], Callable[[str], str | None]]], ...] = (
    ("trafilatura", "trafilatura", _trafilatura),
    ("trafilatura precision", "trafilatura", lambda: _trafilatura(favor_precision=True)),
    ("readability-lxml", "readability", _readability),
    ("resiliparse", "resiliparse", _resiliparse),
    ("justext", "justext", _justext),
)


def _faults(floor: dict[str, Any], figures: dict[str, float]) -> list[str]:
    faults = [
        f"{name} {figures.get(name)} < {floor[name]}"
        for name in GOOD
        if name in floor and figures.get(name, 0) < floor[name] - SLACK
    ]
    return faults + [
        f"{name} {figures.get(name)} > {floor[name]}"
        for name in BAD
        if name in floor and figures.get(name, 1) > floor[name] + SLACK
    ]


def _pinned(
    floor: dict[str, Any], figures: dict[str, float], digest: str, *, lower: bool
) -> dict[str, Any]:
    if lower or floor.get("digest") != digest:
        return {"digest": digest} | {n: v for n, v in figures.items() if n in (*GOOD, *BAD)}
    pinned = dict(floor)
    for name, value in figures.items():
        if name in GOOD:
            pinned[name] = max(value, floor.get(name, 0.0))
        elif name in BAD:
            pinned[name] = min(value, floor.get(name, 1.0))
    return pinned


def _line(figures: dict[str, float]) -> str:
    return "  ".join(
        f"{name} {value:.3f}" if name != "pages/s" else f"{value:.0f} pages/s"
        for name, value in figures.items()
    )


def _digest(paths: list[Path], limit: int | None) -> int:
    """Digest every output, fields and removals and all: work on speed must not change it."""
    from dedupe.clean import clean

    whole = hashlib.blake2b(digest_size=8)
    for path in (path for path in paths if path.exists()):
        one = hashlib.blake2b(digest_size=8)
        rows = pq.read_table(path, columns=["html", "text", "url"]).to_pylist()[:limit]
        for row in rows:
            raw = row["html"] if row["html"] is not None else row["text"]
            one.update(repr(clean(raw, row["url"])).encode("utf-8", "backslashreplace"))
        print(f"{path.stem:22} {len(rows):5} pages  {one.hexdigest()}", flush=True)
        whole.update(one.digest())
    print(f"{'all':22} {whole.hexdigest():>28}")
    return 0


def _speed(paths: list[Path], limit: int | None) -> int:
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


if __name__ == "__main__":
    sys.exit(main())
