"""The environments of the peers: one for each, as their pins clash; in the user's cache folder.

    python -m benchmarks peers install [NAME…]
    python -m benchmarks peers

What they are made of stands in ``requirements/NAME.txt``. An environment is ready when it has the
present text of that file in it.
"""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dedupe-peers"
REQUIREMENTS = Path(__file__).with_name("requirements")
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""Peers that would ask a hub for something are measured without it."""

TAIL = 300


def names() -> list[str]:
    """The environments that there could be."""
    return sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))


def python(name: str) -> Path:
    """The interpreter of an environment."""
    return FOLDER / name / "bin" / "python"


def missing(name: str) -> str:
    """Why a peer's environment cannot be used; empty if it can."""
    fault = FOLDER / name / "fault.txt"
    if fault.exists():
        return fault.read_text("utf-8").strip()
    stamp = FOLDER / name / "requirements.txt"
    if not stamp.exists():
        return f"not installed: python -m benchmarks peers install {name}"
    if stamp.read_text("utf-8") != _wanted(name):
        return f"other versions are wanted: python -m benchmarks peers install {name}"
    return ""


def install(wanted: Sequence[str]) -> dict[str, str]:
    """Make the environments; gives for each why it could not be made, or nothing."""
    told = {}
    for name in wanted or names():
        folder = FOLDER / name
        if not python(name).exists():
            venv.create(folder, with_pip=True)
            # The pip that Python brings breaks on extras of one package that two others want.
            subprocess.run([python(name), "-m", "pip", "install", "-qU", "pip"], check=False)
        (folder / "fault.txt").unlink(missing_ok=True)
        requirements = REQUIREMENTS / f"{name}.txt"
        command = [python(name), "-m", "pip", "install", "-q", "-r", requirements]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            (folder / "fault.txt").write_text(f"cannot be installed: {done.stderr[-TAIL:]}\n")
        else:
            (folder / "requirements.txt").write_text(_wanted(name))
        told[name] = missing(name)
        print(f"{name}: {told[name] or 'ready'}", flush=True)
    return told


def versions(name: str) -> str:
    """What the environment's file names: its pins, in a row."""
    lines = [line.partition("#")[0].strip() for line in _wanted(name).splitlines()]
    return ", ".join(line for line in lines if "==" in line)


def _wanted(name: str) -> str:
    return (REQUIREMENTS / f"{name}.txt").read_text("utf-8")
