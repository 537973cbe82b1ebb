"""text-dedup's MinHash as its command line runs it, and its result as Parquet.

    python text_dedup_pipeline.py INPUT_FOLDER OUTPUT_FOLDER [--workers 2] [--threshold 0.5]

Shingles of three words and 128 permutations, as ours; text only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from datasets import load_from_disk


def main() -> None:
    """Deduplicate a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threshold", type=float, default=0.5)
    chosen = parser.parse_args()
    out = chosen.output
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--split", "train"]
    command += ["--data_files", str(chosen.input / "*.jsonl"), "--cache_dir", str(out / "cache")]
    command += ["--output", str(out / "found"), "--column", "text", "--ngram", "3"]
    command += ["--num_perm", "128", "--min_length", "0", "--hash_func", "xxh3"]
    command += ["--hash_bits", "32", "--num_proc", str(chosen.workers)]
    subprocess.run([*command, "--threshold", str(chosen.threshold)], check=True, cwd=out)
    (out / "kept").mkdir()
    load_from_disk(str(out / "found")).to_parquet(str(out / "kept" / "articles.parquet"))


if __name__ == "__main__":
    main()
