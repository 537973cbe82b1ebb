"""A peer at work in an environment of its own; ``benchmarks.detect.peers`` starts it.

    python signing.py NAME TEXTS.json

Reads lines from its input: ``sign`` signs the texts, ``group THRESHOLD`` groups them; answers each
with one line of JSON. Every peer is used by its public interface, as its documentation shows, with
128 permutations and, where it leaves that open, shingles of three words. Only the standard library
is imported beside the peer.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

Sign = Callable[[Sequence[str]], object]


def _shingled(texts: Sequence[str], size: int = 3) -> Iterator[list[str]]:
    for text in texts:
        words = text.lower().split()
        yield [" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1))]


def _encoded(texts: Sequence[str]) -> list[list[bytes]]:
    return [[each.encode() for each in shingles] for shingles in _shingled(texts)]


def _datasketch() -> Sign:
    from datasketch import MinHash

    return lambda texts: MinHash.bulk(_encoded(texts), num_perm=128)


def _datasketch_update() -> Sign:
    from datasketch import MinHash

    def sign(texts: Sequence[str]) -> None:
        for shingles in _encoded(texts):
            found = MinHash(num_perm=128)
            for each in shingles:
                found.update(each)

    return sign


def _rensa() -> Sign:
    from rensa import RMinHash

    def sign(texts: Sequence[str]) -> None:
        for shingles in _shingled(texts):
            found = RMinHash(num_perm=128, seed=1)
            found.update(shingles)
            found.digest()

    return sign


def _gaoya() -> Sign:
    from gaoya.minhash import MinHashStringIndex

    def sign(texts: Sequence[str]) -> None:
        # It gives no signatures: one insertion into an index of one band is nearest to that.
        index = MinHashStringIndex(32, 0.5, 1, 128, lowercase=True, ngram_range=(3, 3))
        for at, text in enumerate(texts):
            index.insert_document(at, text)

    return sign


def _daft() -> Sign:
    import daft

    def sign(texts: Sequence[str]) -> None:
        column = daft.col("text").normalize(
            remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True
        )
        frame = daft.from_pydict({"text": list(texts)})
        frame.select(column.minhash(num_hashes=128, ngram_size=3, seed=1)).collect()

    return sign


def _text_dedup() -> Sign:
    import numpy as np
    from text_dedup.minhash import RNG, embed_func, xxh3_32hash

    prime = np.uint32((1 << 32) - 5)
    permutations = (
        RNG.randint(1, prime, size=128, dtype=np.uint32),
        RNG.randint(0, prime, size=128, dtype=np.uint32),
    )

    def sign(texts: Sequence[str]) -> None:
        for at, text in enumerate(texts):
            embed_func(
                text,
                at,
                num_perm=128,
                ngram_size=3,
                min_length=0,
                hashranges=[(0, 128)],
                permutations=permutations,
                hash_func=xxh3_32hash,
                dtype=np.uint32,
                max_hash=np.uint32(2**32 - 1),
                modulo_prime=prime,
            )

    return sign


def _datatrove() -> Sign:
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

    folder = tempfile.mkdtemp()
    step = MinhashDedupSignature(
        folder, config=MinhashConfig(n_grams=3, num_buckets=16, hashes_per_bucket=8)
    )

    def sign(texts: Sequence[str]) -> None:
        for text in texts:
            step.get_signature(step.get_shingles(text))

    return sign


def _semhash() -> Sign:
    from semhash import SemHash

    # Not a signature but an embedding: its own way to say what a text is like.
    return lambda texts: SemHash.from_records(list(texts))


PEERS: dict[str, Callable[[], Sign]] = {
    "datasketch bulk": _datasketch,
    "datasketch update": _datasketch_update,
    "rensa": _rensa,
    "gaoya": _gaoya,
    "daft": _daft,
    "text-dedup": _text_dedup,
    "datatrove": _datatrove,
    "semhash": _semhash,
}


def group_by_datasketch(texts: Sequence[str], threshold: float) -> list[int]:
    """Each text's first earlier text that the index finds, else itself."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=128) if not threshold else MinHashLSH(threshold, num_perm=128)
    first: list[int] = []
    for at, signature in enumerate(MinHash.bulk(_encoded(texts), num_perm=128)):
        found = index.query(signature)
        first.append(min(found) if found else at)
        if not found:
            index.insert(at, signature)
    return first


def group_by_text_dedup(texts: Sequence[str], threshold: float) -> list[int]:
    """Each text's group, named by a text of it, as the command line makes them."""
    with tempfile.TemporaryDirectory() as name:
        rows = Path(name) / "rows.jsonl"
        with rows.open("w", encoding="utf-8") as out:
            out.writelines(
                json.dumps({"idx": at, "text": text}) + "\n" for at, text in enumerate(texts)
            )
        command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files"]
        command += [str(rows), "--split", "train", "--cache_dir", f"{name}/cache", "--output"]
        command += [f"{name}/out", "--column", "text", "--idx_column", "idx", "--ngram", "3"]
        command += ["--num_perm", "128", "--debug", "--num_proc", "1", "--min_length", "0"]
        command += ["--threshold", str(threshold)] if threshold else []
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, cwd=name, **quiet)
        groups = pickle.loads((Path(name) / "out" / "uf.pkl").read_bytes())
        return [groups.find(at) for at in range(len(texts))]


GROUPERS: dict[str, Callable[[Sequence[str], float], list[int]]] = {
    "datasketch bulk": group_by_datasketch,
    "text-dedup": group_by_text_dedup,
}


def main(name: str, path: Path) -> None:
    """Answer what is asked, line by line."""
    texts = json.loads(path.read_text(encoding="utf-8"))
    # What a peer prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    sign = None
    for line in sys.stdin:
        verb, *rest = line.split()
        answer: dict[str, Any] = {}
        with contextlib.redirect_stdout(sys.stderr):
            if verb == "sign":
                if sign is None:
                    sign = PEERS[name]()
                    sign(texts[:20])
                start = time.process_time()
                sign(texts)
                answer = {"seconds": time.process_time() - start}
            elif verb == "group":
                answer = {"groups": GROUPERS[name](texts, float(rest[0]))}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
