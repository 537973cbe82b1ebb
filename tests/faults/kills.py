"""Hundreds of kills, by one command, with a verdict.

    python -m tests.faults.kills --kills 500

Runs, revisions, promotions, compaction, pruning, rollback, rebuilding, election and the cutting of
templates are each killed before a file operation drawn by lot; what makes it good is killed too, up
to ``--chain`` times on one folder. After each kill the tables must be those before or those after,
and every file whole; in the end they must be those of the undisturbed deed, and the folder tidy.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from tests.faults.deeds import RUNS, UPKEEP, scene_of
from tests.faults.scenes import Scene, asking


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--chain", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begun, dice = time.perf_counter(), random.Random(args.seed)
    wrong = folders = 0
    scenes: dict[str, Scene] = {}
    with tempfile.TemporaryDirectory() as folder, asking() as ask:
        for name in cycle((*RUNS, *UPKEEP)):
            if name not in scenes:
                scenes[name] = scene_of(name, Path(folder) / name.replace(" ", "-"), ask)
            try:
                folders += 1
                scenes[name].die_again_and_again(dice, args.chain)
            except AssertionError as error:
                wrong += 1
                say(f"{name}: {str(error)[:2000]}")
            if sum(scene.kills for scene in scenes.values()) >= args.kills:
                break
    for name, scene in scenes.items():
        say(f"{name}: {scene.kills} kills before one of {len(scene.operations)} operations")
    kills = sum(scene.kills for scene in scenes.values())
    minutes = (time.perf_counter() - begun) / 60
    verdict = f"{wrong} of them wrong" if wrong else "all as if nothing had happened"
    say(f"{kills} kills on {folders} folders in {minutes:.0f} minutes: {verdict}")
    return 1 if wrong else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
