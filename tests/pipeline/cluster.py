"""A Dask scheduler and its workers as processes, on loopback or on a network of namespaces."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.desk import ROOT


@dataclass(frozen=True, slots=True)
class Host:
    """Where a process runs: its address, and what its command line begins with to run there."""

    address: str
    enter: tuple[str, ...] = ()


LOOPBACK = Host("127.0.0.1")


class Cluster:
    """A scheduler and workers as processes, in folders that are not the run's."""

    def __init__(
        self, folder: Path, hosts: Sequence[Host] = (LOOPBACK, LOOPBACK, LOOPBACK)
    ) -> None:
        """The scheduler on the first of the hosts, a worker on each of the others."""
        self._folder = folder
        first, *others = hosts
        self.scheduler = self._start(first, "dask_scheduler", "--port", "0")
        self.address = self._line(self.scheduler, "Scheduler at:").split()[-1]
        self.workers = [self.add_worker(host) for host in others]

    def add_worker(self, host: Host = LOOPBACK) -> subprocess.Popen[str]:
        worker = self._start(host, "dask_worker", self.address, "--nthreads", "1", "--no-nanny")
        self._line(worker, "Registered to:")
        return worker

    def _start(self, host: Host, name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *arguments]
        return subprocess.Popen(
            [*host.enter, *command, "--no-dashboard", "--host", host.address],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _line(process: subprocess.Popen[str], wanted: str) -> str:
        assert process.stderr is not None
        return next(line for line in process.stderr if wanted in line)

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def network(machines: int) -> Iterator[list[Host]]:
    """Hosts on a bridge: this machine's end of it, then so many namespaces with an address each.

    Raises:
        OSError: this process may not make them, or ``ip`` is not installed.
    """
    if shutil.which("ip") is None:
        raise OSError("ip is not installed: apt-get install iproute2")
    mark = f"{os.getpid() % 100_000:05d}"
    bridge, net = f"dd{mark}", f"10.213.{os.getpid() % 250}"
    names = [f"dd{mark}-{number}" for number in range(machines)]
    hosts = [Host(f"{net}.1")]
    try:
        with _as_os_error():
            _ip("link", "add", bridge, "type", "bridge")
            _ip("address", "add", f"{net}.1/24", "dev", bridge)
            _ip("link", "set", bridge, "up")
            for number, name in enumerate(names):
                inner, outer, address = (
                    f"i{mark}-{number}",
                    f"o{mark}-{number}",
                    f"{net}.{number + 2}",
                )
                _ip("netns", "add", name)
                _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
                _ip("link", "set", outer, "master", bridge, "up")
                _ip("-n", name, "address", "add", f"{address}/24", "dev", inner)
                _ip("-n", name, "link", "set", inner, "up")
                _ip("-n", name, "link", "set", "lo", "up")
                hosts.append(Host(address, ("ip", "netns", "exec", name)))
        yield hosts
    finally:
        for words in (*(("netns", "delete", name) for name in names), ("link", "delete", bridge)):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*words)


@contextlib.contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except subprocess.CalledProcessError as error:
        raise OSError(f"{' '.join(error.cmd)}: {error.stderr.strip()}") from error
