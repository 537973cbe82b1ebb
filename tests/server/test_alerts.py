"""The automations as shipped: somebody is told, and nothing stands as Running for ever."""

from __future__ import annotations

import http.server
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedupe.pipeline.lock import locked
from tests.newsroom import story, write_text
from tests.server.operated import Operated, until

pytestmark = pytest.mark.server


@pytest.fixture
def pager() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Somebody's webhook, and what it was sent."""
    heard: list[dict[str, str]] = []

    class Pager(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Pager)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()


def test_many_rejects_and_a_failed_run_page_somebody(
    operated: Operated, data: Path, inbox: Path, pager: tuple[str, list[dict[str, str]]]
) -> None:
    """The steps of docs/operations.md, "Alerts", to the webhook's other end."""
    url, heard = pager
    block = operated.run("python", "automations/pager.py", url).split()[-1]
    shipped = (operated.folder / "automations" / "alerts.yaml").read_text()
    write_text(operated.folder / "alerts.yaml", shipped.replace("BLOCK_ID", block))
    operated.run("prefect", "automation", "create", "--from-file", "alerts.yaml")
    write_text(inbox / "one.txt", story(1).plain)
    for number in range(9):
        write_text(inbox / f"{number}.bin", "\x00\x01\x02" * (number + 1))
    run = operated.trigger("ingest/scheduled", data_dir=str(data), inputs=[str(inbox)])
    operated.in_state(run, "COMPLETED")
    until(lambda: heard, 30, "the pager goes off")
    assert heard[0]["subject"] == "dedupe: many rejects"
    assert heard[0]["body"].startswith("9 of 10 documents were rejected")
    operated.in_state(operated.trigger("ingest/scheduled", inputs=["nowhere/"]), "FAILED")
    until(lambda: len(heard) > 1, 30, "the pager goes off again")
    assert heard[1]["subject"] == "dedupe: ingest Failed"
    assert "nowhere" in heard[1]["body"]


def test_killed_plain_run_is_marked_as_crashed(operated: Operated, data: Path) -> None:
    """Nobody watches a plain run's process; its heartbeats stop, and the automation says so."""
    shipped = (operated.folder / "automations" / "zombies.yaml").read_text()
    hasty = shipped.replace("within: 600", "within: 10")
    assert hasty != shipped
    write_text(operated.folder / "zombies.yaml", hasty)
    created = operated.run("prefect", "automation", "create", "--from-file", "zombies.yaml")
    try:
        plain = operated.folder / "data"
        with locked(plain):
            child = operated.start("plain", "python", "flows/ingest.py", DEDUPE_WAIT="600")
            going = {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
            run = until(lambda: operated.post("/flow_runs/filter", going), 60, "it runs")[0]["id"]
            beats = lambda: [  # noqa: E731
                event
                for event in operated.events("prefect.flow-run.heartbeat")
                if event["resource"]["prefect.resource.id"] == f"prefect.flow-run.{run}"
            ]
            until(beats, 30, "its heart beats")
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        record = operated.in_state(run, "CRASHED", seconds=45)
    finally:
        operated.run("prefect", "automation", "delete", "dedupe-zombies")
    assert "dedupe-zombies" in created
    assert "heartbeat" in record["state"]["message"]
    assert not data.exists()
