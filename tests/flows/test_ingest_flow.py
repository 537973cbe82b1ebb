"""The ingest flow, run for real by Prefect's own test harness and as a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.states import State
from prefect.testing.utilities import prefect_test_harness

from dedupe.pipeline import Result
from dedupe.pipeline.check import check
from flows.ingest import ingest, main
from tests.desk import CLOCKS, ROOT, SEEDS, Desk, content
from tests.newsroom import story, write_rows

FLOW = ROOT / "flows" / "ingest.py"


@pytest.fixture(scope="module", autouse=True)
def harness() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


def flow(inputs: list[Path], data: Path, **more: object) -> State:
    return ingest([str(path) for path in inputs], str(data), **more, return_state=True)


def test_the_flow_runs_the_five_stages_and_gives_what_the_function_gives(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path)
    desk.ingest(SEEDS)
    state = flow([SEEDS], tmp_path / "flow")
    assert state.is_completed()
    result = Result(**state.result())
    assert result.counts["articles"] == 5
    assert (result.snapshot, result.dry_run) == (1, False)
    assert content(tmp_path / "flow", *CLOCKS) == content(desk.data, *CLOCKS)
    assert check(tmp_path / "flow").problems == []
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=[state.state_details.flow_run_id])
            )
        )
        tasks = client.read_task_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        )
    names = [task.name.rpartition("-")[0] for task in tasks]
    assert sorted(names) == ["acquire", "clean", "detect", "elect", "publish"]
    assert {task.state_name for task in tasks} == {"Completed"}
    assert "Traceback" not in caplog.text


def test_a_second_flow_run_finds_everything_unchanged_though_prefect_saw_the_inputs(
    tmp_path: Path,
) -> None:
    """And a file that changed under its name is read again: nothing is cached by its path."""
    path = write_rows(tmp_path / "in" / "a.jsonl", [story(1).row(url="https://a.example/")])
    counts = [flow([path], tmp_path / "d").result()["counts"] for _ in range(2)]
    assert [count["articles"] for count in counts] == [1, 0]
    assert counts[1]["unchanged"] == 1
    write_rows(path, [story(1).revised().row(url="https://a.example/")])
    assert flow([path], tmp_path / "d").result()["counts"]["revisions"] == 1


def test_the_summary_is_an_artifact_whose_outcomes_add_up(tmp_path: Path) -> None:
    state = flow([SEEDS], tmp_path / "d")
    with get_client(sync_client=True) as client:
        found = client.read_artifacts()
    mine = [
        artifact
        for artifact in found
        if artifact.flow_run_id == state.state_details.flow_run_id and artifact.type == "markdown"
    ]
    assert [artifact.key for artifact in mine] == ["ingest"]
    text = str(mine[0].data)
    assert "| articles | 5 |" in text
    assert "| **all** | **5** |" in text
    assert "Snapshot **1**" in text


@pytest.mark.parametrize("missing", ["nowhere.txt", "no*thing"])
def test_a_missing_input_is_a_failed_run_with_the_message_and_no_trace(
    tmp_path: Path, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    state = flow([SEEDS, tmp_path / missing], tmp_path / "d")
    assert state.is_failed()
    assert missing in str(state.message)
    assert "Traceback" not in str(state.message)
    assert "Traceback" not in caplog.text
    assert not (tmp_path / "d").exists()


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    state = flow([SEEDS], tmp_path / "d", dry_run=True)
    assert state.result()["counts"]["articles"] == 5
    assert state.result()["dry_run"] is True
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "wrong", [{"threshold": 3}, {"containment": 0}, {"policy": "beauty"}], ids=str
)
def test_a_parameter_out_of_bounds_fails_before_anything_is_read(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    state = flow([SEEDS], tmp_path / "d", **wrong)
    assert state.is_failed()
    assert next(iter(wrong)) in str(state.message)
    assert not (tmp_path / "d").exists()


def test_the_parameters_reach_the_run(tmp_path: Path) -> None:
    parts = story(1, paragraphs=10).paragraphs
    left, right = (story(1).with_paragraphs(half) for half in (parts[:8], parts[2:]))
    rows = [left.row(url="https://a.example/"), right.row(url="https://b.example/")]
    path = write_rows(tmp_path / "a.jsonl", rows)
    loose = flow([path], tmp_path / "loose", threshold=0.4).result()
    strict = flow([path], tmp_path / "strict", threshold=0.8, containment=0.9).result()
    assert (loose["counts"]["duplicates"], strict["counts"]["duplicates"]) == (1, 0)


def test_the_script_takes_a_data_folder_and_can_only_say_what_would_happen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "elsewhere"
    assert main([str(SEEDS), "--data", str(data), "--dry-run"]) == 0
    assert "articles" in capsys.readouterr().out
    assert not data.exists()
    assert main([str(SEEDS), "--data", str(data)]) == 0
    assert check(data).counts["articles"] == 5
