"""``docs/benchmarks.md`` and its pictures, from a results file.

    python -m benchmarks render [build/benchmarks/results.json] [--to docs]

The page says on what machine and when each part was measured, and how loaded the machine was. It is
never edited by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.measuring.results import Plan, figures_of
from benchmarks.reports import plot
from benchmarks.reports.tables import Figures, as_markdown, tables_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEAD = """\
# Benchmarks

<!-- Written by `python -m benchmarks render`. Do not edit: run it again. -->

Every figure on this page was measured by `python -m benchmarks all`, after
`python -m benchmarks peers install`. Systems of one table ran in turn, in one run, on the same
files; *ours is* says how many times as fast ours was. Seconds are medians, with the least and the
most; memory is the most that all processes of a system held together, shared pages counted once.
End-to-end seconds are of the whole process. A slow system got a sample of the documents, and what
it takes to start (a run with 16 documents) is left out of its documents a second; ours are with its
start. Copies were planted in invented articles: *stories lost* have no article left (a
wrong merge), *copies left* are articles that should have been filed.
"""
NOTHING = """\
Nothing was measured yet: `python -m benchmarks all` takes some twenty minutes on a machine that
does nothing else, `python -m benchmarks render` then writes this page.
"""
ABOUT = {
    "pages": "What others do stands in `benchmarks/peers/`: the naive pipeline is what a good "
    "engineer writes in an afternoon; datatrove runs its own extractor, MinHash stages and writer.",
    "texts": "Peers keep no history, verify nothing on the texts, and cannot say who matched whom.",
    "million": "The second table is the next run over the same data folder, with 1,000 new "
    "articles, of which 200 are copies of old ones.",
    "curves": "Each history was made by one run; then runs with new articles follow.",
    "match": "Histories are synthesised: random sketches, and some thousand invented articles. "
    "Sketching, look-up, verification on the texts and the update of the index are timed.",
    "joins": "What a shuffle engine makes of the join that ours does by sorting. See "
    "[scaling.md](scaling.md).",
    "startup": "*Nothing compiled* is a machine with empty caches. *A process of ours* keeps out "
    "what libraries load unasked: pandas, where it is installed, and SciPy.",
    "efficiency": "The same files, with one process on one core and two on two.",
    "engines": "Two workers of a Dask scheduler on this machine, started before; two processes of "
    "one run, start included.",
    "extractors": "Pages a second of CPU time. Quality is measured in [cleaning.md](cleaning.md).",
    "signatures": "Documents a second of CPU time.",
}
ORDER = (
    "pages", "texts", "million", "curves", "match", "efficiency", "engines", "startup",
    "extractors", "signatures", "joins",
)  # fmt: skip


def page(parts: dict[str, Figures], pictures: dict[str, str]) -> str:
    """The page, as Markdown."""
    written = [HEAD]
    for name in ORDER:
        if name not in parts:
            continue
        part = parts[name]
        tables = tables_of(name, part)
        written.append(f"## {tables[0].title}\n\n{_when(part)} {ABOUT[name]}\n")
        for at, table in enumerate(tables):
            written.append((f"**{table.title}**\n\n" if at else "") + as_markdown(table) + "\n")
        notes = [
            f"- {each['name']}: {each['note']}"
            for each in part["figures"].get("systems", [])
            if isinstance(each, dict) and each.get("note")
        ]
        if notes:
            written.append("\n".join(notes) + "\n")
        written += [_sentence(name, part["figures"])] if _sentence(name, part["figures"]) else []
        if name in pictures:
            written.append(f"![{tables[0].title}](benchmarks-{name}.svg)\n")
    written.append(_machines(parts) if parts else NOTHING)
    return "\n".join(written)


def _sentence(name: str, figures: Figures) -> str:
    if name == "curves" and figures["slopes"]:
        slopes = ", ".join(
            f"{key.replace('_', ' ').removesuffix(' mb')} {value:+.2f}"
            for key, value in figures["slopes"].items()
        )
        return f"Slope, as the exponent of history (0 is flat, 1 proportional): {slopes}.\n"
    if name == "match" and "ratio" in figures:
        few, many = (f"{figures['points'][at]['history']:,}" for at in (0, -1))
        return f"With {many} in history it takes {figures['ratio']} times as long as with {few}.\n"
    return ""


def _when(part: Figures) -> str:
    machine = part["machine"]
    sizes = (
        " **Tiny sizes (`--quick`): the figures say nothing.**" if part["sizes"]["quick"] else ""
    )
    return (
        f"Measured {machine['measured_at'][:10]}; load before it {machine['load']}, "
        f"commit `{machine['commit']}`.{sizes}"
    )


def _machines(parts: dict[str, Figures]) -> str:
    told = dict.fromkeys(
        f"- {m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, {m['system']}, Python "
        f"{m['python']}; " + ", ".join(f"{name} {v}" for name, v in m["versions"].items())
        for m in (part["machine"] for part in parts.values())
    )
    pins = (Path(__file__).parents[1] / "peers" / "requirements").glob("*.txt")
    named = sorted(
        {
            line.strip()
            for path in pins
            for line in path.read_text("utf-8").splitlines()
            if "==" in line
        }
    )
    return "## Machine and versions\n\n" + "\n".join(told) + f"\n- Peers: {', '.join(named)}\n"


def pictures_of(parts: dict[str, Figures]) -> dict[str, str]:
    """The pictures by the part that they show."""
    return {name: draw(parts[name]["figures"]) for name, draw in PICTURES.items() if name in parts}


def _rates(title: str, key: str, unit: str) -> Callable[[Figures], str]:
    def draw(figures: Figures) -> str:
        rates = [(e["name"], e["per_second"]) for e in figures[key] if "per_second" in e]
        return plot.bars(title, unit, rates)

    return draw


def _curves(figures: Figures) -> str:
    good = [each for each in figures["points"] if "fault" not in each]
    slopes = figures["slopes"]

    def line(key: str, name: str) -> plot.Line:
        exponent = f" (slope {slopes[key]:+.2f})" if key in slopes else ""
        return plot.Line(f"{name}{exponent}", [(each["history"], each[key]) for each in good])

    drawn = [
        line("seconds", "seconds"),
        line("peak_mb", "memory, MB"),
        line("disk_mb", "disk, MB"),
    ]
    new = f"{figures['new']:,}"
    return plot.lines(f"A run with {new} new documents", ("documents in history", ""), drawn)


PICTURES: dict[str, Callable[[Figures], str]] = {
    "pages": _rates("HTML pages to Parquet", "systems", "pages/s"),
    "texts": _rates("Articles as text to Parquet", "systems", "documents/s"),
    "signatures": _rates("Text to signature, one core", "signers", "documents/s"),
    "curves": _curves,
}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", nargs="?", type=Path, help="results.json of a measured run")
    parser.add_argument("--to", type=Path, default=DOCS, help="the folder of the page")


def main(chosen: argparse.Namespace, plan: Plan) -> int:
    """Write the page and its pictures."""
    parts = figures_of(chosen.results or plan.out / "results.json")
    pictures = pictures_of(parts)
    chosen.to.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (chosen.to / f"benchmarks-{name}.svg").write_text(picture, encoding="utf-8")
    target = chosen.to / "benchmarks.md"
    target.write_text(page(parts, pictures), encoding="utf-8")
    print(f"wrote {target}")
    return 0
