"""A command run to its end, watched: seconds, CPU seconds, peak memory over all its processes.

Memory is the proportional set size (``Pss``) of every process of the command's session, summed,
sampled ten times a second: a page that several processes share counts once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.1
TAIL = 600
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command took. ``fault`` says why there is no figure; empty where there is one."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str
    fault: str = ""


def watch(
    command: Sequence[str | Path],
    *,
    timeout: float | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    cores: int | None = None,
) -> Ran:
    """Run ``command`` in a session of its own; at ``timeout`` seconds all of it is killed.

    ``cores`` is how many of the machine's cores it may use; None for all.
    """
    every = os.sched_getaffinity(0)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        os.sched_setaffinity(0, sorted(every)[:cores])  # which the command inherits
        process = subprocess.Popen(
            [str(each) for each in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        os.sched_setaffinity(0, every)
        sampler = _Sampler(process.pid)
        late = threading.Event()
        timer = threading.Timer(timeout or 1e6, lambda: (late.set(), _kill(process.pid)))
        timer.start()
        sampler.start()
        # wait4 and not wait: it tells what the command and all that it waited for have used.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        sampler.stop()
        _kill(process.pid)
        out.seek(0)
        output = out.read().decode("utf-8", "replace")
        fault = ""
        if late.is_set():
            fault = f"not done after {timeout:.0f} s"
        elif process.returncode:
            err.seek(0)
            said = err.read().decode("utf-8", "replace").strip() or output.strip()
            fault = f"exit code {process.returncode}: {said[-TAIL:]}"
        return Ran(
            seconds=round(seconds, 3),
            cpu_seconds=round(max(usage.ru_utime + usage.ru_stime, sampler.cpu_seconds), 3),
            peak_mb=round(sampler.peak / 1e6, 1),
            output=output,
            fault=fault,
        )


class _Sampler(threading.Thread):
    """Watches the memory of a session."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._spent: dict[int, float] = {}
        self._session = session
        self._over = threading.Event()

    def run(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            begun = time.perf_counter()
            held, spent = usage_of(self._session)
            self.peak = max(self.peak, held)
            self._spent.update(spent)
            # A large process takes long to be counted: never more than a twentieth of the time.
            pause = max(PAUSE, 20 * (time.perf_counter() - begun))

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of every process, as last seen: some are never waited for by their parent."""
        return sum(self._spent.values())

    def stop(self) -> None:
        self._over.set()
        self.join()


def usage_of(session: int, but: bytes = b"\0\0") -> tuple[int, dict[int, float]]:
    """Bytes that the processes of a session hold together, and CPU seconds of each.

    Those with ``but`` in their command line are left out.
    """
    total, spent = 0, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(fields[3]) != session:
                continue
            if but in (entry / "cmdline").read_bytes():
                continue
            spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS
            lines = (entry / "smaps_rollup").read_text("utf-8").splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except (OSError, IndexError, ValueError):  # it has ended meanwhile
            continue
    return total, spent


def _kill(session: int) -> None:
    try:
        os.killpg(session, signal.SIGKILL)
    except ProcessLookupError:
        return
