"""From measured unit costs to 100 million and 10 billion documents: machines, hours, money, disk.

    python -m benchmarks extrapolate [build/benchmarks/results.json] [--to docs/scaling.md]

Arithmetic, not measurement: seconds and bytes a document come from the results file, everything
else is an assumption that stands in the table and can be given as an option. With ``--to`` the
table takes the place of the text between the two marks of that page.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.measuring.results import Plan, figures_of
from benchmarks.reports.tables import Figures, Table, as_markdown, as_text, number

SIZES = (100_000_000, 10_000_000_000)
BEGIN, END = "<!-- extrapolated -->", "<!-- end of extrapolated -->"
ORDINALS = 2**32
"""Documents that one index can number."""

DETECT_BYTES = 1000
"""Memory of the batch's sketches, a document: 128 places of 4 bytes, anchors, keys while sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is not measured. Prices are list prices of large clouds, rounded, on demand."""

    cores: int = 32
    memory_gb: float = 128.0
    core_hour: float = 0.045
    disk_gb_month: float = 0.023
    disk_gb_second: float = 1.0
    network_gb_second: float = 1.5
    hours: float = 24.0
    efficiency: float = 0.8
    html_kb: float = 60.0
    text_kb: float = 2.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one document costs."""

    html_cpu_seconds: float
    text_cpu_seconds: float
    disk_bytes: float
    index_bytes: float
    join_documents_second: float
    match_seconds: float
    match_history: int
    sources: tuple[str, str, str, str, str] = ("", "", "", "", "")
    """What was measured for pages, texts, disk, match and join: parts with their sizes."""


def unit_of(parts: dict[str, Figures]) -> Unit:
    """Unit costs of a measured run.

    Texts are those of the part ``million``, or else of ``texts``.

    Raises:
        KeyError: a part that they come from was not measured.
    """
    many = "million" if "million" in parts else "texts"
    pages, texts = (parts[name]["figures"]["systems"][0] for name in ("pages", many))
    longest = [p for p in parts["curves"]["figures"]["points"] if "fault" not in p][-1]
    match = parts["match"]["figures"]["points"][-1]
    joins = [e for e in parts["joins"]["figures"]["engines"] if e["name"] == "ours"]
    return Unit(
        html_cpu_seconds=pages["cpu_seconds"] / pages["documents"],
        text_cpu_seconds=texts["cpu_seconds"] / texts["documents"],
        disk_bytes=longest["disk_bytes_a_document"],
        index_bytes=match["bytes_a_canonical"],
        join_documents_second=joins[-1]["documents"] / joins[-1]["join_seconds"],
        match_seconds=match["seconds"],
        match_history=match["history"],
        sources=(
            f"`pages`, {pages['documents']:,} documents",
            f"`{many}`, {texts['documents']:,} documents",
            f"`curves`, {longest['history']:,} documents",
            f"`match`, 1,000 documents against {match['history']:,}",
            f"`joins`, {joins[-1]['documents']:,} documents",
        ),
    )


def tables(unit: Unit, assumed: Assumed) -> Iterator[Table]:
    """Unit costs, assumptions, and what they come to."""
    pages, texts, disk, match, joins = unit.sources
    yield Table(
        "Measured, a document",
        ("", "cost", "from"),
        [
            ("HTML page to Parquet", f"{1000 * unit.html_cpu_seconds:.2f} ms of CPU time", pages),
            ("text to Parquet", f"{1000 * unit.text_cpu_seconds:.3f} ms of CPU time", texts),
            ("data folder", f"{unit.disk_bytes:,.0f} bytes", disk),
            ("index, in that", f"{unit.index_bytes:,.0f} bytes", match),
            ("join of 16 bands", f"{1e6 / unit.join_documents_second:.2f} µs", joins),
            # Seconds of a thousand documents are milliseconds of one.
            (
                f"match with {unit.match_history:,} in history",
                f"{unit.match_seconds:.3f} ms",
                match,
            ),
        ],
    )
    yield Table(
        "Assumed",
        ("", "value"),
        [
            (each.name.replace("_", " "), f"{getattr(assumed, each.name):g}")
            for each in fields(assumed)
        ],
    )
    columns = [column(kind, size, unit, assumed) for size in SIZES for kind in ("text", "HTML")]
    heads = ("", *(f"{size:,}, {kind}" for size in SIZES for kind in ("text", "HTML")))
    rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
    yield Table("What they come to", heads, rows)


def column(kind: str, size: int, unit: Unit, assumed: Assumed) -> dict[str, str]:
    """The figures of one size and kind of document."""
    a = assumed
    cpu = size * (unit.html_cpu_seconds if kind == "HTML" else unit.text_cpu_seconds) / 3600
    cores = cpu / (a.hours * a.efficiency)
    machines = max(1, math.ceil(cores / a.cores))
    raw = size * (a.html_kb if kind == "HTML" else a.text_kb) / 1e6
    disk = size * unit.disk_bytes / 1e9
    index = size * unit.index_bytes / 1e9
    ranges = max(1, round(size * DETECT_BYTES / (a.memory_gb * 1e9 / 2) + 0.5))
    steps = {
        "acquire, clean, sign": cpu / (machines * a.cores * a.efficiency),
        "reading the input": raw / a.network_gb_second / machines / 3600,
        # Keys are written once, read once sorted: two passes.
        "join of bands": (
            size / unit.join_documents_second / machines + 2 * index / a.disk_gb_second / machines
        )
        / 3600,
        "writing the tables": disk / a.disk_gb_second / machines / 3600,
    }
    slowest = max(steps, key=lambda name: steps[name])
    return {
        "CPU hours": number(cpu),
        f"machines of {a.cores} cores for {a.hours:g} hours": f"{machines:,}",
        **{f"… hours of {name}": number(hours) for name, hours in steps.items()},
        "takes longest": slowest,
        "compute, $": f"{cpu / a.efficiency * a.core_hour:,.0f}",
        "input, TB": number(raw / 1000),
        "data folder, TB": number(disk / 1000),
        "… a month, $": f"{disk * a.disk_gb_month:,.0f}",
        "index, GB": number(index),
        "key ranges that fit half of a machine's memory": f"{ranges:,}",
        "indexes (32-bit numbers of documents)": f"{-(-size // ORDINALS)}",
    }


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", nargs="?", type=Path, help="results.json of a measured run")
    parser.add_argument("--to", type=Path, help="a page with the two marks")
    for name, value in asdict(Assumed()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)


def main(chosen: argparse.Namespace, plan: Plan) -> int:
    """Print the tables, or put them into a page; gives the exit code."""
    parts = figures_of(chosen.results or plan.out / "results.json")
    assumed = Assumed(**{each.name: getattr(chosen, each.name) for each in fields(Assumed)})
    try:
        made = list(tables(unit_of(parts), assumed))
    except KeyError as error:
        print(f"not measured yet: {error.args[0]} (python -m benchmarks all)")
        return 1
    if chosen.to is None:
        print("\n".join(as_text(table) for table in made))
        return 0
    text = chosen.to.read_text("utf-8")
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        print(f"{chosen.to}: it has no marks {BEGIN} and {END}")
        return 1
    written = "\n".join(f"**{table.title}**\n\n{as_markdown(table)}\n" for table in made)
    chosen.to.write_text(f"{before}{BEGIN}\n\n{written}\n{END}{after}", encoding="utf-8")
    print(f"wrote {chosen.to}")
    return 0
