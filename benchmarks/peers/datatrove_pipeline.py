"""datatrove's whole way: reader, its trafilatura extractor, four MinHash stages, Parquet writer.

    python datatrove_pipeline.py INPUT_FOLDER OUTPUT_FOLDER [--workers 2] [--html]

As in its own example, with its defaults (14 buckets of 8, shingles of five words), a task for each
file and two at a time. The extractor may take ten seconds for a page and not one, so that a slow
machine loses none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter


def main() -> None:
    """Deduplicate a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--html", action="store_true", help="the rows hold pages")
    chosen = parser.parse_args()
    files = len(list(chosen.input.glob("*.jsonl")))
    out, config = str(chosen.output), MinhashConfig()

    def run(name: str, steps: list[object], tasks: int) -> None:
        LocalPipelineExecutor(
            steps, tasks=tasks, workers=chosen.workers, logging_dir=f"{out}/logs/{name}"
        ).run()

    source = str(chosen.input)
    if chosen.html:
        pages = JsonlReader(source, text_key="html")
        extracted = f"{out}/extracted"
        run("extract", [pages, Trafilatura(timeout=10), JsonlWriter(extracted)], files)
        source = extracted
    signatures, buckets, removed = f"{out}/signatures", f"{out}/buckets", f"{out}/removed"
    run("sign", [JsonlReader(source), MinhashDedupSignature(signatures, config)], files)
    run("match", [MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets)
    run("cluster", [MinhashDedupCluster(buckets, removed, config=config)], 1)
    steps = [
        JsonlReader(source),
        MinhashDedupFilter(removed),
        ParquetWriter(f"{out}/kept", expand_metadata=True),
    ]
    run("filter", steps, files)


if __name__ == "__main__":
    main()
