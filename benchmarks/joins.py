"""The join of LSH bands: ours by sorting, and other engines, on the same Parquet, in turn.

    python -m benchmarks joins [--documents 200000 1000000]

Sixteen band keys a document; one document in ten shares half of its keys with another. Asked for
are the pairs that share a key, each once, as Parquet. Ours reads the columns, sorts them by key and
takes neighbours (``benchmarks/joins.py``, the algorithm of ``dedupe/detect/candidates.py``).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measuring.figures import Budget, Figures, System, in_turn
from benchmarks.measuring.results import Plan, part
from benchmarks.measuring.watched import Ran, watch
from benchmarks.peers import environments, joining

BANDS = 16
DOCUMENTS = (200_000, 1_000_000)
PARTS = 8
ROUNDS = 3
SECONDS = 180
ROOT = Path(__file__).resolve().parents[1]
HERE = ("ours", "duckdb", "polars")


def bands_of(folder: Path, documents: int) -> Path:
    """Keys of so many documents as Parquet files; kept if there."""
    if folder.exists():
        return folder
    random = np.random.default_rng(1)
    keys = random.integers(0, 2**63, (documents, BANDS), dtype=np.int64)
    copies = np.arange(0, documents - 1, 10)
    keys[copies + 1, ::2] = keys[copies, ::2]
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    names = np.arange(documents).repeat(BANDS)
    step = -(-len(names) // PARTS)
    for at in range(PARTS):
        rows = slice(at * step, (at + 1) * step)
        table = pa.table({"key": keys.ravel()[rows], "document": names[rows]})
        pq.write_table(table, fresh / f"{at}.parquet")
    fresh.rename(folder)
    return folder


def join(folder: Path, out: Path) -> int:
    """Our join: sort by key, pair neighbours with one key; gives the number of pairs."""
    table = pq.read_table(folder)
    keys, documents = (table[name].to_numpy() for name in ("key", "document"))
    order = np.argsort(keys)
    keys, documents = keys[order], documents[order]
    found = []
    # A key is followed over all that share it: distance one, two, … until no neighbours are left.
    same = np.flatnonzero(keys[1:] == keys[:-1])
    distance = 1
    while len(same):
        pair = np.stack((documents[same], documents[same + distance]))
        found.append(np.sort(pair, axis=0))
        distance += 1
        same = same[same + distance < len(keys)]
        same = same[keys[same] == keys[same + distance]]
    pairs = np.concatenate(found, axis=1) if found else np.empty((2, 0), np.int64)
    pairs = pairs[:, pairs[0] != pairs[1]]
    codes = np.unique((pairs[0] << 32) | pairs[1])
    columns = {"one": codes >> 32, "other": codes & (2**32 - 1)}
    pq.write_table(pa.table(columns), out / "pairs.parquet")
    return len(codes)


def measured(plan: Plan, budget: Budget, sizes: Sequence[int]) -> Figures:
    """Every engine at every size."""
    engines: list[Figures] = []
    for documents in sizes:
        folder = bands_of(plan.work / f"bands-{documents}", documents)
        rounds = 1 if plan.quick else ROUNDS
        systems = [_system(name, folder, documents, rounds) for name in ("ours", *joining.ENGINES)]
        engines += in_turn(systems, budget)
    return {"bands": BANDS, "engines": engines}


def _system(name: str, folder: Path, documents: int, rounds: int) -> System:
    said: Figures = {}

    def run(timeout: float) -> Ran:
        reason = "" if name in HERE else environments.missing(name)
        if reason:
            return Ran(seconds=0, cpu_seconds=0, peak_mb=0, output="", fault=reason)
        python = sys.executable if name in HERE else environments.python(name)
        program = ["-m", "benchmarks.joins"] if name == "ours" else [joining.__file__, name]
        ran = watch([python, *program, folder], timeout=timeout, cwd=ROOT)
        if not ran.fault:
            told = json.loads(ran.output)
            seconds = [*said.get("all", []), told["join_seconds"]]
            said.update(told, all=seconds, join_seconds=sorted(seconds)[len(seconds) // 2])
        return ran

    # Told at the end of all rounds: the same dictionary, without the single rounds.
    return System(name, documents, run, rounds, found=said)


def measure(plan: Plan, documents: Sequence[int] = DOCUMENTS) -> Figures:
    sizes = [2000] if plan.quick else list(documents)
    run = lambda budget: measured(plan, budget, sizes)  # noqa: E731 - named for the line's sake
    return part(plan, "joins", SECONDS, run, documents=sizes)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", nargs="*", type=int, default=list(DOCUMENTS))


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    return {"joins": measure(plan, chosen.documents)}


if __name__ == "__main__":  # a contestant among the others: a process of its own
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        count = join(Path(sys.argv[1]), Path(place))
        took = round(time.perf_counter() - begun, 4)
    print(json.dumps({"join_seconds": took, "pairs": count}))
