"""Peers, each in an environment of its own: signatures in turn with ours, groups of planted copies.

Installed by ``python benchmarks/detect.py peers --install`` into ``dedupe-peers`` of the user's
cache folder; what is not installed is skipped and named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detect_corpus import SETTINGS, file_copies, newswire, timed
from detect_quality import planted_corpus, planted_scores

from dedupe.detect.sketch import Parameters, sketch_compiled

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dedupe-peers"
WORKER = Path(__file__).with_name("detect_peer.py")
PACKAGES = {
    "rensa": ["rensa==0.5.0"],
    "gaoya": ["gaoya==0.2.2"],
    "daft": ["daft==0.7.26"],
    "text-dedup": ["text-dedup==0.4.0"],
    # Its signatures need some of what its extra "processing" brings, and a tokeniser.
    "datatrove": [
        "datatrove==0.10.1",
        "regex",
        "xxhash<3.6",
        "spacy",
        "nltk",
        "orjson",
        "tokenizers",
    ],
}
HERE = ("datasketch bulk", "datasketch update")
"""Peers of this environment."""

ROUNDS = 3
SIGNED = 500
"""Texts that a peer signs in a round: the slowest take seconds for them."""


def install() -> dict[str, Any]:
    """An environment for each peer; gives which could be made."""
    done = {}
    for name, packages in PACKAGES.items():
        folder = FOLDER / name
        if not folder.exists():
            venv.create(folder, with_pip=True)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *packages]
        done[name] = subprocess.run(command, check=False).returncode == 0
    return done


class Peer:
    """A peer's process, which holds its texts."""

    def __init__(self, name: str, texts: Sequence[str]) -> None:
        python = sys.executable if name in HERE else str(FOLDER / name / "bin" / "python")
        self._texts = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")  # noqa: SIM115
        json.dump(list(texts), self._texts)
        self._texts.flush()
        self._process = subprocess.Popen(
            [python, str(WORKER), name, self._texts.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, line: str) -> dict[str, Any] | None:
        """The answer; None from a peer that cannot do it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self._process.stdout.readline()
        return json.loads(answer) if answer else None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._texts.close()


def installed() -> list[str]:
    """The peers that there are."""
    return [*HERE, *(name for name in PACKAGES if (FOLDER / name / "bin" / "python").exists())]


def signatures() -> dict[str, Any]:
    """Documents a second and core, from text to signature; peers in turn with ours."""
    texts = [row["text"] for row in newswire("en") if 380 <= len(row["text"].split()) <= 440]
    texts = texts[:2000]
    few = texts[:SIGNED]
    parameters = Parameters.of(SETTINGS)
    sketch_compiled(texts, parameters)
    peers = {name: Peer(name, few) for name in installed()}
    ours: list[float] = []
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        # Ten times over, as a few milliseconds are too short to be measured.
        seconds, _ = timed(lambda: [sketch_compiled(texts, parameters) for _ in range(10)])
        ours.append(10 * len(texts) / seconds)
        for name, peer in peers.items():
            answer = peer.ask("sign")
            if answer:
                rates[name].append(len(few) / answer["seconds"])
    for peer in peers.values():
        peer.close()
    best = {"ours": max(ours), **{name: max(each) for name, each in rates.items()}}
    bulk = best["datasketch bulk"]
    return {
        "documents_per_s": {name: round(rate) for name, rate in best.items()},
        "times_datasketch_bulk": {name: round(rate / bulk, 2) for name, rate in best.items()},
        "skipped": sorted({*HERE, *PACKAGES} - set(rates)),
    }


def groups() -> dict[str, Any]:
    """The planted corpus, by us and by what groups texts without a history; English."""
    texts, truth, kind = planted_corpus("en")
    ids = list(texts)
    filed, _, _ = file_copies(texts, {each: kind[each] != "origin" for each in texts})
    result = {"ours": planted_scores(filed, truth, kind)}
    # Originals first, so that whoever keeps the first keeps them.
    ids.sort(key=lambda each: kind[each] != "origin")
    for name, threshold in (
        ("datasketch bulk", 0.0),
        ("datasketch bulk", 0.5),
        ("text-dedup", 0.0),
        ("text-dedup", 0.5),
    ):
        if name not in installed():
            continue
        peer = Peer(name, [texts[each] for each in ids])
        answer = peer.ask(f"group {threshold}")
        peer.close()
        if answer:
            theirs = _filed(ids, answer["groups"])
            result[f"{name}, {threshold or 'its own threshold'}"] = planted_scores(
                theirs, truth, kind
            )
    return result


def _filed(ids: Sequence[str], groups: Sequence[int]) -> dict[str, str]:
    """Who is filed under whom: under the first text of the group."""
    first: dict[int, str] = {}
    for each, group in zip(ids, groups, strict=True):
        first.setdefault(group, each)
    return {
        each: first[group] for each, group in zip(ids, groups, strict=True) if first[group] != each
    }


def peers() -> dict[str, Any]:
    """Both."""
    return {"signatures": signatures(), "planted": groups()}
