"""Fuzz the code that reads what others wrote.

    python -m tests.fuzz --minutes 60                 all targets, one after the other
    python -m tests.fuzz --minutes 5 urls dates       these
    python -m tests.fuzz --replay FILE urls           one input again

With atheris (``pip install --group fuzz``) inputs follow the coverage of the code; without it they
are mutated blindly. A finding is written to ``--out`` and ends its target; make it a fix and put
the file into ``tests/fuzz/findings``, where every run of the tests replays it. What atheris kept
as worth building on lies in ``--out`` too, and the next run goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import traceback
from pathlib import Path

NAMES = (
    "clean-page",
    "clean-text",
    "clean-bytes",
    "decoding",
    "urls",
    "dates",
    "readers",
    "markup",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--minutes", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(".fuzz"))
    parser.add_argument("--replay", type=Path, help="run one file through the targets")
    parser.add_argument("--blind", action="store_true", help="without atheris")
    parser.add_argument("--guided", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    targets = args.targets or [*NAMES]
    if unknown := set(targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    seconds = 60 * args.minutes / len(targets)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.replay:
        return _replay(args.replay.read_bytes(), targets)
    if args.guided:
        return _guided(targets[0], args.out, seconds, args.seed)
    guided = not args.blind and importlib.util.find_spec("atheris") is not None
    found = 0
    for target in targets:
        print(f"== {target}: {seconds:.0f} s, {'atheris' if guided else 'blind'}", flush=True)
        if guided:
            # A process for each: atheris never returns.
            again = ["--guided", "--minutes", str(seconds / 60), "--seed", str(args.seed)]
            command = [sys.executable, "-m", "tests.fuzz", *again, "--out", str(args.out), target]
            found += subprocess.run(command, check=False).returncode != 0
        else:
            found += _blind(target, args.out, seconds, args.seed)
    print(f"{found} findings" if found else "nothing found")
    return 1 if found else 0


def _replay(data: bytes, targets: list[str]) -> int:
    from tests.fuzz.targets import TARGETS

    for target in targets:
        TARGETS[target](data)
        print(f"{target}: holds")
    return 0


def _guided(target: str, out: Path, seconds: float, seed: int) -> int:
    import atheris

    with atheris.instrument_imports(
        include=["dedupe.clean", "dedupe.acquire", "dedupe.decoding", "dedupe.media_types"]
    ):
        from tests.fuzz.seeds import SEEDS, WORDS
        from tests.fuzz.targets import TARGETS
    corpus = out / f"corpus-{target}"
    corpus.mkdir(exist_ok=True)
    for data in SEEDS[target]:
        (corpus / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    words = out / "words.dict"
    words.write_text(
        "".join('"' + "".join(f"\\x{b:02x}" for b in w.encode()) + '"\n' for w in WORDS)
    )
    options = [
        *(f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-dict={words}", "-timeout=20"),
        *("-rss_limit_mb=4000", "-max_len=20000", f"-artifact_prefix={out}/{target}-"),
        *("-print_final_stats=1", "-verbosity=0"),
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()
    return 0


def _blind(target: str, out: Path, seconds: float, seed: int) -> bool:
    from tests.fuzz.mutation import until
    from tests.fuzz.targets import TARGETS

    count = 0
    for data in until(target, seed, seconds):
        count += 1
        try:
            TARGETS[target](data)
        except Exception:
            name = hashlib.sha1(data, usedforsecurity=False).hexdigest()[:12]
            path = out / f"{target}-{name}"
            path.write_bytes(data)
            traceback.print_exc()
            print(f"{path}: after {count} inputs")
            return True
    print(f"{count} inputs")
    return False


if __name__ == "__main__":
    raise SystemExit(main())
