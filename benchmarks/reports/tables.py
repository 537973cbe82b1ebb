"""Parts of a measured run as tables: the same for the terminal and for the docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]
NONE = "–"
NOT = "not measured"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title, a row of heads and rows of cells, all of them text."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables_of(name: str, part: Figures) -> list[Table]:
    """The tables of a part, by its name."""
    figures = part["figures"]
    if name in {"pages", "texts", "million"}:
        return _end_to_end(name, figures)
    return _TABLES[name](figures)


def as_text(table: Table) -> str:
    """For a terminal."""
    lines = [table.heads, *table.rows]
    # A reason why there is no figure may be longer than any column.
    wide = [line for line in lines if not line[1].startswith(NOT)]
    widths = [max(len(line[at]) for line in wide) for at in range(len(table.heads))]
    out = [f"\n{table.title}"]
    for line in lines:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  " + "  ".join(cells).rstrip())
    return "\n".join(out)


def as_markdown(table: Table) -> str:
    """For the docs."""
    rows = [table.heads, ["---"] * len(table.heads), *table.rows]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def number(value: float | None) -> str:
    """A number with as many digits as say something."""
    if value is None:
        return NONE
    for least, form in ((100, ",.0f"), (10, ".1f"), (0.1, ".2f"), (0, ".3f")):
        if abs(value) >= least:
            return format(value, form)
    return format(value, ",.3f")


def _range(values: Sequence[float] | None) -> str:
    return f"{number(values[0])}–{number(values[1])}" if values else NONE


def _fault(entry: Figures, heads: Sequence[str]) -> list[str]:
    """A row for what could not be measured, with the reason."""
    told = " ".join(entry["fault"].split())
    return [entry["name"], f"{NOT}: {told[-160:]}", *[""] * (len(heads) - 2)]


SYSTEM_HEADS = (
    "", "documents", "runs", "seconds", "from–to", "of these start", "CPU s",
    "documents/s", "ours is", "peak MB", "kept", "stories lost", "copies left",
)  # fmt: skip


def _system(entry: Figures) -> list[str]:
    if "fault" in entry:
        return _fault(entry, SYSTEM_HEADS)
    ratio = entry.get("ours_is_times")
    return [
        entry["name"],
        f"{entry['documents']:,}",
        str(entry["runs"]),
        number(entry["seconds"]),
        _range(entry["seconds_from_to"]),
        number(entry["start_seconds"]) if "start_seconds" in entry else NONE,
        number(entry["cpu_seconds"]),
        number(entry["per_second"]),
        f"{number(ratio)} x" if ratio else NONE,
        number(entry["peak_mb"]),
        f"{entry['kept']:,}" if "kept" in entry else NONE,
        f"{entry['stories_lost']:,}" if "stories_lost" in entry else NONE,
        f"{entry['copies_left']:,}" if "copies_left" in entry else NONE,
    ]


def _end_to_end(name: str, figures: Figures) -> list[Table]:
    titles = {"pages": "HTML pages", "texts": "Articles as text", "million": "Many articles"}
    title = f"{titles[name]}, raw to Parquet: {figures['corpus']}"
    tables = [Table(title, SYSTEM_HEADS, [_system(each) for each in figures["systems"]])]
    following = figures.get("next_run", {})
    if "seconds" in following:
        heads = ("next run, of new documents", "duplicates", "s in the core", "s in all", "peak MB")
        row = [
            f"{following['documents']:,}",
            f"{following['duplicates']:,}",
            number(following["seconds_in_core"]),
            number(following["seconds"]),
            number(following["peak_mb"]),
        ]
        tables.append(Table("The run after it", heads, [row]))
    return tables


def _rates(title: str, unit: str, entries: Sequence[Figures]) -> list[Table]:
    heads = ("", unit, "from–to", "ours is")
    rows = [
        _fault(each, heads)
        if "fault" in each
        else [
            each["name"],
            number(each["per_second"]),
            _range(each["from_to"]),
            f"{number(each['ours_is_times'])} x",
        ]
        for each in entries
    ]
    return [Table(title, heads, rows)]


def _curves(figures: Figures) -> list[Table]:
    heads = (
        "history", "runs", "s in the core", "from–to", "CPU s", "peak MB", "disk, MB",
        "bytes a document", "MB written a run", "MB added a run",
    )  # fmt: skip
    rows = [
        _fault({"name": f"{each['history']:,}", **each}, heads)
        if "fault" in each
        else [
            f"{each['history']:,}",
            str(each["runs"]),
            number(each["seconds"]),
            _range(each["seconds_from_to"]),
            number(each["cpu_seconds"]),
            number(each["peak_mb"]),
            number(each["disk_mb"]),
            f"{each['disk_bytes_a_document']:,}",
            number(each.get("written_mb_a_run")),
            number(each["added_mb_a_run"]),
        ]
        for each in figures["points"]
    ]
    kinds = [
        [f"{each['history']:,}", kind, number(mb["written_mb"]), number(mb["kept_mb"])]
        for each in figures["points"]
        for kind, mb in each.get("kinds", {}).items()
    ]
    tables = [Table(f"A run with {figures['new']:,} new documents, by history", heads, rows)]
    if kinds:
        names = ("history", "kind of file", "MB written a run", "MB added a run")
        tables.append(Table("What such a run writes, and what of it stays", names, kinds))
    return tables


def _match(figures: Figures) -> list[Table]:
    steps = ("sketch", "look_up", "verify", "update")
    heads = ("history", "runs", *(each.replace("_", "-") for each in steps), "s in all", "first",
             "duplicates", "bytes a canonical")  # fmt: skip
    rows = [
        [
            f"{each['history']:,}",
            str(each["runs"]),
            *(number(each[step]) for step in steps),
            number(each["seconds"]),
            number(each["first_seconds"]),
            number(each["duplicates"]),
            number(each["bytes_a_canonical"]),
        ]
        for each in figures["points"]
    ]
    return [Table("1,000 documents matched against the history, seconds", heads, rows)]


def _efficiency(figures: Figures) -> list[Table]:
    rows = []
    for name, each in figures.items():
        two, one = each["systems"]
        times = f"{number(each['times'])} x" if each["times"] else NONE
        rows.append([name, number(two.get("seconds")), number(one.get("seconds")), times])
    heads = ("", "two cores, s", "one core, s", "two are")
    return [Table("Two cores against one", heads, rows)]


def _engines(figures: Figures) -> list[Table]:
    rows = []
    for name, each in figures.items():
        here, there = each["systems"]
        share = number(each["share"]) if each["share"] else NONE
        equal = {True: "equal", False: "**not equal**", None: NONE}[each["tables_equal"]]
        rows.append([name, number(here.get("seconds")), number(there.get("seconds")), share, equal])
    heads = ("", "processes of the run, s", "Dask, s", "Dask's throughput is", "tables")
    return [Table("Two Dask workers against two processes", heads, rows)]


def _startup(figures: Figures) -> list[Table]:
    heads = ("", "runs", "seconds", "from–to", "peak MB")
    rows = [
        _fault(each, heads)
        if "fault" in each
        else [
            each["name"],
            str(each["runs"]),
            number(each["seconds"]),
            _range(each["seconds_from_to"]),
            number(each["peak_mb"]),
        ]
        for each in figures["starts"]
    ]
    return [Table("Start-up", heads, rows)]


def _joins(figures: Figures) -> list[Table]:
    heads = ("", "documents", "runs", "s in the join", "s in all", "CPU s", "peak MB", "pairs")
    rows = [
        _fault(each, heads)
        if "fault" in each
        else [
            each["name"],
            f"{each['documents']:,}",
            str(each["runs"]),
            number(each["join_seconds"]),
            number(each["seconds"]),
            number(each["cpu_seconds"]),
            number(each["peak_mb"]),
            f"{each['pairs']:,}",
        ]
        for each in figures["engines"]
    ]
    return [Table(f"Join of {figures['bands']} bands", heads, rows)]


_TABLES = {
    "extractors": lambda f: _rates("Extraction, one core", "pages/s", f["extractors"]),
    "signatures": lambda f: _rates("Text to signature, one core", "documents/s", f["signers"]),
    "curves": _curves,
    "match": _match,
    "efficiency": _efficiency,
    "engines": _engines,
    "startup": _startup,
    "joins": _joins,
}
