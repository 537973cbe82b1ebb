"""What was measured becomes a page, pictures, and an extrapolation; all from one results file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.__main__ import main
from benchmarks.measuring.machine import describe
from benchmarks.reports.extrapolate import BEGIN, END, Assumed, Unit, column

ENTRY: dict[str, Any] = {
    "name": "ours", "documents": 1000, "runs": 3, "seconds": 2.0, "seconds_from_to": [1.9, 2.4],
    "cpu_seconds": 3.6, "peak_mb": 400.0, "per_second": 500.0, "kept": 800, "stories": 800,
    "stories_lost": 0, "copies_left": 2,
}  # fmt: skip
SLOW = ENTRY | {"name": "naive", "per_second": 20.0, "ours_is_times": 25.0, "note": "a sample"}
ABSENT = {"name": "absent", "documents": 1, "runs": 0, "fault": "not installed: try | again"}
POINT = {
    "runs": 5, "duplicates": 200, "seconds_from_to": [1, 2], "cpu_seconds": 1.0,
    "disk_bytes_a_document": 2000, "written_mb_a_run": 4.0,
    "added_mb_a_run": 3.0, "kinds": {"articles": {"written_mb": 2.5, "kept_mb": 2.0}},
}  # fmt: skip
MATCH = {
    "runs": 5, "sketch": 0.01, "look_up": 0.05, "verify": 0.1, "update": 0.01, "first_seconds": 1.0,
    "duplicates": 200, "bytes_a_canonical": 280.0,
}  # fmt: skip
FIGURES: dict[str, dict[str, Any]] = {
    "pages": {"corpus": "some pages", "systems": [ENTRY, SLOW, ABSENT]},
    "million": {
        "corpus": "many articles",
        "systems": [ENTRY],
        "next_run": {
            "documents": 1000,
            "duplicates": 200,
            "seconds_in_core": 1.5,
            "seconds": 2.5,
            "peak_mb": 300,
        },
    },
    "curves": {
        "new": 1000,
        "slopes": {"seconds": 0.12, "peak_mb": 0.01},
        "points": [
            POINT | {"history": 10_000, "seconds": 1.0, "peak_mb": 200, "disk_mb": 20.0},
            POINT | {"history": 100_000, "seconds": 1.3, "peak_mb": 205, "disk_mb": 200.0},
            {"history": 1_000_000, "fault": "not done after 400 s"},
        ],
    },
    "match": {
        "ratio": 1.3,
        "points": [
            MATCH | {"history": 1_000_000, "seconds": 0.2},
            MATCH | {"history": 10_000_000, "seconds": 0.26},
        ],
    },
    "efficiency": {"pages": {"systems": [ENTRY, SLOW], "times": 1.9}},
    "engines": {"pages": {"systems": [ENTRY, SLOW], "share": 0.95, "tables_equal": True}},
    "startup": {"starts": [ENTRY, ABSENT]},
    "signatures": {
        "signers": [
            {"name": "ours", "per_second": 1e5, "from_to": [9e4, 1.1e5], "ours_is_times": 1.0},
            {"name": "rensa", "per_second": 9e3, "from_to": [8e3, 1e4], "ours_is_times": 11.1},
            {"name": "semhash", "fault": "does not run here: it asks a hub for a model"},
        ]
    },
    "joins": {
        "bands": 16,
        "engines": [ENTRY | {"join_seconds": 0.5, "pairs": 100}, ABSENT],
    },
}  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Path:
    machine = describe()
    parts = {
        name: {"part": name, "sizes": {"quick": False}, "machine": machine, "figures": figures}
        for name, figures in FIGURES.items()
    }
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"parts": parts}))
    return path


def test_the_page_has_every_part_its_figures_and_its_machine(results: Path, tmp_path: Path) -> None:
    assert main(["render", str(results), "--to", str(tmp_path / "docs")]) == 0
    page = (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")
    assert "Do not edit" in page
    assert "| naive | 1,000 | 3 | 2.00 |" in page
    assert "25.0 x" in page
    assert "- naive: a sample" in page
    assert "not measured: not installed: try \\| again" in page
    assert "it asks a hub for a model" in page
    assert "seconds +0.12" in page
    assert "1.3 times as long" in page
    assert describe()["processor"] in page
    assert describe()["measured_at"][:10] in page
    assert "datatrove==" in page
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in tables if "naive" in line}) == 1


def test_a_page_of_no_results_says_how_to_get_some(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"parts": {}}')
    assert main(["render", str(tmp_path / "results.json"), "--to", str(tmp_path)]) == 0
    assert "Nothing was measured yet" in (tmp_path / "benchmarks.md").read_text("utf-8")


def test_the_pictures_are_well_formed_and_name_what_they_show(
    results: Path, tmp_path: Path
) -> None:
    main(["render", str(results), "--to", str(tmp_path)])
    page = (tmp_path / "benchmarks.md").read_text("utf-8")
    pictures = sorted(tmp_path.glob("*.svg"))
    assert [path.stem for path in pictures] == [
        "benchmarks-curves",
        "benchmarks-pages",
        "benchmarks-signatures",
    ]
    for path in pictures:
        words = " ".join(ET.parse(path).getroot().itertext())
        assert path.name in page
        assert "NaN" not in path.read_text()
        assert ("slope +0.12" in words) == (path.stem == "benchmarks-curves")


def test_the_extrapolation_takes_the_place_between_its_marks(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "scaling.md"
    page.write_text(f"before\n{BEGIN}\nstale words\n{END}\nafter\n")
    for _ in range(2):
        assert main(["extrapolate", str(results), "--to", str(page)]) == 0
    text = page.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "stale words" not in text
    assert text.count("What they come to") == 1
    assert "10,000,000,000, HTML" in text
    # The longest history that was measured, not the longest that was asked for.
    assert "| data folder | 2,000 bytes | `curves`, 100,000 documents |" in text


def test_an_extrapolation_without_a_part_names_it(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(results.read_text())
    del told["parts"]["joins"]
    results.write_text(json.dumps(told))
    page = tmp_path / "scaling.md"
    page.write_text(f"{BEGIN}\nas it was\n{END}\n")
    assert main(["extrapolate", str(results), "--to", str(page)]) == 1
    assert "not measured yet: joins" in capsys.readouterr().out
    assert "as it was" in page.read_text()


def test_a_page_without_marks_is_refused(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "other.md"
    page.write_text("no marks\n")
    assert main(["extrapolate", str(results), "--to", str(page)]) == 1
    assert page.read_text() == "no marks\n"


def test_the_arithmetic_of_the_extrapolation() -> None:
    unit = Unit(
        html_cpu_seconds=0.008,
        text_cpu_seconds=0.0002,
        disk_bytes=2000,
        index_bytes=300,
        join_documents_second=1e6,
        match_seconds=0.2,
        match_history=10_000_000,
    )
    assumed = Assumed(cores=32, hours=24, efficiency=0.8, core_hour=0.05, disk_gb_month=0.02)
    found = column("HTML", 100_000_000, unit, assumed)
    assert found["CPU hours"] == "222"  # 800,000 s
    assert found["machines of 32 cores for 24 hours"] == "1"
    assert found["… hours of acquire, clean, sign"] == "8.68"
    assert found["compute, $"] == "14"
    assert found["data folder, TB"] == "0.20"
    assert found["… a month, $"] == "4"
    assert found["index, GB"] == "30.0"
    assert found["takes longest"] == "acquire, clean, sign"
    many = column("text", 10_000_000_000, unit, assumed)
    assert many["indexes (32-bit numbers of documents)"] == "3"
    assert many["key ranges that fit half of a machine's memory"] == "157"
    # 129 cores: a part of a machine more is a machine more, or the hours do not do.
    slow = replace(unit, text_cpu_seconds=0.00089)
    found = column("text", 10_000_000_000, slow, assumed)
    assert found["machines of 32 cores for 24 hours"] == "5"
    assert float(found["… hours of acquire, clean, sign"]) <= assumed.hours
