"""What a good engineer writes in an afternoon: trafilatura, datasketch's MinHashLSH, pyarrow.

    python naive.py INPUT_FOLDER OUTPUT_FOLDER [--workers 2] [--threshold 0.5]

Reads JSONL with ``url`` and ``html`` or ``text``. All cores extract and sign; one process asks and
fills the LSH index, keeps the first of each group and writes Parquet. No history, no verification
on the texts, no clusters, nothing on what was cut.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasketch import MinHash, MinHashLSH

PERMUTATIONS = 128


def rows(folder: Path) -> Iterator[str]:
    """The lines of all files."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as source:
            yield from source


def read(line: str) -> tuple[dict[str, Any], MinHash] | None:
    """A row with its text, and the text's signature; None where there is no text."""
    row = json.loads(line)
    if row.get("html"):
        import trafilatura

        found = trafilatura.bare_extraction(row["html"], url=row["url"], with_metadata=True)
        if found is None or not found.text:
            return None
        row = {"url": row["url"], "title": found.title, "published_at": found.date}
        row["text"] = found.text
    words = row["text"].lower().split()
    shingles = {" ".join(words[at : at + 3]).encode() for at in range(max(1, len(words) - 2))}
    signature = MinHash(num_perm=PERMUTATIONS)
    signature.update_batch(list(shingles))
    kept = {name: row.get(name) for name in ("url", "title", "published_at", "text")}
    return kept, signature


def main() -> None:
    """Deduplicate a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threshold", type=float, default=0.5)
    chosen = parser.parse_args()
    index = MinHashLSH(chosen.threshold, num_perm=PERMUTATIONS)
    kept = []
    with Pool(chosen.workers) as pool:
        for at, found in enumerate(pool.imap(read, rows(chosen.input), chunksize=32)):
            if found is None or index.query(found[1]):
                continue
            index.insert(at, found[1])
            kept.append(found[0])
    (chosen.output / "kept").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(kept), chosen.output / "kept" / "articles.parquet")


if __name__ == "__main__":
    main()
