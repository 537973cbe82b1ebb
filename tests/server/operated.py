"""A Prefect server on loopback with a process worker, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

Found = TypeVar("Found")
Record = dict[str, Any]


class Operated:
    """A workspace with the flows in it, the server, the worker, and what an operator can do."""

    def __init__(self, folder: Path, **environment: str) -> None:
        """Lay out the workspace and start the server; nothing is deployed yet."""
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        for name in ("flows", "seeds", "automations"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("prefect.yaml", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        port = _free_port()
        self.origin = f"http://127.0.0.1:{port}"
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "DEDUPE_"))}
        self.environment = {
            **own,
            "PATH": f"{BIN}:{own.get('PATH', '')}",
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"{self.origin}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            # How soon things happen, not what happens: the defaults are made for quiet servers.
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "NO_COLOR": "1",
            **environment,
        }
        self.children: list[subprocess.Popen[bytes]] = []
        self.client = httpx.Client(base_url=f"{self.origin}/api", timeout=30)
        self.start(
            "server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)
        )
        until(self._answers, 90, "the server answers")

    def close(self) -> None:
        """End every process that was started here."""
        self.client.close()
        for child in reversed(self.children):
            self.stop(child)

    def start(self, log: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a long-running command in the workspace; its output goes to ``logs/``."""
        with (self.logs / f"{log}.log").open("ab") as out:
            child = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children.append(child)
        return child

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """End a command that was started here, with all of its own children."""
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(10)

    def run(self, *command: str, code: int | None = 0) -> str:
        """Run a command to its end in the workspace; gives what it printed."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = done.stdout + done.stderr
        assert code is None or done.returncode == code, f"{command}: {done.returncode}\n{said}"
        return said

    def deploy(self) -> None:
        """What prefect.yaml says at its top, but for its clock: schedules stay paused."""
        self.run("prefect", "work-pool", "create", "--type", "process", "articles")
        self.run("prefect", "--no-prompt", "deploy", "--all")
        self.start("worker", "prefect", "worker", "start", "--pool", "articles")
        until(
            lambda: self.post("/work_pools/articles/workers/filter", {}), 60, "a worker is online"
        )

    def get(self, path: str) -> Any:
        """Ask the server's API."""
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, body: Any) -> Any:
        """Tell the server's API, which says 503 while its SQLite is busy: clients retry."""

        def heard() -> httpx.Response | None:
            answer = self.client.post(path, json=body)
            return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

        return until(heard, 60, f"an answer to {path}").raise_for_status().json()

    def deployment(self, name: str) -> Record:
        """A deployment by ``flow/name``."""
        found: Record = self.get(f"/deployments/name/{name}")
        return found

    def trigger(self, name: str, **parameters: Any) -> str:
        """A manual run, as the UI makes it; gives its id."""
        identity = self.deployment(name)["id"]
        path = f"/deployments/{identity}/create_flow_run"
        run: Record = self.post(path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})
        return str(run["id"])

    def refusal(self, name: str, **parameters: Any) -> str:
        """Why a manual run is refused."""
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        answer = self.client.post(path, json={"parameters": parameters})
        assert answer.status_code == httpx.codes.CONFLICT, answer.text
        return answer.text

    def flow_run(self, identity: str) -> Record:
        """A flow run's record."""
        found: Record = self.get(f"/flow_runs/{identity}")
        return found

    def flow_runs(self, deployment: str) -> list[Record]:
        """Every flow run of a deployment, oldest first."""
        where = {"deployments": {"id": {"any_": [self.deployment(deployment)["id"]]}}}
        found: list[Record] = self.post("/flow_runs/filter", where)
        return sorted(found, key=lambda run: str(run["expected_start_time"]))

    def completed(self, deployment: str, but: Collection[str] = ()) -> Record | None:
        """The first run of a deployment that came by its schedule and completed; None so far."""
        for run in self.flow_runs(deployment):
            done = run["auto_scheduled"] and run["state_type"] == "COMPLETED"
            if done and run["id"] not in but:
                return run
        return None

    def cancel(self, identity: str) -> None:
        """What the UI's button does."""
        state = {"state": {"type": "CANCELLING"}, "force": False}
        self.post(f"/flow_runs/{identity}/set_state", state)

    def in_state(self, identity: str, *types: str, seconds: float = 60) -> Record:
        """The flow run, once its state is one of ``types``; fails when it ends in another."""

        def reached() -> Record | None:
            run = self.flow_run(identity)
            kind = run["state_type"]
            if kind in types:
                return run
            assert kind not in FINAL, f"{kind}: {run['state']['message']}\n{self.said(identity)}"
            return None

        return until(reached, seconds, f"flow run {identity} is {' or '.join(types)}")

    def wait_until_idle(self) -> None:
        """Let every run end; their slots are free then."""

        def idle() -> bool:
            going = {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}
            return not self.post("/flow_runs/filter", {"flow_runs": going})

        until(idle, 60, "no run is going on")

    def said(self, identity: str) -> str:
        """The log of a flow run."""
        where = {"logs": {"flow_run_id": {"any_": [identity]}}, "sort": "TIMESTAMP_ASC"}
        return "\n".join(str(line["message"]) for line in self.post("/logs/filter", where))

    def events(self, name: str) -> list[Record]:
        """The events of that name, the last first."""
        found = self.post("/events/filter", {"filter": {"event": {"name": [name]}}})
        events: list[Record] = found["events"]
        return events

    def _answers(self) -> bool:
        try:
            return self.client.get("/health").is_success
        except httpx.TransportError:
            return False


def until(found: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """Ask again and again until there is something; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def processes_with(variable: str, value: str) -> set[int]:
    """The processes that live with this in their environment, children of children included."""
    wanted = f"{variable}={value}".encode()
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
            except OSError:
                continue  # it ended while we looked, or is another user's
    return found
