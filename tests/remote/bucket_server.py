"""A real S3 API on loopback that can be told to misbehave.

moto's server behind a few lines of WSGI. Requests are counted and served one at a time, so a
condition and the write that it guards are one step, as in S3. ``POST /-/plan`` with JSON sets what
happens next: ``kill`` (a process) ``at`` the Nth request that changes something, ``before`` it is
done or ``after``, or stop it if ``signal`` says so; ``fail`` that many requests with ``status``;
``drop`` the answer of the Nth; ``careless``: conditions are ignored. With ``reads`` the requests
that are counted are those that read.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

CHANGING = {"PUT", "POST", "DELETE"}


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, *_: Any) -> None:
        return


class Misbehaving:
    """The application, and the plan for it."""

    def __init__(self) -> None:
        self.store = DomainDispatcherApplication(create_backend_app)
        self.one_at_a_time = threading.Lock()
        self.plan: dict[str, Any] = {}
        self.log: list[str] = []

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/-/plan":
            return self.told(environ, start_response)
        # Read first: a client that dies meanwhile must not hold the others up.
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size) if size else b""
        with self.one_at_a_time:
            return self.served(environ, body, start_response)

    def told(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        answer = json.dumps(self.log).encode()
        self.plan = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.log = []
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer]

    def served(
        self, environ: dict[str, Any], body: bytes, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        changing = method in ({"GET"} if self.plan.get("reads") else CHANGING)
        if changing:
            verb = "COPY" if "HTTP_X_AMZ_COPY_SOURCE" in environ else method
            self.log.append(f"{verb} {environ['PATH_INFO']}")
        # With ``path``, only requests for what ends so are counted.
        counted = [line for line in self.log if line.endswith(self.plan.get("path", ""))]
        here = environ["PATH_INFO"].endswith(self.plan.get("path", ""))
        mine = changing and here and len(counted) == self.plan.get("at")
        if mine and self.plan.get("kill") and self.plan.get("when") == "before":
            self.kill()
            start_response("503 Service Unavailable", [])
            return [b""]
        if self.plan.get("fail", 0) > 0 and (changing or not self.plan.get("writes")):
            self.plan["fail"] -= 1
            start_response(self.plan["status"], [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code></Error>"]
        if self.plan.get("careless"):
            environ.pop("HTTP_IF_MATCH", None)
            environ.pop("HTTP_IF_NONE_MATCH", None)
        environ["wsgi.input"] = io.BytesIO(body)
        answer: list[Any] = []

        def noted(status: str, headers: list[Any], _: Any = None) -> Callable[[bytes], object]:
            answer[:] = [status, headers]
            return lambda _: None

        content = b"".join(self.store(environ, noted))
        if mine and self.plan.get("kill"):
            self.kill()
        if mine and self.plan.get("drop"):
            self.plan["at"] = 0
            start_response("500 Internal Server Error", [])
            return [b""]
        start_response(*answer)
        return [content]

    def kill(self) -> None:
        process = int(self.plan["kill"])
        os.kill(process, self.plan.get("signal", signal.SIGKILL))
        # It is gone, and its sockets with it, before anything else is served.
        while "signal" not in self.plan and alive(process):
            time.sleep(0.001)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def main() -> None:
    server = make_server("127.0.0.1", 0, Misbehaving(), threaded=True, request_handler=Quiet)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
