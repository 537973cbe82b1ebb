"""What a power cut may take: a model of the disk, fed with the system calls of a real run.

Bytes written are on disk once their file was synced, and a name (of a new file, a link, a folder,
the target of a rename) once the folder that holds it was: nothing else is promised by POSIX
(Pillai et al., OSDI 2014). At each point of commit the model says what could still be lost.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,ftruncate,fallocate,sendfile,copy_file_range,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,fsync,fdatasync"
)
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (\d+)(?:<(.*)>)?$")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HANDLE = re.compile(r"\b\d+<([^>]*)>")


def record(log: Path, *command: str, folder: Path) -> list[str]:
    """Run a command under strace; gives its calls that touch ``folder``, in order."""
    trace = ["strace", "-f", "--seccomp-bpf", "-y", "-qq", "-s", "4096", "-e", f"trace={CALLS}"]
    done = subprocess.run(
        [*trace, "-o", str(log), sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in _whole(log.read_text().splitlines()) if str(folder) in line]


def _whole(lines: list[str]) -> list[str]:
    """Join the calls that another process's call interrupted."""
    whole, begun = [], {}
    for line in lines:
        process = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>").rstrip()
        elif "<... " in line:
            whole.append(begun.pop(process) + line.split(" resumed>", 1)[1])
        else:
            whole.append(line)
    return whole


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


@dataclass
class Disk:
    """Which bytes and which names are not on disk yet."""

    bytes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def take(self, line: str) -> tuple[str, str] | None:
        """Apply one call; gives source and target of a rename."""
        found = _CALL.match(line)
        if found is None:  # it failed, or is a signal
            return None
        call, arguments, _, opened = found.groups()
        texts = [bytes(text, "ascii").decode("unicode_escape") for text in _TEXT.findall(arguments)]
        handles = _HANDLE.findall(arguments)
        if call == "openat" and opened and "O_CREAT" in arguments:
            self.names.add(opened)
        elif call in {"fsync", "fdatasync"}:
            self.bytes.discard(handles[0])
            self.names = {name for name in self.names if _folder(name) != handles[0]}
        elif call.startswith("rename"):
            self._rename(*texts)
            return texts[0], texts[1]
        elif call.startswith(("link", "symlink", "mkdir")):
            self.names.add(texts[-1])
        elif call in {"sendfile", "write", "pwrite64", "writev", "pwritev", "ftruncate"}:
            self.bytes.add(handles[0])
        elif call == "copy_file_range":
            self.bytes.add(handles[1])
        return None

    def _rename(self, old: str, new: str) -> None:
        def moved(paths: set[str]) -> set[str]:
            return {
                new + path[len(old) :] if path == old or path.startswith(old + "/") else path
                for path in paths
            }

        self.bytes, self.names = moved(self.bytes), moved(self.names) | {new}

    def at_risk(self, top: str) -> set[str]:
        """What lies at or under ``top`` and could be lost, the names on the way to it included."""
        way = {top, *map(str, Path(top).parents)}
        under = {p for p in self.bytes | self.names if p.startswith(top + "/")}
        return under | (way & self.names) | ({top} & self.bytes)


def lost(calls: list[str], data: Path) -> list[tuple[str, str]]:
    """What a power cut could take from under each commit: (the commit, the path)."""
    disk = Disk()
    found = []
    for line in calls:
        renamed = disk.take(line)
        if renamed is None:
            continue
        name = renamed[1].rpartition("/")[2]
        if name == "current":
            snapshots = data / "snapshots"
            newest = max(path.name for path in snapshots.iterdir())
            found += [("current", path) for path in disk.at_risk(f"{snapshots}/{newest}")]
        elif name.startswith("manifest-"):
            # If the folder's own name is lost, so is the manifest in it, and nobody misses either.
            index = _folder(renamed[1])
            segments = {path for path in disk.bytes | disk.names if path.startswith(index + "/")}
            found += [(name, path) for path in segments - {renamed[1]}]
    return found + [("the end", path) for path in disk.at_risk(f"{data}/current")]
