"""``python -m benchmarks COMMAND``: each command is a module with ``options`` and ``main``.

A ``main`` gives an exit code, or the parts that it measured: those are printed as tables, kept in
the results folder, and become ``docs/benchmarks.md`` by ``python -m benchmarks render``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.measuring.results import Plan, collect
from benchmarks.reports.tables import as_text, tables_of

COMMANDS = {
    "all": ("everything", "the whole measured run, part by part: some twenty minutes"),
    "end-to-end": ("end_to_end", "raw inputs to Parquet, beside others: pages, texts, a million"),
    "extractors": ("clean.extractors", "pages a second of ours and other extractors"),
    "signatures": ("detect.signatures", "text to MinHash signature, ours and others"),
    "joins": ("joins", "the join of LSH bands by ours and other engines"),
    "curves": ("curves", "a run with 1,000 new documents, by the length of the history"),
    "match": ("detect.match", "1,000 documents matched against 1 and 10 million in history"),
    "efficiency": ("efficiency", "two cores against one"),
    "engines": ("engines", "Dask's workers against the processes of one run"),
    "startup": ("startup", "what a command costs before it does anything"),
    "acquire": ("acquire", "readers beside the bare libraries that they use"),
    "clean": ("clean.commands", "cleaning: quality on labelled pages, floors, speed"),
    "detect": ("detect.commands", "detection: quality on pairs, steps, the index at size"),
    "recall": ("detect.recall", "draws the curve of recall of docs/detection.md"),
    "forms": ("forms", "the same pages as WARC, files and JSONL: clusters, counts, memory"),
    "incremental": ("incremental", "one run against many runs over the same documents"),
    "operate": ("operate", "scheduled runs on a Prefect server, run after run"),
    "report-page": ("report_page", "how long the page of a run takes"),
    "generate": ("generate", "writes invented articles and pages with planted copies"),
    "peers": ("peers.commands", "which peers are installed; installs them"),
    "render": ("reports.render", "docs/benchmarks.md from a results file"),
    "extrapolate": ("reports.extrapolate", "unit costs to 100 million and 10 billion documents"),
}
OUT = Path("build") / "benchmarks"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, (module, about) in COMMANDS.items():
        one = commands.add_parser(
            name, help=about, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        # Only the module of the command that is asked for is loaded.
        if name in given:
            found = import_module(f"benchmarks.{module}")
            one.description = found.__doc__
            _common(one)
            found.options(one)
            one.set_defaults(module=found)
    chosen = parser.parse_args(given)
    plan = Plan(out=chosen.out.resolve(), quick=chosen.quick, again=chosen.again)
    result = chosen.module.main(chosen, plan)
    if isinstance(result, int):
        return result
    collect(plan.out)
    if chosen.json:
        print(json.dumps(result, indent=1))
    else:
        for name, part in result.items():
            for table in tables_of(name, part):
                print(as_text(table), flush=True)
    return 0


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=OUT, help="the results folder")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to try things out")
    parser.add_argument("--again", action="store_true", help="measure again what is there")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


if __name__ == "__main__":
    sys.exit(main())
