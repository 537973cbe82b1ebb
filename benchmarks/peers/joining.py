"""The join of LSH bands by an engine, in an environment of its own; ``benchmarks.joins`` starts it.

    python joining.py ENGINE FOLDER

``FOLDER`` has Parquet files of (key, document), unsorted. Asked for are the pairs of documents that
share a key, each once, as Parquet. Prints the seconds of the join, without imports, and the number
of pairs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def _duckdb(files: str, out: str) -> None:
    import duckdb

    duckdb.sql(
        f"""copy (select distinct a.document as one, b.document as other
        from '{files}' a join '{files}' b on a.key = b.key and a.document < b.document)
        to '{out}/pairs.parquet'"""
    )


def _polars(files: str, out: str) -> None:
    import polars as pl

    bands = pl.scan_parquet(files)
    pairs = bands.join(bands, on="key", suffix="_other").filter(
        pl.col("document") < pl.col("document_other")
    )
    pairs.select("document", "document_other").unique().sink_parquet(f"{out}/pairs.parquet")


def _daft(files: str, out: str) -> None:
    import daft

    bands = daft.read_parquet(files)
    others = bands.select(bands["key"], bands["document"].alias("other"))
    pairs = bands.join(others, on="key").where(daft.col("document") < daft.col("other"))
    pairs.select("document", "other").distinct().write_parquet(out)


def _dask(files: str, out: str) -> None:
    import dask.dataframe as dd

    bands = dd.read_parquet(files)
    pairs = bands.merge(bands, on="key", suffixes=("", "_other"))
    pairs = pairs[pairs["document"] < pairs["document_other"]]
    pairs[["document", "document_other"]].drop_duplicates().to_parquet(out)


ENGINES: dict[str, Callable[[str, str], None]] = {
    "duckdb": _duckdb,
    "polars": _polars,
    "daft": _daft,
    "dask": _dask,
}


def main(name: str, folder: Path) -> None:
    """Join once; prints one line of JSON."""
    __import__(name)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(dir=folder.parent) as out:
        begun = time.perf_counter()
        ENGINES[name](f"{folder}/*.parquet", out)
        seconds = time.perf_counter() - begun
        import pyarrow.parquet as pq

        pairs = sum(pq.read_metadata(path).num_rows for path in Path(out).rglob("*.parquet"))
    answers.write(json.dumps({"join_seconds": round(seconds, 4), "pairs": pairs}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
