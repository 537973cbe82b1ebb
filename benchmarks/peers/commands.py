"""The peers: which can be measured here, and why the others cannot.

python -m benchmarks peers
python -m benchmarks peers install [NAME…]
"""

from __future__ import annotations

import argparse

from benchmarks.measuring.results import Plan
from benchmarks.peers.environments import install, missing, names, versions


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", nargs="?", choices=["list", "install"], default="list")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}")


def main(chosen: argparse.Namespace, plan: Plan) -> int:  # noqa: ARG001
    """Install or list; gives the exit code."""
    if chosen.verb == "install":
        return int(any(install(chosen.names).values()))
    for name in names():
        print(f"{name:12} {missing(name) or 'ready'} ({versions(name)})")
    return 0
