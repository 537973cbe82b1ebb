"""1,000 documents matched against 1 and 10 million in history: the whole match, and its ratio.

    python -m benchmarks match [--histories 1000000 10000000]

The history is synthesised: random sketches, which share nothing but by chance, and among them the
sketches of some thousand invented articles. A fifth of the new documents are copies of these. Timed
are sketching, look-up in every key space, choice of candidates, verification on the texts, and the
update of the index. Texts of the history come from memory: how long Parquet takes for them is in
``python -m benchmarks curves``. Clock seconds, as pages of the index come from the disk's cache;
``cpu_seconds`` beside them tell what other work on the machine adds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.detect.corpus import SETTINGS, identify
from benchmarks.detect.index import BUILT, build
from benchmarks.inputs import NEW_BLOCK
from benchmarks.invented.corpus import copy_of
from benchmarks.invented.stories import BLOCK, Story, stories
from benchmarks.measuring.figures import Budget, Figures
from benchmarks.measuring.results import Plan, part
from dedupe.article import Relation
from dedupe.detect import Detector, Index
from dedupe.detect.sketch import sketch_compiled

HISTORIES = (1_000_000, 10_000_000)
REAL_BLOCKS = 5
ROUNDS = 7
NEW, COPIES = 1000, 200
SECONDS = 360
MATCHED = "matched"
"""The stamp of the index that has the invented articles in it."""

Texts = dict[str, str]


def measured(plan: Plan, budget: Budget, histories: Sequence[int]) -> Figures:
    """The seconds of each step at each length of history."""
    with tempfile.TemporaryDirectory(dir=plan.work) as folder:  # compiled code is loaded
        build(Path(folder), BLOCK)
        _match(Path(folder), _known(Path(folder)), stories(0), 0)
    points = [point(plan, budget, history) for history in sorted(histories)]
    found: Figures = {"points": points}
    if len(points) > 1:
        found["ratio"] = round(points[-1]["seconds"] / points[0]["seconds"], 2)
    return found


def point(plan: Plan, budget: Budget, history: int) -> Figures:
    """Matches against an index of so many canonicals."""
    folder = plan.work / f"index-{history}"
    folder.mkdir(exist_ok=True)
    begun = time.perf_counter()
    build(folder, history)
    made = time.perf_counter() - begun
    blocks = plan.size(REAL_BLOCKS, 1)
    texts = _known(folder, blocks)
    origins = [story for block in range(blocks) for story in stories(block)]
    rounds: list[dict[str, float]] = []
    for number in range(plan.size(ROUNDS, 2)):
        if budget.spent and len(rounds) > 1:  # the first is told apart
            break
        rounds.append(_match(folder, texts, origins, number))
    index = Index.open(folder, MATCHED, SETTINGS)
    told: Figures = {
        "history": history,
        "runs": len(rounds),
        "index_made_in_seconds": round(made, 1),
    }
    # The first round reads the index from the disk: it is told apart.
    told["first_seconds"] = round(rounds[0]["seconds"], 4)
    for name in rounds[0]:
        told[name] = round(statistics.median(each[name] for each in rounds[1:]), 4)
    told["bytes_a_canonical"] = round(index.bytes / (history + blocks * BLOCK), 1)
    return told


def _known(folder: Path, blocks: int = 1) -> Texts:
    """Put the invented articles into the index; gives their texts by id."""
    made = [story for block in range(blocks) for story in stories(block)]
    texts = {identify(story.number): story.text for story in made}
    if not (folder / f"manifest-{MATCHED}.json").exists():
        index = Index.open(folder, BUILT, SETTINGS)
        update = index.draft(MATCHED)
        update.add_sketches(list(texts), sketch_compiled(list(texts.values()), index.parameters))
        update.write()
    return texts


def _match(folder: Path, texts: Texts, origins: list[Story], number: int) -> dict[str, float]:
    random = Random(f"match {number}")
    new = stories(NEW_BLOCK + number)
    batch = {identify(("new", story.number)): story.text for story in new[: NEW - COPIES]}
    for spare in new[NEW - COPIES :]:
        copy = copy_of(random.choice(origins), spare, random).article
        batch[identify(("new", spare.number))] = copy.text
    index = Index.open(folder, MATCHED, SETTINGS)
    spent, cpu = time.perf_counter(), time.process_time()

    def lap() -> float:
        nonlocal spent
        before, spent = spent, time.perf_counter()
        return spent - before

    detector = Detector(SETTINGS, index)
    detector.add(list(batch), list(batch.values()))
    told = {"sketch": lap()}
    known = detector.history()
    told["look_up"] = lap()
    rank = {each: at for at, each in enumerate([*known, *batch])}
    # A random sketch that shares a key by chance has some article's text.
    stand_in = origins[0].text

    def fetch(asked: Sequence[str]) -> Texts:
        return {each: batch.get(each) or texts.get(each) or stand_in for each in asked}

    copies = {
        pair.right
        for pair in detector.pairs(fetch, rank)
        if pair.verdict.relation is not Relation.DISTINCT
    }
    told["verify"] = lap()
    fresh = [each for each in batch if each not in copies]
    update = index.draft("later")
    update.add_sketches(fresh, detector.sketches(fresh))
    update.write()
    told["update"] = lap()
    told["seconds"] = sum(told.values())
    told["cpu_seconds"] = time.process_time() - cpu
    told["duplicates"] = len(copies)
    return told


def measure(plan: Plan, histories: Sequence[int] = HISTORIES) -> Figures:
    chosen = [4000, 8000] if plan.quick else list(histories)
    run = lambda budget: measured(plan, budget, chosen)  # noqa: E731 - named for the line's sake
    return part(plan, "match", SECONDS, run, histories=chosen)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--histories", nargs="*", type=int, default=list(HISTORIES))


def main(chosen: argparse.Namespace, plan: Plan) -> dict[str, Figures]:
    return {"match": measure(plan, chosen.histories)}
