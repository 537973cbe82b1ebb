"""prefect.yaml on a real server: what is deployed, what runs, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import dedupe
from dedupe.pipeline.check import check
from tests.newsroom import story, write_text
from tests.server.operated import Operated, Record, until

pytestmark = pytest.mark.server

PARAMETERS = {"inputs", "data_dir", "threshold", "containment", "policy", "dry_run"}


def test_deployed_with_schedule_limit_and_help(operated: Operated) -> None:
    """Every parameter has a help text for the form, and no second run starts beside a first."""
    scheduled = operated.deployment("ingest/scheduled")
    assert scheduled["schedules"][0]["schedule"]["cron"] == "*/15 * * * *"
    assert scheduled["global_concurrency_limit"]["limit"] == 1
    assert scheduled["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert scheduled["tags"] == ["dedupe"]
    assert scheduled["description"]
    fields = scheduled["parameter_openapi_schema"]["properties"]
    assert set(fields) == PARAMETERS
    assert all(field["description"] for field in fields.values())


def test_manual_run_by_command_line(operated: Operated, data: Path) -> None:
    said = operated.run(
        *("prefect", "deployment", "run", "ingest/scheduled", "--watch"),
        *("-p", "threshold=0.7", "-p", f"data_dir={data}"),
    )
    assert "finished successfully" in said
    assert check(data).problems == []
    assert dedupe.open(data).counts["articles"] == 5

    def published() -> Record | None:  # events are stored a moment after the run has ended
        events = operated.events("dedupe.snapshot.published")
        mine = f"dedupe.data.{data}"
        return next((e for e in events if e["resource"]["prefect.resource.id"] == mine), None)

    event = until(published, 20, "the event is there")
    assert event["payload"]["articles"] == 5


BAD: dict[str, tuple[object, ...]] = {
    "threshold": (7, 0, "high", None),
    "containment": (0, 1.5),
    "policy": ("best", "first,,id", ""),
    "inputs": ([], "seeds/"),
    "dry_run": ("maybe",),
    "data_dir": (7,),
}


def test_bad_parameter_refused_before_a_run_exists(operated: Operated) -> None:
    """By the server: on the command line, and for whoever else asks it for a run."""
    before = operated.flow_runs("ingest/scheduled")
    said = operated.run(
        "prefect", "deployment", "run", "ingest/scheduled", "-p", "threshold=7", code=1
    )
    assert "Validation failed for field 'threshold'" in said
    assert "Traceback" not in said
    for name, values in BAD.items():
        for value in values:
            refusal = operated.refusal("ingest/scheduled", **{name: value})
            assert f"Validation failed for field '{name}'" in refusal
    assert len(operated.flow_runs("ingest/scheduled")) == len(before)


def test_missing_input_fails_with_a_message_and_no_trace(operated: Operated, data: Path) -> None:
    run = operated.in_state(
        operated.trigger("ingest/scheduled", inputs=["nowhere/"], data_dir=str(data)), "FAILED"
    )
    assert "nowhere" in run["state"]["message"]
    assert "Traceback" not in operated.said(run["id"])


def test_scheduled_run_happens_on_its_own(operated: Operated) -> None:
    """With the schedule on, a run comes without anybody's doing; here every ten seconds."""
    deployment = operated.deployment("ingest/scheduled")["id"]
    before = {run["id"] for run in operated.flow_runs("ingest/scheduled")}
    schedule = {"active": True, "schedule": {"interval": 10}}
    made = operated.post(f"/deployments/{deployment}/schedules", [schedule])[0]
    operated.post(f"/deployments/{deployment}/resume_deployment", {})
    try:

        def done() -> Record | None:
            return operated.completed("ingest/scheduled", but=before)

        run = until(done, 60, "a scheduled run completed")
    finally:
        operated.post(f"/deployments/{deployment}/pause_deployment", {})
        operated.client.delete(f"/deployments/{deployment}/schedules/{made['id']}")
    assert run["created_by"]["type"] == "SCHEDULE"
    assert check(operated.folder / "data").problems == []


def test_served_flows_run_on_their_own(tmp_path: Path) -> None:
    """``python flows/serve.py`` is the second door: no work pool, no worker.

    On a server of its own: stopped in the middle, it may leave a schedule of every few seconds
    behind (a race of Prefect's), which no other test should have to live with.
    """
    operated = Operated(tmp_path / "operated")
    data, inbox = tmp_path / "data", tmp_path / "inbox"
    inbox.mkdir()
    write_text(inbox / "one.txt", story(1).plain)
    try:
        served = operated.start(
            *("serve", "python", "flows/serve.py", str(inbox), "--data", str(data)),
            *("--interval", "5", "--maintain-cron", "0 0 1 1 *"),
        )
        until((data / "current").exists, 60, "a snapshot is published")
        # Which run it was is open: of two that are due at once, the limit cancels one.
        run = until(lambda: operated.completed("ingest/served"), 60, "a served run completed")
        assert run["auto_scheduled"]
        operated.stop(served)
        assert check(data).problems == []
    finally:
        operated.close()
    assert check(data).problems == []


def test_serving_without_a_server_says_what_is_missing(operated: Operated) -> None:
    said = operated.run("env", "-u", "PREFECT_API_URL", "python", "flows/serve.py", code=2)
    assert "prefect server start" in said
    said = operated.run("python", "flows/serve.py", "--cron", "every morning", code=2)
    assert "every morning" in said
    assert "Traceback" not in said
