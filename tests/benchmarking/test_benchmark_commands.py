"""``python -m benchmarks``: every command runs, with tiny sizes and on invented inputs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import curves, end_to_end, everything, inputs
from benchmarks.__main__ import COMMANDS, main
from benchmarks.joins import bands_of, join
from benchmarks.measuring.figures import Budget
from benchmarks.measuring.results import Plan, figures_of
from benchmarks.peers import environments
from benchmarks.reports.render import ABOUT, ORDER
from tests.desk import ROOT


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without peers and without other people's texts: the results folder."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(inputs, "DATA", tmp_path / "data")
    return tmp_path / "results"


def test_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for name, (module, _) in COMMANDS.items():
        assert f"python -m benchmarks {name}" in (
            import_module(f"benchmarks.{module}").__doc__ or ""
        )
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)


def test_every_part_of_the_measured_run_has_its_place_on_the_page() -> None:
    assert set(everything.PARTS) == set(ORDER) == set(ABOUT)
    assert set(end_to_end.PARTS) <= set(everything.PARTS)


def test_generate_writes_articles_pages_and_truth(tmp_path: Path) -> None:
    args = ["--articles", "50", "--pages", "4", "--folder", str(tmp_path)]
    assert main(["generate", *args]) == 0
    lines = [line for path in (tmp_path / "articles").iterdir() for line in path.open()]
    assert len(lines) == 50
    assert {"url", "title", "text", "published_at"} <= set(json.loads(lines[0]))
    assert pq.read_metadata(tmp_path / "truth.parquet").num_rows == 50
    assert len(list((tmp_path / "pages" / "html").glob("*.html"))) == 4


def test_peers_that_are_not_installed_are_named(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["peers", "--out", str(nowhere)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(environments.names()) >= 9
    assert all("not installed: python -m benchmarks peers install" in line for line in said)


def test_clean_scores_invented_pages(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    args = ["--sets", "--limit", "5", "--out", str(tmp_path)]
    assert main(["clean", *args]) == 0
    assert "f1 1.000" in capsys.readouterr().out


def test_the_join_by_sorting_finds_the_pairs_that_share_a_key(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    keys, documents = dice.integers(0, 40, 200), dice.integers(0, 60, 200)
    folder = tmp_path / "bands"
    folder.mkdir()
    pq.write_table(pa.table({"key": keys, "document": documents}), folder / "0.parquet")
    sharing = [set(documents[keys == key].tolist()) for key in range(40)]
    expected = {(a, b) for group in sharing for a in group for b in group if a < b}
    join(folder, tmp_path)
    found = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert Counter((row["one"], row["other"]) for row in found) == Counter(expected)


def test_bands_of_the_join_share_what_was_planted(tmp_path: Path) -> None:
    assert join(bands_of(tmp_path / "bands", 100), tmp_path) == 10


def test_match_compares_two_histories(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "--quick", "--json", "--out", str(nowhere)]) == 0
    told = json.loads(capsys.readouterr().out)["match"]["figures"]
    assert [point["history"] for point in told["points"]] == [4000, 8000]
    assert all(point["duplicates"] >= 195 for point in told["points"])
    assert told["ratio"] > 0
    kept = figures_of(nowhere / "results.json")
    assert kept["match"]["figures"] == told


def test_curves_bring_new_articles_to_a_kept_history_and_leave_out_what_does_not_fit(
    tmp_path: Path,
) -> None:
    plan = Plan(out=tmp_path, quick=True)
    budget = Budget(300)
    making = curves.Making(plan, budget)
    first, again = (curves.point(plan, budget, making, 200, rounds=1) for _ in range(2))
    assert [each["runs_before"] for each in (first, again)] == [1, 2]
    assert [each["unchanged"] for each in (first, again)] == [0, 0]
    assert all(each["duplicates"] >= 15 for each in (first, again))  # of 20 that were planted
    other = curves.point(plan, budget, making, 10**9, rounds=1)
    assert "left out" in other["fault"]
    assert not (plan.work / "history-1000000000").exists()


@pytest.mark.slow
def test_the_whole_run_with_tiny_sizes_and_without_peers(tmp_path: Path) -> None:
    """What is missing is told; the page and the extrapolation come out of it all the same."""
    out, docs = tmp_path / "results", tmp_path / "docs"
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", *args, "--out", str(out)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout + done.stderr

    said = run("all", "--quick")
    assert "broke" not in said
    assert set(figures_of(out / "results.json")) == set(everything.PARTS)
    assert "not installed" in said
    run("render", "--to", str(docs))
    assert "figures say nothing" in (docs / "benchmarks.md").read_text("utf-8")
    assert "What they come to" in run("extrapolate")
